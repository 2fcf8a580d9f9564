"""`python -m sentiment.training --data FOLDER --out sentiment/model`: trains, measures and writes the shipped model."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from sentiment import compact, linear
from sentiment import encoder as shipped
from sentiment.labelled import Example, read
from sentiment.measure import Labels
from sentiment.quantify import Floats

from . import calibrate, card, lexicons
from .encoder import cut, shares, trained
from .export import export
from .finetune import Course
from .fit import ITERATIONS, STRENGTH, fit, label_offsets, matrix
from .slim import slimmed
from .sources import FRENCH_WEIGHT, POSTS, Source, allowed, files

DRAWN = 150_000
RANGED = 3_000  # texts, drawn as for the training, that tell what the encoder's neurons do
HELD_BACK = "linear-held.npz"  # fitted without the texts held back

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """The texts to train on: labels (n,), offsets (n, 3), weights (n,), and which are held back to calibrate."""

    examples: Sequence[Example]
    labels: Labels
    offsets: Floats
    weights: Floats
    held: NDArray[np.bool_]


@click.command()
@click.option("--data", "folder", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="folder of the model")
@click.option("--work", type=click.Path(file_okay=False, path_type=Path), help="kept between runs; OUT.work by default")
@click.option("--tiers", default="A", show_default=True, help="licence tiers to train on, such as AB")
@click.option("--also", multiple=True, default=("semeval13-16",), show_default=True, help="sources whatever their tier")
@click.option("--drawn", default=DRAWN, show_default=True, help="texts the encoder is shown, repeats included")
@click.option("--saved-every", default=200, show_default=True, help="steps of the encoder between two savings")
@click.option("--seed", default=1, show_default=True, help="of all that is drawn")
def main(
    folder: Path,
    out: Path,
    work: Path | None,
    tiers: str,
    also: tuple[str, ...],
    drawn: int,
    saved_every: int,
    seed: int,
) -> None:
    """Train the compact model on a folder of labelled CSV files with text, label, language, source and split.

    Only rows of the split `train` teach or calibrate; rows of `val` of every source are what the figures are about.
    A run that was interrupted goes on where it was when it is started again.
    """
    say = _teller(time.monotonic())
    paths = files(folder)
    sources = allowed(list(paths), tiers, also)
    if not sources:
        raise click.UsageError(f"no file in {folder} is of tier {tiers} or named in --also")
    try:
        train = [example for source in sources for example in read(paths[source.name], "train")]
        judged = [example for path in paths.values() for example in read(path, "val")]
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    say(f"{len(train)} texts to train on, {len(judged)} to measure on")
    choices = {"tiers": tiers, "also": list(also), "texts": len(train), "drawn": drawn, "seed": seed}
    work = _work(work or out.with_name(out.name + ".work"), choices)
    taught = _taught(train, {source.name: source for source in sources}, seed)
    try:
        _train(taught, out, work, Course(drawn, seed, saved_every), say)
    except FileNotFoundError as error:
        raise click.ClickException(str(error)) from error
    counts = {source.name: (source, sum(example.source == source.name for example in train)) for source in sources}
    _finish(taught, judged, out, work, {**choices, "strength": STRENGTH, "iterations": ITERATIONS}, counts, say)


def _work(folder: Path, choices: dict[str, object]) -> Path:
    """The folder of what is done already; it serves one set of choices."""
    folder.mkdir(parents=True, exist_ok=True)
    note = folder / "choices.json"
    if note.exists() and json.loads(note.read_text(encoding="utf-8")) != choices:
        raise click.UsageError(f"{folder} is of a run with other data or options: remove it, or name another --work")
    note.write_text(json.dumps(choices), encoding="utf-8")
    return folder


def _taught(train: list[Example], sources: dict[str, Source], seed: int) -> Taught:
    labels = np.array([example.label for example in train])
    kinds = [example.kind for example in train]
    weights = [sources[example.source].weight if example.source in sources else 1.0 for example in train]
    more = [FRENCH_WEIGHT if example.source in POSTS and example.language == "fr" else 1.0 for example in train]
    return Taught(
        train,
        labels,
        label_offsets(labels, kinds),
        np.array(weights) * np.array(more),
        calibrate.held_out(labels, kinds, seed),
    )


def _train(taught: Taught, out: Path, work: Path, course: Course, say: Say) -> None:
    """Writes the three files of the model, and in `work` a linear part that never saw the texts held back."""
    out.mkdir(parents=True, exist_ok=True)
    found = trained(taught.examples, taught.labels, taught.offsets, ~taught.held, course, work, say)
    say("writing the encoder in int8")
    likely = shares(taught.examples) * ~taught.held
    rows = np.random.default_rng(course.seed).choice(len(likely), min(RANGED, len(likely)), p=likely / likely.sum())
    seen = cut(found.tokenizer, [taught.examples[row].text for row in rows])
    slimmed(found.network, seen)
    export(found.network, seen, out / compact.PIECES, out / compact.NETWORK)
    found.tokenizer.save(str(out / compact.WORDS), pretty=False)
    wanted = {work / HELD_BACK: ~taught.held, work / compact.LINEAR: np.ones_like(taught.held)}
    missing = {path: np.flatnonzero(rows) for path, rows in wanted.items() if not path.exists()}
    if missing:
        say("making features")
        features, known = matrix([example.text for example in taught.examples]), lexicons.columns()
    for path, rows in missing.items():
        say(f"fitting the linear part on {len(rows)} texts")
        found_part = fit(features[rows], taught.labels[rows], taught.offsets[rows], taught.weights[rows], known, say)
        linear.save(path, found_part)
    shutil.copy(work / compact.LINEAR, out / compact.LINEAR)


def _finish(
    taught: Taught,
    judged: list[Example],
    out: Path,
    work: Path,
    facts: dict[str, object],
    sources: dict[str, tuple[Source, int]],
    say: Say,
) -> None:
    """Calibrates on the texts held back, measures on the validation texts, and writes the card."""
    network = shipped.load(out / compact.NETWORK, out / compact.PIECES, out / compact.WORDS)
    back = [example for example, held in zip(taught.examples, taught.held, strict=True) if held]
    say(f"calibrating on {len(back)} texts held back")
    texts = [example.text for example in back]
    parts = [linear.load(work / HELD_BACK).logits(texts), network.logits(texts)]
    say("measuring")
    texts = [example.text for example in judged]
    seen = [linear.load(out / compact.LINEAR).logits(texts), network.logits(texts)]
    told = {}
    for name, count in (("fast", 1), ("blend", 2)):
        part = _part(parts[:count], back, taught.labels[taught.held], int(str(facts["seed"])))
        figures = card.measured(part, seen[:count], judged)
        told[name] = part.told(figures)
        for part_of, values in figures.items():
            quality = f"macro-F1 {values['macro_f1']:5.1f}  ECE {values['calibration_error']:.3f}"
            print(f"{name:6} {part_of:24} texts {values['texts']:>5}  {quality}")
    card.save(out / compact.CARD, card.card(out, sources, facts, told["blend"], told["fast"]))
    size = sum(path.stat().st_size for path in out.iterdir()) / 1e6
    say(f"wrote {out} ({size:.1f} MB)")


def _part(logits: list[Floats], back: list[Example], labels: Labels, seed: int) -> card.Part:
    kinds, languages = [one.kind for one in back], [one.language for one in back]
    even = calibrate.balanced(calibrate.Held(tuple(logits), labels, np.array(kinds), np.array(languages)), seed)
    settings = calibrate.calibration({group: calibrate.referred(found, POSTS) for group, found in even.items()})
    return card.Part(settings, calibrate.matrices(even, settings, POSTS))


def _teller(start: float) -> Say:
    def say(line: str) -> None:
        print(f"[{time.monotonic() - start:6.0f} s] {line}", flush=True)

    return say


if __name__ == "__main__":
    main()
