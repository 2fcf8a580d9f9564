"""Looks up what a webhook of Meta only named. Meta names a thing once: what cannot be told now is asked for again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from collectors._kit.watched import Watchlist
from collectors.base import Page, RawMention, SourceBusy, SourceChanged, SourceError, SourceRefused
from ground.notice import Json

from .graph import Graph, TokenRefused

AT_ONCE = 50
TRIES = 5
"""Readings that ask for a thing while Meta has a problem of its own with it."""
Item = dict[str, str]
Waiting = tuple[Item, int]


def looked_up(
    watchlist: Watchlist, graph: Graph, inbox: object, look: Callable[[Item], RawMention | None]
) -> Iterator[Page]:
    """What was named since the last reading, and what earlier ones had to leave: the state `again` of the cursor.

    What may not be seen is told, and not asked for again. Raises SourceBusy and TokenRefused, which concern all of it.
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
                one = look(item)
                found += [one] if one else []
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
    """Each once, those of earlier readings first; what is nothing of the kind is passed over."""
    known: dict[str, Waiting] = {}
    for one in again if isinstance(again, list) else []:
        if isinstance(one, dict) and isinstance(one.get("item"), dict):
            tried = one.get("tried")
            known[_key(one["item"])] = (_item(one["item"]), tried if isinstance(tried, int) else 0)
    for one in inbox if isinstance(inbox, list) else []:
        if isinstance(one, dict):
            known.setdefault(_key(one), (_item(one), 0))
    return list(known.values())


def _key(value: dict[str, Json]) -> str:
    return json.dumps(_item(value), sort_keys=True)


def _item(value: dict[str, Json]) -> Item:
    return {name: str(part or "") for name, part in value.items()}


def _name_of(item: Item) -> str:
    return item.get("comment") or item.get("post") or item.get("media", "")
