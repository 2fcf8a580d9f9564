"""The encoder part of the shipped model: a small transformer in ONNX, int8, on the processor."""

from __future__ import annotations

import os
import re
import sys
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession, SessionOptions
from tokenizers import Tokenizer

from .named import OWN

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]

LENGTH = 64  # pieces read of a text, with the marks of its beginning and end
OPENING = 40  # how many of them are from the beginning of a longer text
HEAD, TAIL = 600, 300  # characters that hold so many pieces, from the beginning and from the end
BATCH = 16  # texts computed together, alike in length
POOL = 2_048  # texts sorted by length together
POLITE = 10  # added to the nice value of the computing threads

_URL = re.compile(r"(?:https?://|www\.)\S*")
_HANDLE = re.compile(r"@\w+")
_REPEAT = re.compile(r"(\S)\1{3,}")
_UNSEEN = dict.fromkeys([0x200D, 0xFE0E, 0xFE0F, *range(0x1F3FB, 0x1F400)])  # joiners, variants and skin tones


def plain(text: str) -> str:
    """What the encoder reads: links as `http`, handles as `@user`, at most three repeats, emoji by their names."""
    if len(text) > HEAD + TAIL:
        text = text[:HEAD] + " " + text[-TAIL:]
    text = text.encode("utf-8", "ignore").decode("utf-8").replace("\x00", " ")
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_UNSEEN)
        text = "".join(map(_spell_emoji, text))
    text = _HANDLE.sub("@user", _URL.sub("http", text))
    return _REPEAT.sub(r"\1\1\1", text)


def _spell_emoji(sign: str) -> str:
    if ord(sign) < 0x2190 or unicodedata.category(sign) != "So":
        return sign
    return f" {unicodedata.name(sign, '').lower()} "


def pieces(tokenizer: Tokenizer, texts: Sequence[str]) -> list[list[int]]:
    """The numbers of each text's pieces, LENGTH at most: those of a longer text's beginning and end."""
    encoded = tokenizer.encode_batch_fast([plain(text) for text in texts])
    return [_ends(each.ids) for each in encoded]


def _ends(ids: list[int]) -> list[int]:
    return ids if len(ids) <= LENGTH else ids[:OPENING] + ids[OPENING - LENGTH :]


def pad(rows: Sequence[Sequence[int]]) -> Ids:
    """(n, longest) numbers, 0 after the end of a row."""
    longest = max(map(len, rows))
    return np.array([[*row, *[0] * (longest - len(row))] for row in rows], dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """The embedding of each piece in int8: `values` (pieces, width) times `scale` (pieces, 1). `places` (LENGTH, width)
    is added by the place of the piece in its text."""

    values: NDArray[np.int8]
    scale: NDArray[np.float32]
    places: NDArray[np.float32]

    @classmethod
    def quantise(cls, pieces: NDArray[np.float32], places: NDArray[np.float32]) -> Table:
        """A table of pieces (pieces, width), each rounded to 255 levels."""
        scale = np.maximum(np.abs(pieces).max(axis=1, keepdims=True), 1e-9) / 127
        return cls(np.rint(pieces / scale).astype(np.int8), scale.astype(np.float32), places)


def inputs(table: Table, rows: Sequence[Sequence[int]], own: int | None) -> dict[str, NDArray[np.float32]]:
    """The inputs of the network for texts, from the numbers of their pieces: `embedded` (n, longest, width), `seen`
    (n, longest), 1 where there is a piece and 0 after the end, and `asked` (n, longest), 1 for those that the answer is
    read from: the pieces of the number `own`, the mark of the brand asked about, or all where there is none."""
    ids = pad(rows)
    embedded = table.values[ids] * table.scale[ids] + table.places[: ids.shape[1]]
    seen = ids != 0
    marked = ids == (-1 if own is None else own)
    asked = np.where(marked.any(axis=1, keepdims=True), marked, seen)
    return {"embedded": embedded, "seen": seen.astype(np.float32), "asked": asked.astype(np.float32)}


def save_table(path: Path, table: Table) -> None:
    """Writes a table to a file that `load_table` reads."""
    np.savez(path, values=table.values, scale=table.scale, places=table.places)


def load_table(path: Path) -> Table:
    """Reads a table."""
    with np.load(path, allow_pickle=False) as arrays:
        return Table(arrays["values"], arrays["scale"], arrays["places"])


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """An ONNX session that turns embedded pieces into logits, the table and tokenizer of the pieces, and threads."""

    session: InferenceSession
    table: Table
    tokenizer: Tokenizer
    threads: ThreadPoolExecutor

    @property
    def own(self) -> int | None:
        """The number of the piece `named.OWN`, None for an encoder that was trained without marks."""
        number: int | None = self.tokenizer.token_to_id(OWN)
        return number

    @property
    def reads_marks(self) -> bool:
        """Whether it tells brands apart by their marks."""
        return self.own is not None

    def logits(self, texts: Sequence[str]) -> Floats:
        """(texts, 2) logits of negative and positive against neutral, in order. Memory does not grow with the texts."""
        parts = [self._pool(texts[start : start + POOL]) for start in range(0, len(texts), POOL)]
        return np.concatenate(parts) if parts else np.zeros((0, 2))

    def _pool(self, texts: Sequence[str]) -> Floats:
        rows = pieces(self.tokenizer, texts)
        order = sorted(range(len(rows)), key=lambda row: len(rows[row]))
        chosen = [order[start : start + BATCH] for start in range(0, len(order), BATCH)]
        logits = np.empty((len(rows), 2))
        for batch, answer in zip(chosen, self._answers(rows, chosen), strict=True):
            logits[batch] = answer[:, [0, 2]] - answer[:, [1]]
        return logits

    def _answers(self, rows: list[list[int]], chosen: list[list[int]]) -> Iterator[Floats]:
        wanted = {each.name for each in self.session.get_inputs()}

        def answer(batch: list[int]) -> Floats:
            given = inputs(self.table, [rows[row] for row in batch], self.own)
            return np.asarray(self.session.run(None, {name: given[name] for name in wanted})[0])

        return self.threads.map(answer, chosen)


def load(network: Path, table: Path, words: Path, threads: int | None = None) -> Encoder:
    """Loads an encoder from its three files. It runs on `threads` threads, or as many as `processors` says."""
    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # it never gives back what the largest batch took
    session = InferenceSession(
        network, options, providers=["CPUExecutionProvider"], disabled_optimizers=["ConstantFolding"]
    )  # folded constants hide products of integers that it could fuse, and cost a sixth of the speed
    pool = ThreadPoolExecutor(threads or processors(), "encoder", initializer=_give_way)
    return Encoder(session, load_table(table), Tokenizer.from_file(str(words)), pool)


def processors() -> int:
    """How many processors this process may use, four at most."""
    return min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def _give_way() -> None:
    """Lowers the priority of this thread, which Linux can: scoring takes the processors when nobody else needs them."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), POLITE)
