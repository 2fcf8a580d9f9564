"""Each public module of this package is one kind of channel, registered by its presence."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from alerts.base import AnyChannel


@cache
def all_channels() -> dict[str, AnyChannel]:
    """The declarations, by kind."""
    names = [m.name for m in iter_modules(__path__) if not m.name.startswith("_")]
    kinds = [import_module(f"{__name__}.{name}").channel for name in names]
    return {channel.kind: channel for channel in kinds}
