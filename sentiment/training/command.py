"""The command that trains, measures and writes the shipped model, step by step; it needs the extra «training»."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
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

from . import aboutness, calibrate, card, lexicons, written
from .doubts import HELD_BACK, Answered, corrections, limits, print_corrections
from .encoder import WORDS, Material, Shape, cut, shares, train
from .export import export
from .finetune import Course
from .fit import ITERATIONS, STRENGTH, fit, label_offsets, matrix
from .sources import DOUBTFUL, FRENCH_WEIGHT, KNOWN, POSTS, Source, files, select_sources, trusted

DRAWN = 160_000
JOINED = 6_000  # texts made of two
SAMPLED = 3_000  # texts, drawn as for the training, over which it is watched what the encoder's neurons do

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class TrainingSet:
    """The texts to train on: labels (n,), offsets (n, 3), weights (n,), which are held back to calibrate on, and whose
    labels say nothing."""

    examples: Sequence[Example]
    labels: Labels
    offsets: Floats
    weights: Floats
    held_back: NDArray[np.bool_]
    doubtful: NDArray[np.bool_]


@click.command()
@click.option("--data", "folder", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="folder of the model")
@click.option("--work", type=click.Path(file_okay=False, path_type=Path), help="kept between runs; OUT.work by default")
@click.option("--tiers", default="A", show_default=True, help="licence tiers to train on, such as AB")
@click.option("--also", multiple=True, default=("semeval13-16",), show_default=True, help="sources whatever their tier")
@click.option("--drawn", default=DRAWN, show_default=True, help="texts each network is shown, repeats included")
@click.option("--teacher", default=12, show_default=True, help="layers of the network that teaches; 0: none")
@click.option("--layers", default=6, show_default=True, help="layers of the network that ships")
@click.option("--written/--no-written", "ours", default=True, help="train also on the texts written for Vigie")
@click.option("--saved-every", default=200, show_default=True, help="steps of the encoder between two savings")
@click.option("--seed", default=1, show_default=True, help="of all that is drawn")
def main(
    folder: Path,
    out: Path,
    work: Path | None,
    tiers: str,
    also: tuple[str, ...],
    drawn: int,
    teacher: int,
    layers: int,
    ours: bool,
    saved_every: int,
    seed: int,
) -> None:
    """Train the compact model on a folder of labelled CSV files with text, label, language, source and split.

    Only rows of the split `train` teach or calibrate; rows of `val` of every source are what the figures are about.
    A run that was interrupted goes on where it was when it is started again.
    """
    say = _teller(time.monotonic())
    paths = files(folder)
    sources = select_sources(list(paths), tiers, also)
    if not sources:
        raise click.UsageError(f"no file in {folder} is of tier {tiers} or named in --also")
    sources += [KNOWN[written.SOURCE]] if ours else []
    examples = _read([paths[source.name] for source in sources if source.name in paths], "train")
    examples += written.texts("train") if ours else []
    judged = [*trusted(_read(list(paths.values()), "val")), *written.texts("val")]
    say(f"{len(examples)} texts to train on, {len(judged)} to measure on")
    choices = {
        "tiers": tiers,
        "also": list(also),
        "texts": len(examples),
        "drawn": drawn,
        "teacher": teacher,
        "layers": layers,
        "seed": seed,
    }
    work = _work(work or out.with_name(out.name + ".work"), choices)
    texts = _training_set(examples, {source.name: source for source in sources}, seed)
    try:
        _train(texts, out, work, Shape(teacher, layers), Course(drawn, seed, saved_every), say)
    except FileNotFoundError as error:
        raise click.ClickException(str(error)) from error
    counts = {source.name: (source, sum(each.source == source.name for each in examples)) for source in sources}
    _finish(texts, judged, out, work, {**choices, "strength": STRENGTH, "iterations": ITERATIONS}, counts, say)


def _read(paths: Sequence[Path], split: str) -> list[Example]:
    try:
        return [example for path in paths for example in read(path, split)]
    except ValueError as error:
        raise click.ClickException(str(error)) from error


def _work(folder: Path, choices: dict[str, object]) -> Path:
    """The folder of finished steps, which belongs to one set of choices. Raises click.UsageError for another set."""
    folder.mkdir(parents=True, exist_ok=True)
    note = folder / "choices.json"
    if note.exists() and json.loads(note.read_text(encoding="utf-8")) != choices:
        raise click.UsageError(f"{folder} is of a run with other data or options: remove it, or name another --work")
    note.write_text(json.dumps(choices), encoding="utf-8")
    return folder


def _training_set(examples: list[Example], sources: dict[str, Source], seed: int) -> TrainingSet:
    labels = np.array([example.label for example in examples])
    kinds = [example.kind for example in examples]
    weights = [sources[example.source].weight if example.source in sources else 1.0 for example in examples]
    more = [FRENCH_WEIGHT if example.source in POSTS and example.language == "fr" else 1.0 for example in examples]
    return TrainingSet(
        examples,
        labels,
        label_offsets(labels, kinds),
        np.array(weights) * np.array(more),
        calibrate.held_out(labels, kinds, seed),
        np.isin(kinds, list(DOUBTFUL)),
    )


def _train(texts: TrainingSet, out: Path, work: Path, shape: Shape, course: Course, say: Say) -> None:
    """Writes the files of the model, and in `work` a linear part that never saw the texts held back."""
    out.mkdir(parents=True, exist_ok=True)
    _train_encoder(texts, out, work, shape, course, say)
    sound = ~texts.doubtful
    _fit_linear(texts, {work / HELD_BACK: sound & ~texts.held_back, work / compact.LINEAR: sound}, say)
    shutil.copy(work / compact.LINEAR, out / compact.LINEAR)


def _train_encoder(texts: TrainingSet, out: Path, work: Path, shape: Shape, course: Course, say: Say) -> None:
    material = _material(texts, course.seed)
    encoder = train(material, shape, course, work, say)
    say("writing the encoder in int8")
    likely = shares(material.examples) * material.used
    rows = np.random.default_rng(course.seed).choice(len(likely), min(SAMPLED, len(likely)), p=likely / likely.sum())
    pieces = cut(encoder.tokenizer, [material.examples[row].text for row in rows])
    export(encoder.network, pieces, out / compact.PIECES, out / compact.NETWORK)
    shutil.copy(work / WORDS, out / compact.WORDS)


def _material(texts: TrainingSet, seed: int) -> Material:
    """The texts not held back, and those that teach whom a text is about."""
    used = [each for each, back in zip(texts.examples, texts.held_back, strict=True) if not back]
    posts = [each for each in trusted(used) if each.source in POSTS]
    pairs = written.comparing("train") if any(each.source == written.SOURCE for each in used) else ()
    more = [*aboutness.compared(list(pairs)), *aboutness.joined(posts, JOINED, seed)]
    labels = np.array([each.label for each in more], dtype=np.int64)
    return Material(
        [*texts.examples, *more],
        np.concatenate([texts.labels, labels]),
        np.concatenate([texts.offsets, label_offsets(labels, [each.kind for each in more])]),
        np.concatenate([~texts.held_back, np.ones(len(more), dtype=np.bool_)]),
        np.arange(len(texts.examples) + len(more)) >= len(texts.examples),
        np.concatenate([texts.doubtful, np.zeros(len(more), dtype=np.bool_)]),
    )


def _fit_linear(texts: TrainingSet, parts: Mapping[Path, NDArray[np.bool_]], say: Say) -> None:
    """Fits the linear parts whose files are missing, each on its rows of the texts."""
    missing = {path: np.flatnonzero(rows) for path, rows in parts.items() if not path.exists()}
    if missing:
        say("making features")
        features, words = matrix([example.text for example in texts.examples]), lexicons.columns()
    for path, rows in missing.items():
        say(f"fitting the linear part on {len(rows)} texts")
        part = fit(features[rows], texts.labels[rows], texts.offsets[rows], texts.weights[rows], words, say)
        linear.save(path, part)


def _finish(
    texts: TrainingSet,
    judged: list[Example],
    out: Path,
    work: Path,
    facts: dict[str, object],
    sources: dict[str, tuple[Source, int]],
    say: Say,
) -> None:
    """Calibrates on the texts held back, measures on the validation texts, and writes the card."""
    network = shipped.load(out / compact.NETWORK, out / compact.PIECES, out / compact.WORDS)
    kept = texts.held_back & ~texts.doubtful
    back = [example for example, is_kept in zip(texts.examples, kept, strict=True) if is_kept]
    say(f"calibrating on {len(back)} texts held back")
    words = [example.text for example in back]
    unseen = [linear.load(work / HELD_BACK).logits(words), network.logits(words)]
    say("measuring")
    words = [example.text for example in judged]
    logits = [linear.load(out / compact.LINEAR).logits(words), network.logits(words)]
    parts = {}
    known = Answered(judged, tuple(logits))
    every = Answered(back, tuple(unseen)) + known
    for name, count in (("fast", 1), ("blend", 2)):
        settings = _settings(unseen[:count], back, texts.labels[kept], int(str(facts["seed"])))
        part = card.Part(settings, corrections(settings, every.parts(count)), limits(settings, known.parts(count)))
        figures = card.measure(part, logits[:count], judged)
        parts[name] = part.as_json(figures)
        _print_figures(name, figures)
        print_corrections(name, part.corrections)
    card.save(out / compact.CARD, card.card(out, sources, facts, parts["blend"], parts["fast"]))
    size = sum(path.stat().st_size for path in out.iterdir()) / 1e6
    say(f"wrote {out} ({size:.1f} MB)")


def _print_figures(part: str, figures: Mapping[str, Mapping[str, object]]) -> None:
    for cut_name, values in figures.items():
        quality = f"macro-F1 {values['macro_f1']:5.1f}  ECE {values['calibration_error']:.3f}"
        print(f"{part:6} {cut_name:24} texts {values['texts']:>5}  {quality}")


def _settings(logits: list[Floats], back: list[Example], labels: Labels, seed: int) -> compact.Settings:
    kinds, languages = [each.kind for each in back], [each.language for each in back]
    even = calibrate.balance(calibrate.HeldBack(tuple(logits), labels, np.array(kinds), np.array(languages)), seed)
    return calibrate.calibration({group: calibrate.of_sources(each, POSTS) for group, each in even.items()})


def _teller(start: float) -> Say:
    def say(line: str) -> None:
        print(f"[{time.monotonic() - start:6.0f} s] {line}", flush=True)

    return say
