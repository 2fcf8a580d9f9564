"""The scorer that a setting names: `compact`, a folder, or a model of the Hugging Face hub."""

from __future__ import annotations

from pathlib import Path

from .base import ModelError, Scorer
from .compact import compact
from .hub import ID, Hub
from .model_files import ModelFiles, config_of, files_at, labels_of
from .naming import sides_of

COMPACT = "compact"
THREADS = 2
HUB = Hub()


def scorer(reference: str, *, threads: int = THREADS) -> Scorer:
    """Loads the model of a reference; one of the hub is fetched first where it is not here yet. Raises ModelError."""
    if reference == COMPACT:
        return compact(threads)
    from .transformer import load

    return load(find_or_fetch(reference), threads)


def find_or_fetch(reference: str, hub: Hub = HUB) -> ModelFiles:
    """The files of a larger model, fetched where they are not here yet. Raises ModelError."""
    return find(reference, hub) or hub.fetch(reference)


def find(reference: str, hub: Hub = HUB) -> ModelFiles | None:
    """The files of a larger model, None when it has yet to be fetched. Raises ModelError."""
    path = Path(reference).expanduser()
    if path.exists():
        return files_at(path)
    if ID.fullmatch(reference) and not reference.startswith("."):
        return hub.find(reference)
    raise ModelError(
        f"{reference!r} is neither {COMPACT!r}, nor a folder or an ONNX file that exists, nor the id of a model "
        "(owner/name or owner/name@revision)"
    )


def check(reference: str) -> ModelFiles | None:
    """Reads the configuration and the labels of a model, not its weights. Returns its files, None for `compact` and for
    a model that has yet to be fetched. Raises ModelError when it is no model that can score."""
    files = None if reference == COMPACT else find(reference)
    if files:
        sides_of(labels_of(config_of(files)))
    return files
