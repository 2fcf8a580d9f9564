"""Looks up what a webhook of Meta only named. Meta names a thing once, so a look-up that fails is tried again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from collectors._kit.watched import Watchlist
from collectors.base import Page, RawMention, SourceBusy, SourceChanged, SourceError, SourceRefused
from ground.notice import Json

from .graph import Graph
from .graph_refusals import TokenRefused

AT_ONCE = 50
TRIES = 5
"""How many readings ask for a thing that Meta fails to give."""
Item = dict[str, str]
Waiting = tuple[Item, int]


def look_up(
    watchlist: Watchlist, graph: Graph, inbox: object, look: Callable[[Item], RawMention | None]
) -> Iterator[Page]:
    """The things named since the last reading, and those that earlier readings left: the state `again` of the cursor.

    A thing that the token may not see is reported as broken and dropped. Raises SourceBusy and TokenRefused, which stop
    the whole look-up.
    """
    waiting = _waiting(watchlist.state.get("again"), inbox)
    left: list[Waiting] = []
    while waiting:
        found: list[RawMention] = []
        broken: list[tuple[str, str]] = []
        now, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
        for item, tried in now:
            if graph.pause:
                left.append((item, tried))
                continue
            try:
                mention = look(item)
                found += [mention] if mention else []
            except (SourceBusy, TokenRefused):
                raise
            except SourceError as error:
                if isinstance(error, SourceRefused | SourceChanged) or tried + 1 >= TRIES:
                    broken.append((_name_of(item), str(error)))
                else:
                    left.append((item, tried + 1))
        _remember(watchlist, [*left, *waiting])
        yield watchlist.page(found, broken)


def _remember(watchlist: Watchlist, waiting: list[Waiting]) -> None:
    again: list[Json] = [{"item": dict(item), "tried": tried} for item, tried in waiting]
    watchlist.state.pop("again", None)
    watchlist.state |= {"again": again} if again else {}


def _waiting(again: object, inbox: object) -> list[Waiting]:
    """Each thing once, those of earlier readings first. Entries of another shape are ignored."""
    known: dict[str, Waiting] = {}
    for entry in again if isinstance(again, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("item"), dict):
            tried = entry.get("tried")
            known[_key(entry["item"])] = (_item(entry["item"]), tried if isinstance(tried, int) else 0)
    for item in inbox if isinstance(inbox, list) else []:
        if isinstance(item, dict):
            known.setdefault(_key(item), (_item(item), 0))
    return list(known.values())


def _key(value: dict[str, Json]) -> str:
    return json.dumps(_item(value), sort_keys=True)


def _item(value: dict[str, Json]) -> Item:
    return {name: str(part or "") for name, part in value.items()}


def _name_of(item: Item) -> str:
    return item.get("comment") or item.get("post") or item.get("media", "")
