"""Two systems beside Vigie, each in an environment of its own under bench/.cache, at a locked version.

`reader` is a mature feed library; Obsei takes feedback from many sources through a pipeline. Neither does what Vigie
does: the figures compare the parts that all have on one machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from subprocess import CalledProcessError, TimeoutExpired

from bench.peers import obsei, reader
from bench.row import Row, Run


def run() -> Iterator[Row]:
    """The rows of each peer; one that cannot be installed or run says so and leaves the others alone."""
    for name, measure in (("reader", reader.run), ("obsei", obsei.run)):
        yield from rows_or_reason(name, measure)


def rows_or_reason(name: str, measure: Run) -> Iterator[Row]:
    """The rows of a peer, or one row that says why it could not be measured."""
    try:
        yield from measure()
    except (CalledProcessError, TimeoutExpired, OSError) as error:
        output = getattr(error, "stderr", None) or str(error)
        text = output.decode(errors="replace") if isinstance(output, bytes) else output
        yield Row(name, None, "", note=f"could not be measured here: {' '.join(text.split())[-200:]}")
