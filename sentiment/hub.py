"""Models of the Hugging Face hub: fetched once at a commit, then read from this disk without asking again."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
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

os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # its library would else tell the hub more than what it fetches

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


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub and the folder where what it gave is kept; None for those of its library, `HF_ENDPOINT` and `HF_HOME`."""

    endpoint: str | None = None
    cache: Path | None = None

    def kept(self, reference: str) -> Place | None:
        """The model `owner/name[@revision]` where it was fetched before, or None. Asks nobody. Raises ModelError.

        A revision that is a branch stands for the commit it had then: what scores does not change by itself.
        """
        from huggingface_hub import try_to_load_from_cache

        name, _, revision = reference.partition("@")
        config = try_to_load_from_cache(name, CONFIG, cache_dir=self.cache, revision=revision or None)
        if not isinstance(config, str):
            return None
        folder = Path(config).parent
        try:
            weights = folder / chosen(names_in(folder), reference)
            whole = all(path.exists() for path in weight_files(Place(name, folder, weights)))
        except ModelError:
            return None  # half fetched: the rest is fetched now
        return replace(place_of(folder), name=name, commit=folder.name) if whole else None

    def fetched(self, reference: str) -> Place:
        """The model `owner/name[@revision]`, weights last so that a folder with weights is whole. Raises ModelError."""
        from huggingface_hub.utils.tqdm import disable_progress_bars

        disable_progress_bars()
        commit, names = self._listed(reference)
        weights = chosen(names, reference)
        can_load(weights, names, reference)
        log.warning("fetching %s at commit %s", reference, commit)
        beside = [file for file in names if file.startswith((f"{weights}_data", f"{weights}.data"))]
        small = [file for file in (*SMALL, *(() if TOKENIZER in names else MAKING)) if file in names]
        path, *_ = [self._fetch(reference, commit, file) for file in (*small, *beside, weights)][::-1]
        if weights.endswith(".index.json"):  # `kept` looks for each of its shards
            for file in shards_of(read_json(path).get("weight_map") or {}):
                self._fetch(reference, commit, file)
        name, _, revision = reference.partition("@")
        if not COMMIT.fullmatch(revision):
            log.warning("%s names no commit: write %s@%s, so that every machine scores alike", reference, name, commit)
        return Place(name, path.parents[weights.count("/")], path, commit)

    def _listed(self, reference: str) -> tuple[str, list[str]]:
        """The commit that a reference stands for now, and its files."""
        from huggingface_hub import HfApi

        name, _, revision = reference.partition("@")
        api = HfApi(endpoint=self.endpoint)
        about = self._asked(reference, lambda: api.model_info(name, revision=revision or None, timeout=SECONDS))
        if not COMMIT.fullmatch(str(about.sha)):
            raise ModelError(f"the hub did not say at which commit {reference} is")
        return str(about.sha), [file.rfilename for file in about.siblings or ()]

    def _fetch(self, reference: str, commit: str, file: str) -> Path:
        """One file. By the name of the revision, so that the cache knows what that stood for."""
        from huggingface_hub import hf_hub_download

        name, _, revision = reference.partition("@")
        got = self._asked(
            reference,
            lambda: hf_hub_download(
                name,
                file,
                revision=revision or None,
                cache_dir=self.cache,
                endpoint=self.endpoint,
                etag_timeout=SECONDS,
            ),
        )
        if commit not in Path(got).parts:
            raise ModelError(f"{reference} changed while it was fetched: start again")
        return Path(got)

    def _asked(self, reference: str, ask: Callable[[], T]) -> T:
        """What the hub answers. Raises ModelError with what to do."""
        from huggingface_hub import constants, errors

        hub = self.endpoint or constants.ENDPOINT
        try:
            return ask()
        except errors.GatedRepoError as error:
            raise ModelError(f"{reference}: its authors ask for consent: give it at {hub}, and set HF_TOKEN") from error
        except errors.RevisionNotFoundError as error:
            raise ModelError(f"{reference}: {hub} knows the model, but not this revision") from error
        except errors.RepositoryNotFoundError as error:
            raise ModelError(
                f"there is no folder {reference}, and {hub} shows no model of this name: check its spelling, or set "
                "HF_TOKEN if it is private"
            ) from error
        except Exception as error:  # the network, the disk, the hub: whatever its library raises
            raise ModelError(
                f"there is no folder {reference}, and it cannot be fetched from {hub} ({type(error).__name__}: "
                f"{_first(error)}): open the way to it, or fetch it on another machine and give its folder"
            ) from error


def _first(error: Exception) -> str:
    return str(error).strip().split("\n")[0][:200]
