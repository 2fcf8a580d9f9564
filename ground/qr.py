"""QR codes: a short text as rows of dark and light modules.

Byte mode, error correction level L, versions 1 to 10: up to 271 bytes, which is more than an `otpauth:` address needs.
Source: ISO/IEC 18004:2015, whose sections are named below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

Grid = list[list[bool]]

CAPACITY = (19, 34, 55, 80, 108, 136, 156, 194, 232, 274)
"""Data codewords of versions 1 to 10 at level L (table 7)."""
CORRECTION = (7, 10, 15, 20, 26, 18, 20, 24, 30, 18)
"""Error correction codewords of each block (table 9)."""
BLOCKS = (1, 1, 1, 1, 1, 2, 2, 2, 2, 4)
ALIGNMENT = ((), (6, 18), (6, 22), (6, 26), (6, 30), (6, 34), (6, 22, 38), (6, 24, 42), (6, 26, 46), (6, 28, 50))
"""Centres of the alignment patterns (annex E)."""
MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda row, column: (row + column) % 2 == 0,
    lambda row, _: row % 2 == 0,
    lambda _, column: column % 3 == 0,
    lambda row, column: (row + column) % 3 == 0,
    lambda row, column: (row // 2 + column // 3) % 2 == 0,
    lambda row, column: row * column % 2 + row * column % 3 == 0,
    lambda row, column: (row * column % 2 + row * column % 3) % 2 == 0,
    lambda row, column: ((row + column) % 2 + row * column % 3) % 2 == 0,
)
"""Section 7.8.2."""


def qr_code(text: str) -> Grid:
    """The modules of a text, True for dark, without the quiet zone around. Raises ValueError over 271 bytes."""
    data = text.encode()
    version = next((n for n, most in enumerate(CAPACITY, 1) if len(data) <= most - (2 if n < 10 else 3)), None)
    if version is None:
        raise ValueError("this text is too long for a QR code of ours")
    bits = _interleaved(_codewords(data, version), version)
    drawn, fixed = _patterns(version)
    _fill(drawn, fixed, bits)
    candidates = [_masked(drawn, fixed, mask) for mask in range(8)]
    return min(candidates, key=_penalty)


def _codewords(data: bytes, version: int) -> list[int]:
    """Mode, length, data, end and padding (section 7.4)."""
    length = 8 if version < 10 else 16
    bits = f"0100{len(data):0{length}b}" + "".join(f"{byte:08b}" for byte in data)
    room = CAPACITY[version - 1] * 8
    bits += "0" * min(4, room - len(bits))
    bits += "0" * (-len(bits) % 8)
    words = [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]
    return words + [(0xEC, 0x11)[n % 2] for n in range(CAPACITY[version - 1] - len(words))]


def _interleaved(words: list[int], version: int) -> str:
    """The bits of all blocks, taken in turns, then those of their corrections (section 7.6)."""
    number, each = BLOCKS[version - 1], CAPACITY[version - 1] // BLOCKS[version - 1]
    longer = CAPACITY[version - 1] % number
    blocks, at = [], 0
    for block in range(number):
        size = each + (block >= number - longer)
        blocks.append(words[at : at + size])
        at += size
    corrections = [_remainder(block, CORRECTION[version - 1]) for block in blocks]
    taken = [block[n] for n in range(each + 1) for block in blocks if n < len(block)]
    taken += [block[n] for n in range(CORRECTION[version - 1]) for block in corrections]
    spare = "0" * (7 if 1 < version < 7 else 0)
    return "".join(f"{word:08b}" for word in taken) + spare


def _remainder(words: list[int], degree: int) -> list[int]:
    """The Reed-Solomon correction of a block over GF(256) with 0x11D (section 7.5)."""
    divisor = [1]
    for power in range(degree):
        root = _exponent(power)
        shifted = [*divisor, 0]
        for n, value in enumerate(divisor):
            shifted[n + 1] ^= _product(value, root)
        divisor = shifted
    rest = [*words, *([0] * degree)]
    for n in range(len(words)):
        lead = rest[n]
        for m, value in enumerate(divisor):
            rest[n + m] ^= _product(value, lead)
    return rest[len(words) :]


def _exponent(power: int) -> int:
    value = 1
    for _ in range(power):
        value = _product(value, 2)
    return value


def _product(one: int, other: int) -> int:
    """The product of two bytes in GF(256)."""
    product = 0
    while other:
        if other & 1:
            product ^= one
        one = one << 1 ^ (0x11D if one & 0x80 else 0)
        other >>= 1
    return product


def _patterns(version: int) -> tuple[Grid, Grid]:
    """What every code of a version has, and where it stands (section 6.3)."""
    size = 17 + 4 * version
    drawn, fixed = _empty(size), _empty(size)

    def put(row: int, column: int, dark: bool) -> None:
        if 0 <= row < size and 0 <= column < size:
            drawn[row][column], fixed[row][column] = dark, True

    for n in range(8, size - 8):
        put(6, n, n % 2 == 0)
        put(n, 6, n % 2 == 0)
    for top, left in ((3, 3), (3, size - 4), (size - 4, 3)):
        for row, column, ring in _rings(4):
            put(top + row, left + column, ring not in (2, 4))
    centres = ALIGNMENT[version - 1]
    corners = {(6, 6), (6, size - 7), (size - 7, 6)}
    for centre in ((row, column) for row in centres for column in centres if (row, column) not in corners):
        for row, column, ring in _rings(2):
            put(centre[0] + row, centre[1] + column, ring != 1)
    for place in (*_format_places(size)[0], *_format_places(size)[1]):
        put(*place, False)
    put(size - 8, 8, True)
    for n, dark in enumerate(_version_bits(version)):
        put(n // 3, size - 11 + n % 3, dark)
        put(size - 11 + n % 3, n // 3, dark)
    return drawn, fixed


def _rings(reach: int) -> Iterator[tuple[int, int, int]]:
    """Every place up to so far from a centre, and how far it is."""
    for row in range(-reach, reach + 1):
        for column in range(-reach, reach + 1):
            yield row, column, max(abs(row), abs(column))


def _empty(size: int) -> Grid:
    return [[False] * size for _ in range(size)]


def _format_places(size: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Where the two copies of the 15 bits of the format stand, the lowest bit first (figure 25)."""
    first = [(n + (n > 5), 8) for n in range(7)] + [(8, 8), (8, 7)] + [(8, 14 - n) for n in range(9, 15)]
    second = [(8, size - 1 - n) for n in range(8)] + [(size - 15 + n, 8) for n in range(8, 15)]
    return first, second


