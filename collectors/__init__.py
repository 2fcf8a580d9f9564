"""Where mentions come from.

`base` is the contract. Every other public module of this package is one collector: its presence registers it, and the
Markdown file of the same name describes it in English and in French. The folders that begin with `_` are shared.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from .base import AnyCollector


@cache
def all_collectors() -> dict[str, AnyCollector]:
    """Each kind's declaration, by kind."""
    names = [m.name for m in iter_modules(__path__) if not m.name.startswith("_") and m.name != "base"]
    collectors = [import_module(f"{__name__}.{name}").collector for name in names]
    return {collector.kind: collector for collector in collectors}
