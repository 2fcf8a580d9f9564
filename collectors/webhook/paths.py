"""Simple paths into JSON: `data.items[*].body`, `posts[0].text`, `fields["first name"]`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from ground.notice import Json

_PART = re.compile(r'\.?([^.\[\]"\s][^.\[\]"]*)|\[(\d{1,6}|\*)\]|\["([^"\\]{1,100})"\]')
DEEPEST = 20
Step = str | int | None
"""A name, an index, or None for all of a list."""


@lru_cache(maxsize=1_000)
def parsed(path: str) -> tuple[Step, ...]:
    """The steps of a path; a leading `$` is passed over. Raises ValueError, with a sentence."""
    rest = path.removeprefix("$")
    steps: list[Step] = []
    while rest:
        found = _PART.match(rest)
        if found is None or (not steps and rest.startswith(".") and not path.startswith("$")) or len(steps) >= DEEPEST:
            raise ValueError("write a path like data.items[0].text, or data.items[*].text for all")
        name, index, quoted = found.groups()
        steps.append(quoted or name if index is None else None if index == "*" else int(index))
        rest = rest[found.end() :]
    return tuple(steps)


def at(path: str, value: Json) -> Iterator[Json]:
    """What is at a path, in order; nothing where it leads nowhere. Null is nothing."""
    found: list[Json] = [value]
    for step in parsed(path):
        found = [inner for one in found for inner in _inside(one, step)]
    return (one for one in found if one is not None)


def _inside(value: Json, step: Step) -> list[Json]:
    if isinstance(value, dict) and isinstance(step, str):
        return [value[step]] if step in value else []
    if not isinstance(value, list) or isinstance(step, str):
        return []
    if step is None:
        return value
    return value[step : step + 1]
