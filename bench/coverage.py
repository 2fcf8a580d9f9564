"""How often the truth lies inside the interval of the reputation score, on bags of labelled texts of kinds left out.

`python -m bench.coverage --data FOLDER`: for each kind of text, the corrections are fitted without it. Then bags of 30
to 5,000 of its texts, 5 to 80 % of them negative, are drawn with replacement. The truth is the mix they are drawn from.
Then the same with a random sample of labels of the kind: below 100 they narrow the doubt, from 100 on they make the
score.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from bench.row import Row
from bench.sentiment import DATA
from sentiment.compact import compact, load
from sentiment.compare import rows_of, texts_of
from sentiment.correction import PARTS, Corrections
from sentiment.doubt import Bags, Kind, draw, draw_rows, fit, kinds_of, languages_read
from sentiment.indices import Reputation, Scored, Tally, reputations
from sentiment.labelled import read
from sentiment.mixture import histogram
from sentiment.sampled import Stratum, by_sample
from sentiment.training import written
from sentiment.training.sources import trusted

SIZES = (30, 100, 300, 1_000, 5_000)
REPEATS = 20  # bags of each size and share of negative texts
OWN = (20, 50, 100, 200)
POPULATION = 1_000  # texts of a bag that a sample of labels is drawn from


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """The bags of one kind: the score errors in points of the estimate (n,) and of plain counting (n,), which intervals
    held the truth (n,), and half their widths in points (n,)."""

    kind: Kind
    readable: bool
    error: NDArray[np.float64]
    counted: NDArray[np.float64]
    inside: NDArray[np.bool_]
    half: NDArray[np.float64]


def kinds(folder: Path, model: Path | None = None) -> list[Kind]:
    """The kinds of validation texts, as the shipped model or that of a folder answers them."""
    scorer = compact() if model is None else load(model)
    found = trusted(each for path in sorted(folder.glob("*.csv*")) for each in read(path, "val"))
    examples = [*found, *written.texts("val")]
    labels = np.array([each.label for each in examples], dtype=np.int64)
    names, languages = [each.kind for each in examples], [each.language for each in examples]
    return kinds_of(rows_of(scorer.score(texts_of(examples))), labels, names, languages)


def left_out(kind: Kind, every: Sequence[Kind]) -> Corrections:
    """The corrections as they would be without a kind; which languages are read stays what it is."""
    found = fit([each for each in every if each is not kind])
    return replace(found, read=frozenset(languages_read(every)))


def measure(kind: Kind, corrections: Corrections) -> Held:
    """The intervals of a kind's bags."""
    bags = draw(kind, 2, SIZES, REPEATS)
    answers = reputations([tally_of(kind, bags, n, corrections) for n in range(len(bags.sizes))], corrections)
    readable = kind.is_readable and corrections.part_of(kind.language) != "unread"
    return held(kind, readable, answers, bags)


def held(kind: Kind, readable: bool, answers: Sequence[Reputation], bags: Bags) -> Held:
    """Reputations beside the truth of the bags they are of."""
    score, low, high = (
        np.array([getattr(answer, name) for answer in answers], dtype=np.float64) for name in ("score", "low", "high")
    )
    truth = 100 * bags.truth
    inside = (low <= truth) & (truth <= high)
    return Held(kind, readable, np.abs(score - truth), np.abs(100 * bags.counted - truth), inside, (high - low) / 2)


def tally_of(kind: Kind, bags: Bags, number: int, corrections: Corrections) -> Tally:
    """One bag as the product counts it."""
    size, net = int(bags.sizes[number]), round(bags.counted[number] * bags.sizes[number])
    scored = Scored(max(net, 0), size - abs(net), max(-net, 0), tuple(bags.histograms[number].tolist()))
    nothing, part = Scored(), corrections.part_of(kind.language)
    en, fr, other, unread = (scored if each == part else nothing for each in PARTS)
    return Tally(en, fr, other, unread=unread)


