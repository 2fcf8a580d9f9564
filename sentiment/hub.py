"""Models of the Hugging Face hub: fetched once at a commit, then read from this disk without asking the hub."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from .base import ModelError
from .model_files import (
    CONFIG,
    TOKENIZER,
    ModelFiles,
    check_packages,
    choose_weights,
    files_at,
    names_in,
    read_json,
    shards_of,
    weight_files,
)

os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # the library would tell the hub more than what it fetches

log = logging.getLogger(__name__)
T = TypeVar("T")

ID = re.compile(r"[\w.-]+/[\w.-]+(@[\w./-]+)?")
COMMIT = re.compile(r"[0-9a-f]{40}")
SECONDS = 5.0
"""How long the hub may take to answer: an administrator is waiting."""

SMALL = (CONFIG, TOKENIZER, "tokenizer_config.json", "special_tokens_map.json", "vigie-measured.json")
VOCABULARIES = (
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "bpe.codes",
    "sentencepiece.bpe.model",
    "spiece.model",
    "tokenizer.model",
)
"""The files from which a tokenizer is made where there is no tokenizer.json."""


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub, and the folder in which its models are kept. None stands for the defaults of its library, which
    `HF_ENDPOINT` and `HF_HOME` change."""

    endpoint: str | None = None
    cache: Path | None = None

    def find(self, reference: str) -> ModelFiles | None:
        """The model `owner/name[@revision]` that was fetched before, or None. Does not ask the hub. Raises ModelError.

        A branch stands for the commit it was at when it was fetched: the model that scores never changes by itself.
        """
        from huggingface_hub import try_to_load_from_cache

        name, _, revision = reference.partition("@")
        config = try_to_load_from_cache(name, CONFIG, cache_dir=self.cache, revision=revision or None)
        if not isinstance(config, str):
            return None
        folder = Path(config).parent
        try:
            weights = folder / choose_weights(names_in(folder), reference)
            whole = all(path.exists() for path in weight_files(ModelFiles(name, folder, weights)))
        except ModelError:
            return None  # half fetched: `fetch` gets the rest
        return replace(files_at(folder), name=name, commit=folder.name) if whole else None

    def fetch(self, reference: str) -> ModelFiles:
        """Fetches the model `owner/name[@revision]`, weights last, so that a folder with weights is complete. Raises
        ModelError."""
        from huggingface_hub.utils.tqdm import disable_progress_bars

        disable_progress_bars()
        commit, names = self._list_files(reference)
        weights = choose_weights(names, reference)
        check_packages(weights, names, reference)
        log.warning("fetching %s at commit %s", reference, commit)
        beside = [file for file in names if file.startswith((f"{weights}_data", f"{weights}.data"))]
        small = [file for file in (*SMALL, *(() if TOKENIZER in names else VOCABULARIES)) if file in names]
        path, *_ = [self._fetch(reference, commit, file) for file in (*small, *beside, weights)][::-1]
        if weights.endswith(".index.json"):  # `find` looks for each of its shards
            for file in shards_of(read_json(path).get("weight_map") or {}):
                self._fetch(reference, commit, file)
        name, _, revision = reference.partition("@")
        if not COMMIT.fullmatch(revision):
            log.warning("%s names no commit: write %s@%s, so that every machine scores alike", reference, name, commit)
        return ModelFiles(name, path.parents[weights.count("/")], path, commit)

    def _list_files(self, reference: str) -> tuple[str, list[str]]:
        """The commit that a reference stands for now, and the names of its files."""
        from huggingface_hub import HfApi

        name, _, revision = reference.partition("@")
        api = HfApi(endpoint=self.endpoint)
        about = self._ask(reference, lambda: api.model_info(name, revision=revision or None, timeout=SECONDS))
        if not COMMIT.fullmatch(str(about.sha)):
            raise ModelError(f"the hub did not say at which commit {reference} is")
        return str(about.sha), [file.rfilename for file in about.siblings or ()]

    def _fetch(self, reference: str, commit: str, file: str) -> Path:
        """Fetches one file, by the name of the revision: the cache then knows which commit that stood for."""
        from huggingface_hub import hf_hub_download

        name, _, revision = reference.partition("@")
        path = self._ask(
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
        if commit not in Path(path).parts:
            raise ModelError(f"{reference} changed while it was fetched: start again")
        return Path(path)

    def _ask(self, reference: str, ask: Callable[[], T]) -> T:
        """What the hub answers to `ask`. Raises ModelError that says what to do."""
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
