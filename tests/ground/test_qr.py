"""QR codes, read back by the rules of the standard: what was written is found again, and errors are correctable."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

import pytest

from ground.qr import BLOCKS, CAPACITY, CORRECTION, MASKS, Grid, _patterns, qr_code


def read(grid: Grid) -> str:
    """The text of a code without damage: the mask from the format, then the codewords block by block."""
    version = (len(grid) - 17) // 4
    mask = format_of(grid) >> 10 & 0b111
    bits = "".join("01"[grid[row][column] ^ MASKS[mask](row, column)] for row, column in path(version))
    words = [int(bits[at : at + 8], 2) for at in range(0, CAPACITY[version - 1] * 8, 8)]
    number, each = BLOCKS[version - 1], CAPACITY[version - 1] // BLOCKS[version - 1]
    longer = CAPACITY[version - 1] % number
    sizes = [each + (n >= number - longer) for n in range(number)]
    blocks: list[list[int]] = [[] for _ in sizes]
    queue = iter(words)
    for n in range(each + 1):
        for block, size in zip(blocks, sizes, strict=True):
            if n < size:
                block.append(next(queue))
    data = "".join(f"{word:08b}" for block in blocks for word in block)
    length = 8 if version < 10 else 16
    assert data[:4] == "0100"
    count = int(data[4 : 4 + length], 2)
    start = 4 + length
    return bytes(int(data[start + 8 * n : start + 8 * n + 8], 2) for n in range(count)).decode()


def format_of(grid: Grid) -> int:
    """The 15 bits beside the upper left finder, unmasked; its two copies agree."""
    size = len(grid)
    first = [*((8, n) for n in (0, 1, 2, 3, 4, 5, 7, 8)), *((n, 8) for n in (7, 5, 4, 3, 2, 1, 0))]
    second = [*((size - 1 - n, 8) for n in range(7)), *((8, size - 8 + n) for n in range(8))]
    values = [int("".join("01"[grid[row][column]] for row, column in places), 2) for places in (first, second)]
    assert values[0] == values[1]
    return values[0] ^ 0b101010000010010


def path(version: int) -> Iterator[tuple[int, int]]:
    """The places of the data in their order."""
    _, fixed = _patterns(version)
    size, upwards = len(fixed), True
    for right in (*range(size - 1, 6, -2), 5, 3, 1):
        for row in range(size - 1, -1, -1) if upwards else range(size):
            yield from ((row, column) for column in (right, right - 1) if not fixed[row][column])
        upwards = not upwards


@pytest.mark.parametrize("length", [1, 17, 18, 32, 53, 78, 106, 134, 154, 192, 230, 231, 271])
def test_what_is_written_is_read_again_in_every_version(length: int) -> None:
    text = ("otpauth://totp/Vigie:ana@example.com?secret=JBSWY3DPEHPK3PXP" * 5)[:length]
    assert read(qr_code(text)) == text


def test_the_format_says_level_l_and_survives_its_own_check() -> None:
    value = format_of(qr_code("Vigie"))
    assert value >> 13 == 0b01
    rest = value
    for n in range(14, 9, -1):
        rest ^= (0x537 << n - 10) if rest >> n & 1 else 0
    assert rest == 0


def test_a_code_stays_what_another_encoder_made_of_it() -> None:
    """Its modules were compared with those of an encoder of others', but for the free choice of mask and padding."""
    drawn = "\n".join("".join("01"[dark] for dark in line) for line in qr_code("https://vigie.example/12345678901"))
    assert len(drawn.splitlines()) == 29
    assert sha256(drawn.encode()).hexdigest()[:16] == "cf3856aee6bd60ac"


def test_a_correction_has_the_length_of_the_table() -> None:
    assert [17 + 4 * n for n in range(1, 11)] == [len(_patterns(n)[0]) for n in range(1, 11)]
    assert len(CORRECTION) == len(CAPACITY) == len(BLOCKS) == 10


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="too long"):
        qr_code("x" * 272)
