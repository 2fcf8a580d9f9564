"""`python -m sentiment score` and `python -m sentiment evaluate FILE…`: the model without the application."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import click
from pydantic import BaseModel, ValidationError

from .base import ModelError, Score, Scorer, Text
from .compare import Cut, cuts, side_by_side
from .labelled import Example, read
from .language import detect
from .measure import LABELS
from .scorers import COMPACT, THREADS, scorer

CHUNK = 65_536  # bytes read at once, at most
LONGEST_LINE = 8_000_000  # bytes: more is a mistake, not a text


class Line(BaseModel):
    """One line of input: a text, an id of whoever sent it, and its language where known."""

    id: str | int | None = None
    text: str
    language: str | None = None


@click.group()
def main() -> None:
    """Score texts with the model that ships in the package, or with a larger one; measure and compare them."""


def _load(reference: str, threads: int) -> Scorer:
    try:
        return scorer(reference, threads=threads)
    except ModelError as error:
        raise click.ClickException(str(error)) from error


threads_option = click.option("--threads", default=THREADS, show_default=True, help="cores that the model may use")


@main.command()
@click.option(
    "--model", default=COMPACT, show_default=True, help="compact, a folder, or owner/name[@revision] of the hub"
)
@threads_option
def score(model: str, threads: int) -> None:
    """Score JSON Lines from standard input, {"id", "text", "language"}, to standard output, in order.

    A text without a language has the one its words look like. A line that cannot be read is named on standard error
    and left out, the others are scored, and the exit code is 1.
    """
    chosen, number, bad = _load(model, threads), 0, 0
    for batch in _batches(sys.stdin.buffer):
        lines: list[Line] = []
        for raw in batch:
            number += 1
            try:
                lines += [_line(raw)] if raw.strip() else []
            except ValueError as error:
                bad += 1
                click.echo(f"line {number}: {error}", err=True)
        scores = chosen.score([Text(line.text, line.language or detect(line.text)[0]) for line in lines])
        for line, each in zip(lines, scores, strict=True):
            click.echo(json.dumps(_answer(line, each)))
    if bad:
        click.echo(f"{bad} line{'s' if bad > 1 else ''} could not be read", err=True)
        sys.exit(1)


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--model", "models", multiple=True, default=(COMPACT,), help="as for score; several are put side by side")
@click.option("--split", default="val", show_default=True, type=click.Choice(["train", "val"]))
@click.option("--save", is_flag=True, help="write vigie-measured.json beside the model, which reads it from then on")
@click.option("--save-to", type=click.Path(dir_okay=False, path_type=Path), help="write it to this file instead")
@threads_option
def evaluate(
    paths: tuple[Path, ...], models: tuple[str, ...], split: str, save: bool, save_to: Path | None, threads: int
) -> None:
    """Measure a model on labelled CSV(.gz) files with text, label, language, source and split: one JSON line per cut.

    A cut is a file, and one language of it. Errors of the score are in points, before and after correction. Several
    models make a table.
    """
    if (save or save_to) and len(models) != 1:
        raise click.UsageError("--save takes one --model")
    files = [(path.name, _examples(path, split)) for path in paths]
    if save or save_to:
        _save(models[0], [example for _, examples in files for example in examples], paths, save_to, threads)
    if len(models) > 1:
        every = [list(_cuts(_load(reference, threads), files)) for reference in models]
        click.echo(side_by_side(models, every))
    else:
        for cut in _cuts(_load(models[0], threads), files):
            click.echo(json.dumps(cut.as_json()))


def _cuts(model: Scorer, files: Sequence[tuple[str, list[Example]]]) -> Iterator[Cut]:
    for name, examples in files:
        yield from cuts(model, name, examples)


def _examples(path: Path, split: str) -> list[Example]:
    try:
        examples = list(read(path, split))
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    if not examples:
        raise click.ClickException(f"{path.name} has no text of the split {split}")
    return examples


def _save(reference: str, examples: list[Example], paths: tuple[Path, ...], target: Path | None, threads: int) -> None:
    from .compare import measure_and_write

    try:
        written = measure_and_write(reference, examples, ", ".join(path.name for path in paths), target, threads)
    except (ModelError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(f"it cannot be written: {error}; give another file with --save-to") from error
    click.echo(f"measured: {written}", err=True)


def _batches(stream: BinaryIO) -> Iterator[list[bytes]]:
    """The lines that have arrived, as soon as they have: a program that writes one line and waits gets its answer.

    A line longer than LONGEST_LINE is kept only up to there.
    """
    begun = b""
    while chunk := stream.read1(CHUNK):  # type: ignore[attr-defined] # standard input is buffered
        *whole, rest = chunk.split(b"\n")
        if whole:
            whole[0], begun = begun + whole[0], b""
            yield whole
        begun = (begun + rest)[: LONGEST_LINE + 1]
    if begun:
        yield [begun]


def _line(raw: bytes) -> Line:
    """Reads a line. Raises ValueError with a sentence for whoever wrote it."""
    if len(raw) > LONGEST_LINE:
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


def _answer(line: Line, score: Score) -> dict[str, object]:
    chances = dict(zip(LABELS, (score.negative, score.neutral, score.positive), strict=True))
    return {
        "id": line.id,
        "label": max(chances, key=lambda label: chances[label]),
        "probabilities": {label: round(chance, 6) for label, chance in chances.items()},
    }


if __name__ == "__main__":
    main()