def _version_bits(version: int) -> list[bool]:
    """18 bits from version 7 on, the lowest first (section 7.10)."""
    if version < 7:
        return []
    rest = version << 12
    for n in range(17, 11, -1):
        rest ^= (0x1F25 << n - 12) if rest >> n & 1 else 0
    return [bool((version << 12 | rest) >> n & 1) for n in range(18)]


def _fill(drawn: Grid, fixed: Grid, bits: str) -> None:
    """Lays the bits in columns of two, up and down from the right (section 7.7.3)."""
    size, queue = len(drawn), iter(bits)
    upwards = True
    for right in (*range(size - 1, 6, -2), 5, 3, 1):
        for row in range(size - 1, -1, -1) if upwards else range(size):
            for column in (right, right - 1):
                if not fixed[row][column]:
                    drawn[row][column] = next(queue, "0") == "1"
        upwards = not upwards


def _masked(drawn: Grid, fixed: Grid, mask: int) -> Grid:
    """The code under one mask, with the bits that say which (section 7.9; level L is 01)."""
    size = len(drawn)
    grid = [
        [dark ^ (not fixed[row][column] and MASKS[mask](row, column)) for column, dark in enumerate(line)]
        for row, line in enumerate(drawn)
    ]
    data = 0b01 << 3 | mask
    rest = data << 10
    for n in range(14, 9, -1):
        rest ^= (0x537 << n - 10) if rest >> n & 1 else 0
    value = (data << 10 | rest) ^ 0x5412
    for places in _format_places(size):
        for n, (row, column) in enumerate(places):
            grid[row][column] = bool(value >> n & 1)
    return grid


def _penalty(grid: Grid) -> int:
    """How hard a code is to read (section 7.8.3)."""
    lines = ["".join("01"[dark] for dark in line) for line in (*grid, *map(list, zip(*grid, strict=True)))]
    size = len(grid)
    runs = sum(len(run) - 2 for line in lines for run in _runs(line) if len(run) >= 5)
    blocks = sum(
        grid[row][column] == grid[row + 1][column] == grid[row][column + 1] == grid[row + 1][column + 1]
        for row in range(size - 1)
        for column in range(size - 1)
    )
    finders = sum(
        line.startswith(pattern, at)
        for line in lines
        for pattern in ("10111010000", "00001011101")
        for at in range(size - 10)
    )
    share = 100 * sum(map(sum, grid)) / size**2
    return runs + 3 * blocks + 40 * finders + 10 * int(abs(share - 50) // 5)


def _runs(line: str) -> Iterator[str]:
    start = 0
    for at in range(1, len(line) + 1):
        if at == len(line) or line[at] != line[start]:
            yield line[start:at]
            start = at
