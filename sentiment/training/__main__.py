"""`python -m sentiment.training --data FOLDER --out sentiment/compact.npz`: trains, measures and writes the model."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
from scipy.sparse import csr_matrix

from sentiment.compact import load
from sentiment.labelled import Example, read
from sentiment.measure import Labels
from sentiment.quantify import GROUPS, Floats

from . import calibrate, card
from .fit import ITERATIONS, STRENGTH, Linear, fit, label_offsets, matrix
from .sources import POSTS, Source, allowed, files

FOLDS = 3

Say = Callable[[str], None]


@click.command()
@click.option("--data", "folder", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="a .npz; its card lies beside it"
)
@click.option("--tiers", default="A", show_default=True, help="licence tiers to train on, such as AB")
@click.option("--also", multiple=True, default=("semeval13-16",), show_default=True, help="sources whatever their tier")
@click.option("--strength", default=STRENGTH, show_default=True, help="inverse of the regularisation")
@click.option("--seed", default=1, show_default=True, help="of the folds and the balanced samples")
def main(folder: Path, out: Path, tiers: str, also: tuple[str, ...], strength: float, seed: int) -> None:
    """Train the compact model on a folder of labelled CSV files with text, label, language, source and split.

    Only rows of the split `train` teach or calibrate; rows of `val` of every source are what the figures are about.
    """
    if out.suffix != ".npz":
        raise click.UsageError("--out must end in .npz")
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
    counts = {source.name: (source, sum(1 for example in train if example.source == source.name)) for source in sources}
    _train(train, counts, out, strength, seed, {"tiers": tiers, "also": list(also)}, say)
    _measure(out, judged, say)


def _train(
    train: list[Example],
    sources: dict[str, tuple[Source, int]],
    out: Path,
    strength: float,
    seed: int,
    choices: dict[str, object],
    say: Say,
) -> None:
    features = matrix([example.text for example in train])
    labels = np.array([example.label for example in train])
    kinds = [example.kind for example in train]
    offsets = label_offsets(labels, kinds)
    weights = np.array([sources[example.source][0].weight if example.source in sources else 1.0 for example in train])

    def fitted(rows: Labels) -> Linear:
        return fit(features[rows], labels[rows], offsets[rows], weights[rows], say, strength)

    held_logits = _cross_fitted(features, labels, fitted, seed, say)
    say("calibrating on the held-out folds")
    held = calibrate.held(held_logits, labels, kinds, [example.language for example in train])
    kinds_of = calibrate.balanced(held, seed)
    settings = {group: calibrate.calibration(calibrate.referred(kinds_of[group], POSTS)) for group in GROUPS}
    matrices = calibrate.matrices(kinds_of, settings, POSTS)
    say("fitting on all texts")
    card.save_weights(out, fitted(np.arange(len(labels))), settings)
    facts = {
        **choices,
        "seed": seed,
        "strength": strength,
        "folds": FOLDS,
        "iterations": ITERATIONS,
        "texts": len(train),
    }
    card.save_card(out.with_suffix(".json"), card.card(out, sources, matrices, facts))


def _cross_fitted(
    features: csr_matrix,
    labels: Labels,
    fitted: Callable[[Labels], Linear],
    seed: int,
    say: Say,
) -> Floats:
    """(n, 2) logits of each text by a model that did not see it."""
    fold = np.random.default_rng(seed).integers(FOLDS, size=len(labels))
    logits = np.zeros((len(labels), 2))
    for number in range(FOLDS):
        say(f"fold {number + 1} of {FOLDS}")
        unseen = np.flatnonzero(fold == number)
        logits[unseen] = fitted(np.flatnonzero(fold != number)).logits(features[unseen])
    return logits


def _measure(out: Path, judged: list[Example], say: Say) -> None:
    model = load(out)
    found = card.measured(model, judged) if judged else {}
    content = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    card.save_card(out.with_suffix(".json"), {**content, "figures": found})
    for name, values in found.items():
        quality = f"macro-F1 {values['macro_f1']:5.1f}  ECE {values['calibration_error']:.3f}"
        print(f"{name:24} texts {values['texts']:>5}  {quality}")
    say(f"wrote {out} ({out.stat().st_size / 1e6:.2f} MB) and {out.with_suffix('.json').name}")


def _teller(start: float) -> Say:
    def say(line: str) -> None:
        print(f"[{time.monotonic() - start:6.0f} s] {line}", flush=True)

    return say


if __name__ == "__main__":
    main()
