"""A text that ends the process that unpickles it: a mention which no killable child survives."""

from __future__ import annotations

import os


class DeadlyText(str):
    """Reads as any text in the process that made it."""

    __slots__ = ()

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (1,)
