"""Two systems beside Vigie, each in an environment of its own under bench/.cache, at a locked version.

`reader` is a feed library of care and age; Obsei takes feedback from many sources through a pipeline. Neither does what
Vigie does: the figures say what one machine gives for the part that compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from subprocess import CalledProcessError, TimeoutExpired

from bench.peers import obsei, reader
from bench.row import Row, Run


def run() -> Iterator[Row]:
    """The rows of each peer; one that cannot be installed or run says so and leaves the others alone."""
    for name, measure in (("reader", reader.run), ("obsei", obsei.run)):
        yield from told(name, measure)


def told(name: str, measure: Run) -> Iterator[Row]:
    try:
        yield from measure()
    except (CalledProcessError, TimeoutExpired, OSError) as error:
        said = getattr(error, "stderr", None) or str(error)
        text = said.decode(errors="replace") if isinstance(said, bytes) else said
        yield Row(name, None, "", note=f"could not be measured here: {' '.join(text.split())[-200:]}")
