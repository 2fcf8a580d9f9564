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
def steps_of(path: str) -> tuple[Step, ...]:
    """The steps of a path, without a leading `$`. Raises ValueError, with a sentence for people."""
    rest = path.removeprefix("$")
    steps: list[Step] = []
    while rest:
        match = _PART.match(rest)
        if match is None or (not steps and rest.startswith(".") and not path.startswith("$")) or len(steps) >= DEEPEST:
            raise ValueError("write a path like data.items[0].text, or data.items[*].text for all")
        name, index, quoted = match.groups()
        steps.append(quoted or name if index is None else None if index == "*" else int(index))
        rest = rest[match.end() :]
    return tuple(steps)


def at(path: str, value: Json) -> Iterator[Json]:
    """The values at a path, in order, without nulls; none where it leads nowhere."""
    values: list[Json] = [value]
    for step in steps_of(path):
        values = [inner for outer in values for inner in _inside(outer, step)]
    return (item for item in values if item is not None)


def _inside(value: Json, step: Step) -> list[Json]:
    if isinstance(value, dict) and isinstance(step, str):
        return [value[step]] if step in value else []
    if not isinstance(value, list) or isinstance(step, str):
        return []
    if step is None:
        return value
    return value[step : step + 1]
