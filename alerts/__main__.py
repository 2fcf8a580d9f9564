"""`python -m alerts detect`: scores a history of buckets of an hour or less, from CSV to CSV."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import TextIO

from .detector import Scan, advance

EXAMPLE = """example:
  python -m alerts detect < buckets.csv      (columns timestamp,total,negative, oldest first, no holes)
"""


def detect(rows: Iterable[dict[str, str]], out: TextIO) -> None:
    """Writes `timestamp,score` for each row of `timestamp,total,negative`. The first two rows give the step.

    Raises ValueError for rows that are out of order or hold no numbers, KeyError for those that lack a column.
    """
    history = list(rows)
    starts = [datetime.fromisoformat(row["timestamp"]) for row in history[:2]]
    step = (starts[1] - starts[0]).total_seconds() / 3600 if len(starts) > 1 else 1.0
    if step <= 0:
        raise ValueError("the rows are not in order of time")
    counts = [(int(row["total"]), int(row["negative"])) for row in history]
    _, surprises = advance(Scan(step_hours=step), counts)
    write = csv.writer(out, lineterminator="\n")
    write.writerow(["timestamp", "score"])
    write.writerows(
        [row["timestamp"], f"{surprise.level:.6f}"] for row, surprise in zip(history, surprises, strict=True)
    )


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code: 0, or 1 for an input that cannot be read. argparse itself exits with 2 on wrong usage."""
    parser = argparse.ArgumentParser(
        prog="python -m alerts", epilog=EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("detect", help="score timestamp,total,negative from the standard input")
    parser.parse_args(arguments)
    try:
        detect(csv.DictReader(sys.stdin), sys.stdout)
    except (KeyError, TypeError, ValueError) as error:
        print(f"the input is not a CSV of timestamp,total,negative: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
