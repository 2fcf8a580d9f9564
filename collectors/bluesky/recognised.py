"""What of an address or a name can be searched for on Bluesky, with an account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ground.notice import Json
from ground.place import Place


def recognise(place: Place) -> Sequence[Mapping[str, Json]]:
    return ({"query": place.phrase},) if place.words and (place.is_search or place.on("bsky.app")) else ()
