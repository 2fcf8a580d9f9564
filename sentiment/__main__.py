"""`python -m sentiment score` and `python -m sentiment evaluate FILE…`: the model without the application."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import click
import numpy as np
from pydantic import BaseModel, ValidationError

from .base import Score, Text
from .compact import Compact, compact
from .labelled import read
from .measure import LABELS, Figures, figures

BATCH = 256
LONGEST_LINE = 8_000_000  # bytes: more is a mistake, not a text


class Line(BaseModel):
    """One line of input: a text, whatever names it, and its language where known."""

    id: str | int | None = None
    text: str
    language: str | None = None


@click.group()
def main() -> None:
    """Score texts with the model that ships in the package, or measure it."""


@main.command()
def score() -> None:
    """Score JSON Lines from standard input, {"id", "text", "language"}, to standard output, in order.

    A line that cannot be read is named on standard error and left out, the others are scored, and the exit code is 1.
    """
    model, bad = compact(), 0
    numbered = enumerate(_lines(sys.stdin.buffer), start=1)
    while batch := list(islice(numbered, BATCH)):
        read_lines: list[Line] = []
        for number, raw in batch:
            try:
                read_lines += [_line(raw)] if raw.strip() else []
            except ValueError as error:
                bad += 1
                click.echo(f"line {number}: {error}", err=True)
        scores = model.score([Text(line.text, line.language) for line in read_lines])
        for line, found in zip(read_lines, scores, strict=True):
            click.echo(json.dumps(_answer(line, found)))
    if bad:
        click.echo(f"{bad} line{'s' if bad > 1 else ''} could not be read", err=True)
        sys.exit(1)


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--split", default="val", show_default=True, type=click.Choice(["train", "val"]))
def evaluate(paths: tuple[Path, ...], split: str) -> None:
    """Measure the model on labelled CSV(.gz) files with text, label, language, source and split: one JSON line per cut.

    A cut is a file, and one language of it. Errors of the score are in points, before and after correction.
    """
    model = compact()
    for path in paths:
        try:
            examples = list(read(path, split))
        except ValueError as error:
            raise click.ClickException(str(error)) from error
        if not examples:
            raise click.ClickException(f"{path.name} has no text of the split {split}")
        texts = [Text(example.text, example.language) for example in examples]
        start = time.perf_counter()
        scores = model.score(texts)
        speed = len(texts) / (time.perf_counter() - start)
        labels = np.array([example.label for example in examples])
        languages = np.array([example.language for example in examples])
        whole = _figures(model, scores, labels, languages, np.ones(len(texts), dtype=np.bool_))
        click.echo(json.dumps({"file": path.name, "language": "all", **whole.rounded(), "texts_per_s": round(speed)}))
        for language in np.unique(languages) if len(np.unique(languages)) > 1 else ():
            cut = _figures(model, scores, labels, languages, languages == language)
            click.echo(json.dumps({"file": path.name, "language": str(language), **cut.rounded()}))


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Lines of any encoding, none longer than LONGEST_LINE is kept whole."""
    while raw := stream.readline(LONGEST_LINE):
        whole = raw
        while len(raw) == LONGEST_LINE and not raw.endswith(b"\n"):
            raw = stream.readline(LONGEST_LINE)
        yield whole


def _line(raw: bytes) -> Line:
    """Raises ValueError with a sentence for who wrote the line."""
    if len(raw) >= LONGEST_LINE:
        raise ValueError(f"it is longer than {LONGEST_LINE:,} bytes")
    try:
        return Line.model_validate(json.loads(raw))
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"it is not JSON ({error.msg} at column {error.colno})") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{place + ': ' if place else ''}{first['msg']}") from None


def _answer(line: Line, found: Score) -> dict[str, object]:
    chances = dict(zip(LABELS, (found.negative, found.neutral, found.positive), strict=True))
    return {
        "id": line.id,
        "label": max(chances, key=lambda label: chances[label]),
        "probabilities": {label: round(chance, 6) for label, chance in chances.items()},
    }


def _figures(
    model: Compact,
    scores: list[Score],
    labels: np.ndarray[tuple[int], np.dtype[np.int64]],
    languages: np.ndarray[tuple[int], np.dtype[np.str_]],
    chosen: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> Figures:
    rows = np.array([(score.negative, score.neutral, score.positive) for score in scores])[chosen]
    return figures(rows, labels[chosen], [str(language) for language in languages[chosen]], model.matrices)


if __name__ == "__main__":
    main()