def sampled(kind: Kind, corrections: Corrections, labels: int, rounds: int = 60) -> Held:
    """Bags of 1,000 texts of which some, drawn at random, have a label."""
    bags, dice = draw(kind, 3, (POPULATION,), rounds // 5), np.random.default_rng(4)
    answers = []
    for number, mix in enumerate(bags.mixes):
        rows = draw_rows(kind.by_label, mix, labels, dice)
        cells = histogram(kind.probabilities[rows])
        part = corrections.part_of(kind.language)
        own = corrections
        if part != "unread":
            counts = np.bincount(kind.labels[rows], minlength=3).astype(np.float64)
            own = replace(own, groups={**own.groups, part: own.groups[part].learn(cells, counts)})
        tally = tally_of(kind, bags, number, own)
        names = np.arange(labels).astype(str)
        bag = Stratum(bags.histograms[number], POPULATION, kind.probabilities[rows], kind.labels[rows], names, names)
        answers.append(by_sample(reputations([tally], own)[0], tally, [bag]))
    return held(kind, kind.is_readable, answers, bags)


def run() -> Iterator[Row]:
    """The readable kinds, each left out of fitting and weighing the same."""
    if not DATA.is_dir():
        yield Row("interval of the score", None, "", note="the folder of labelled texts is not here")
        return
    every = kinds(DATA)
    found = [measure(kind, left_out(kind, every)) for kind in every]
    yield from rows_of_kinds(found)


def rows_of_kinds(found: Sequence[Held]) -> Iterator[Row]:
    """The table per kind, then what is wanted over the readable ones."""
    for each in found:
        word = "" if each.readable else ", not read"
        note = f"±{each.half.mean():.0f}; error {each.error.mean():.1f}, counted {each.counted.mean():.1f}{word}"
        yield Row(f"inside, {each.kind.name}", _percent(each), "%", note=note)
    readable = [each for each in found if each.readable]
    average = float(np.mean([_percent(each) for each in readable]))
    worst = min(readable, key=_percent)
    lost = max(readable, key=lambda each: float((each.error - each.counted).mean()))
    yield Row("truth inside, readable kinds left out", average, "%", 93, note=f"{len(readable)} kinds")
    yield Row("… and the interval no wider than it need be", average, "%", 99, "less")
    yield Row("truth inside, worst readable kind", _percent(worst), "%", 85, note=worst.kind.name)
    yield Row("mean error", float(np.mean([each.error.mean() for each in readable])), "points", 12, "less")
    more = float((lost.error - lost.counted).mean())
    yield Row("error beyond that of counting, worst kind", more, "points", 1, "less", note=lost.kind.name)


def _percent(each: Held) -> float:
    return float(100 * each.inside.mean())


@click.command()
@click.option("--data", "folder", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--model", type=click.Path(exists=True, file_okay=False, path_type=Path), help="the shipped one if absent"
)
def main(folder: Path, model: Path | None) -> None:
    """Print, for each kind left out of fitting, how often the interval of the score holds the truth."""
    every = kinds(folder, model)
    without = {kind.name: left_out(kind, every) for kind in every}
    print(f"{'kind':22} {'size':>6} {'inside':>7} {'±':>5} {'error':>6} {'counted':>8}")
    for kind in every:
        each = measure(kind, without[kind.name])
        sizes = np.repeat(SIZES, len(each.error) // len(SIZES))
        for size in SIZES:
            _print(each, str(size), sizes == size)
        _print(each, "all", sizes > 0)
    for number in OWN:
        for kind in every:
            each = sampled(kind, without[kind.name], number)
            _print(each, f"{number} l.", np.ones(len(each.error), dtype=np.bool_))


def _print(each: Held, size: str, rows: NDArray[np.bool_]) -> None:
    numbers = f"{each.half[rows].mean():5.0f} {each.error[rows].mean():6.1f} {each.counted[rows].mean():8.1f}"
    word = "" if each.readable else "  not read"
    print(f"{each.kind.name:22} {size:>6} {each.inside[rows].mean():>7.1%} {numbers}{word}", flush=True)


if __name__ == "__main__":
    main()
