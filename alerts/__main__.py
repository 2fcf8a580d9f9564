"""`python -m alerts detect buzz|volume`: when a history of buckets would have fired, from CSV to CSV."""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TextIO

from .detector import Scan, advance
from .surge import Volume, rise

EXAMPLE = """examples:
  python -m alerts detect buzz < buckets.csv             (columns timestamp,total,negative, oldest first, no holes)
  python -m alerts detect volume < buckets.csv           (columns timestamp,value)
  python -m alerts detect buzz --scores < buckets.csv    (a score for each row instead of the beginnings)
"""

Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Detector:
    """One scan as the command runs it: the columns it reads, the score of each row, from which one it fires (the
    second is for steps under an hour), and how long one firing counts as one alert."""

    columns: str
    scores: Callable[[float, Sequence[Row]], list[float]]
    threshold: tuple[float, float]
    hold: timedelta


def _buzz(step: float, rows: Sequence[Row]) -> list[float]:
    _, surprises = advance(Scan(step_hours=step), [(int(row["total"]), int(row["negative"])) for row in rows])
    return [surprise.level for surprise in surprises]


def _volume(step: float, rows: Sequence[Row]) -> list[float]:
    counts = [round(float(row["value" if "value" in row else "total"])) for row in rows]
    return [risen.z for risen in rise(Volume(step_hours=step), counts)[1]]


DETECTORS = {
    "buzz": Detector("timestamp,total,negative", _buzz, (3.0, 3.25), timedelta(hours=6)),
    "volume": Detector("timestamp,value", _volume, (5.0, 5.0), timedelta(hours=12)),
}


def detect(kind: str, rows: Iterable[Row], out: TextIO, *, scores: bool) -> None:
    """Writes the `timestamp` of each beginning of an alert, or `timestamp,score` for each row of the history.

    The first two rows give the step. Raises ValueError for rows that are out of order or hold no numbers, KeyError for
    those that lack a column.
    """
    detector, history = DETECTORS[kind], list(rows)
    times = [datetime.fromisoformat(row["timestamp"]) for row in history]
    step = (times[1] - times[0]).total_seconds() / 3600 if len(times) > 1 else 1.0
    if step <= 0:
        raise ValueError("the rows are not in order of time")
    scored = detector.scores(step, history)
    write = csv.writer(out, lineterminator="\n")
    if scores:
        write.writerow(["timestamp", "score"])
        write.writerows([row["timestamp"], f"{score:.6f}"] for row, score in zip(history, scored, strict=True))
        return
    write.writerow(["timestamp"])
    write.writerows(
        [history[at]["timestamp"]] for at in beginnings(times, scored, detector.threshold[step < 1], detector.hold)
    )


def beginnings(times: Sequence[datetime], scores: Sequence[float], threshold: float, hold: timedelta) -> list[int]:
    """The rows that begin an alert: at or over the threshold, and none such within `hold` before."""
    begun, last = [], None
    for at, score in enumerate(scores):
        if score >= threshold:
            if last is None or times[at] - last > hold:
                begun.append(at)
            last = times[at]
    return begun


def main(arguments: list[str] | None = None) -> int:
    """Returns the exit code: 0, or 1 for an input that cannot be read. argparse itself exits with 2 on wrong usage."""
    parser = argparse.ArgumentParser(
        prog="python -m alerts", epilog=EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser("detect", help="when the history on the standard input would have fired")
    command.add_argument("kind", nargs="?", choices=sorted(DETECTORS), help="without one: the scores of buzz")
    command.add_argument("--scores", action="store_true", help="timestamp,score for each row")
    said = parser.parse_args(arguments)
    kind = said.kind or "buzz"
    try:
        detect(kind, csv.DictReader(sys.stdin), sys.stdout, scores=said.scores or not said.kind)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        print(f"the input is not a CSV of {DETECTORS[kind].columns}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
