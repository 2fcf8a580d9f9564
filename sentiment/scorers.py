"""The scorer that a setting names: `compact`, a folder, or a model of the Hugging Face hub."""

from __future__ import annotations

from pathlib import Path

from .base import ModelError, Scorer
from .compact import compact
from .hub import ID, Hub
from .naming import sides_of
from .place import Place, config_of, labels_of, place_of

COMPACT = "compact"
THREADS = 2
HUB = Hub()


def scorer(reference: str, *, threads: int = THREADS) -> Scorer:
    """The model of a reference, loaded; one of the hub is fetched when it is not here yet. Raises ModelError."""
    if reference == COMPACT:
        return compact(threads)
    from .transformer import load

    return load(fetched_or_here(reference), threads)


def fetched_or_here(reference: str, hub: Hub = HUB) -> Place:
    """Where the model of a reference but `compact` lies, once it is here. Raises ModelError."""
    return here(reference, hub) or hub.fetched(reference)


def here(reference: str, hub: Hub = HUB) -> Place | None:
    """Where the model of a reference but `compact` lies, None when it has yet to be fetched. Raises ModelError."""
    path = Path(reference).expanduser()
    if path.exists():
        return place_of(path)
    if ID.fullmatch(reference) and not reference.startswith("."):
        return hub.kept(reference)
    raise ModelError(
        f"{reference!r} is neither {COMPACT!r}, nor a folder or an ONNX file that exists, nor the id of a model "
        "(owner/name or owner/name@revision)"
    )


def looked_at(reference: str) -> Place | None:
    """As `here`, after a look at its configuration and labels, without loading the weights. Raises ModelError."""
    place = None if reference == COMPACT else here(reference)
    if place:
        sides_of(labels_of(config_of(place)))
    return place
