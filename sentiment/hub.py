"""Models of the Hugging Face hub: fetched once at a commit, then read from this disk without asking again."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from .base import ModelError
from .place import (
    CONFIG,
    TOKENIZER,
    Place,
    can_load,
    chosen,
    names_in,
    place_of,
    read_json,
    shards_of,
    weight_files,
)

log = logging.getLogger(__name__)
T = TypeVar("T")

ID = re.compile(r"[\w.-]+/[\w.-]+(@[\w./-]+)?")
COMMIT = re.compile(r"[0-9a-f]{40}")
SECONDS = 5.0
"""How long the hub may take to answer: an administrator waits for it."""

SMALL = (CONFIG, TOKENIZER, "tokenizer_config.json", "special_tokens_map.json", "vigie-measured.json")
MAKING = (
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "bpe.codes",
    "sentencepiece.bpe.model",
    "spiece.model",
    "tokenizer.model",
)
"""What a tokenizer is made from where there is no tokenizer.json."""


def kept(reference: str) -> Place | None:
    """The model `owner/name[@revision]` where it was fetched before, or None. Asks nobody. Raises ModelError.

    A revision that is a branch stands for the commit it had then: what scores does not change by itself.
    """
    from huggingface_hub import try_to_load_from_cache

    name, _, revision = reference.partition("@")
    config = try_to_load_from_cache(name, CONFIG, revision=revision or None)
    if not isinstance(config, str):
        return None
    folder = Path(config).parent
    try:
        weights = folder / chosen(names_in(folder), reference)
        whole = all(path.exists() for path in weight_files(Place(name, folder, weights)))
    except ModelError:
        return None  # half fetched: the rest is fetched now
    return replace(place_of(folder), name=name, commit=folder.name) if whole else None


def fetched(reference: str) -> Place:
    """The model `owner/name[@revision]`, its weights last so that a folder with weights is whole. Raises ModelError."""
    from huggingface_hub import HfApi
    from huggingface_hub.utils.tqdm import disable_progress_bars

    disable_progress_bars()
    name, _, revision = reference.partition("@")
    about = _asked(reference, lambda: HfApi().model_info(name, revision=revision or None, timeout=SECONDS))
    commit, names = str(about.sha), [file.rfilename for file in about.siblings or ()]
    if not COMMIT.fullmatch(commit):
        raise ModelError(f"the hub did not say at which commit {reference} is")
    weights = chosen(names, reference)
    can_load(weights, names, reference)
    log.warning("fetching %s at commit %s", name, commit)
    beside = [file for file in names if file.startswith((f"{weights}_data", f"{weights}.data"))]
    small = [file for file in (*SMALL, *(() if TOKENIZER in names else MAKING)) if file in names]
    for file in (*small, *beside):
        _fetch(reference, commit, file)
    if weights.endswith(".index.json"):
        _shards(reference, commit, weights)
    path = _fetch(reference, commit, weights)
    if not COMMIT.fullmatch(revision):
        log.warning("%s names no commit: write %s@%s, so that every machine scores alike", reference, name, commit)
    return Place(name, _fetch(reference, commit, CONFIG).parent, path, commit)


def _fetch(reference: str, commit: str, file: str) -> Path:
    """One file at a commit. By the name of the revision, so that the cache knows what it stood for."""
    from huggingface_hub import hf_hub_download

    name, _, revision = reference.partition("@")
    got = _asked(reference, lambda: hf_hub_download(name, file, revision=revision or None, etag_timeout=SECONDS))
    if commit not in Path(got).parts:
        raise ModelError(f"{reference} changed while it was fetched: start again")
    return Path(got)


def _shards(reference: str, commit: str, weights: str) -> None:
    """The shards of an index, which lies in the cache before them: `kept` looks for each."""
    for file in shards_of(read_json(_fetch(reference, commit, weights)).get("weight_map") or {}):
        _fetch(reference, commit, file)


def _asked(reference: str, ask: Callable[[], T]) -> T:
    """What the hub answers. Raises ModelError with what to do."""
    from huggingface_hub import constants
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    hub = constants.ENDPOINT
    try:
        return ask()
    except GatedRepoError as error:
        raise ModelError(f"{reference}: its authors ask for consent: give it at {hub}, and set HF_TOKEN") from error
    except RevisionNotFoundError as error:
        raise ModelError(f"{reference}: {hub} knows the model, but not this revision") from error
    except RepositoryNotFoundError as error:
        raise ModelError(
            f"there is no folder {reference}, and {hub} shows no model of this name: check its spelling, or set "
            "HF_TOKEN if it is private"
        ) from error
    except EntryNotFoundError as error:
        raise ModelError(f"{reference}: {hub} lists a file that it does not give: {_first(error)}") from error
    except Exception as error:  # the network, the disk, the hub: whatever its library raises
        raise ModelError(
            f"there is no folder {reference}, and it cannot be fetched from {hub} ({type(error).__name__}: {_first(error)}): open the way to it, "
            "or fetch it on another machine and give its folder"
        ) from error


def _first(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:200]
