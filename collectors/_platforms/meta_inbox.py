"""Looks up what a webhook of Meta only named. Meta names a thing once, so we repeat a look-up that fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from collectors._kit.watched import Watchlist
from collectors.base import Broken, Page, RawMention, SourceBusy, SourceChanged, SourceError, SourceRefused
from ground.notice import Json

from .graph import Graph
from .graph_refusals import TokenRefused

AT_ONCE = 50
TRIES = 5
"""How many readings ask for a thing before they give it up."""
Item = dict[str, str]
QueuedItem = tuple[Item, int]


def look_up(
    watchlist: Watchlist, graph: Graph, inbox: object, look: Callable[[Item], RawMention | None]
) -> Iterator[Page]:
    """Looks up what was named since the last reading, and what earlier readings left in the cursor's `again`.

    A thing that the token may not see is reported as broken and dropped. Raises SourceBusy and TokenRefused, which stop
    the whole look-up.
    """
    queue = _queue(watchlist.state.get("again"), inbox)
    unresolved: list[QueuedItem] = []
    while queue:
        mentions: list[RawMention] = []
        broken: list[Broken] = []
        batch, queue = queue[:AT_ONCE], queue[AT_ONCE:]
        for item, tries in batch:
            if graph.pause:
                unresolved.append((item, tries))
                continue
            try:
                mention = look(item)
                mentions += [mention] if mention else []
            except (SourceBusy, TokenRefused):
                raise
            except SourceError as error:
                if isinstance(error, SourceRefused | SourceChanged) or tries + 1 >= TRIES:
                    broken.append(Broken(_name_of(item), str(error)))
                else:
                    unresolved.append((item, tries + 1))
        _remember(watchlist, [*unresolved, *queue])
        yield watchlist.page(mentions, broken)


def _remember(watchlist: Watchlist, queue: list[QueuedItem]) -> None:
    again: list[Json] = [{"item": dict(item), "tried": tries} for item, tries in queue]
    watchlist.state.pop("again", None)
    watchlist.state |= {"again": again} if again else {}


def _queue(again: object, inbox: object) -> list[QueuedItem]:
    """Each thing once, those of earlier readings first. Entries of another shape are ignored."""
    queue: dict[str, QueuedItem] = {}
    for entry in again if isinstance(again, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("item"), dict):
            tries = entry.get("tried")
            queue[_key(entry["item"])] = (_item(entry["item"]), tries if isinstance(tries, int) else 0)
    for item in inbox if isinstance(inbox, list) else []:
        if isinstance(item, dict):
            queue.setdefault(_key(item), (_item(item), 0))
    return list(queue.values())


def _key(value: dict[str, Json]) -> str:
    return json.dumps(_item(value), sort_keys=True)


def _item(value: dict[str, Json]) -> Item:
    return {name: str(part or "") for name, part in value.items()}


def _name_of(item: Item) -> str:
    return item.get("comment") or item.get("post") or item.get("media", "")
