"""The tables of refusals of all kinds of source, by module and name."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

import collectors
from collectors._kit.refusals import Refusals


def all_refusals() -> dict[str, Refusals]:
    """Each table once, under one of the names that it has."""
    modules = [import_module(found.name) for found in walk_packages(collectors.__path__, "collectors.")]
    names = {
        id(value): f"{module.__name__}.{name}"
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, Refusals) and value.rows
    }
    tables = {id(value): value for module in modules for value in vars(module).values() if isinstance(value, Refusals)}
    return {name: tables[number] for number, name in names.items()}
