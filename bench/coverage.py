"""How often the truth lies inside the interval of the reputation score, on simulated bags of labelled texts.

`python -m bench.coverage --data FOLDER`: for each language group and kind of text, bags of 30 to 5,000 texts, 5 to 80 %
of them negative, are drawn with replacement from the validation split. The truth is the mix they are drawn from; it
should be inside the interval of 90 to 98 % of them. Then the same with matrices adapted to a random sample of 100, 200
and 400 labels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from bench.row import Row
from bench.sentiment import DATA
from sentiment.base import Text
from sentiment.compact import Compact, compact
from sentiment.indices import Reputation, Scored, Tally, reputations
from sentiment.labelled import read
from sentiment.quantify import GROUPS, Floats, LanguageGroup, Matrix, adapt, group_of

NEGATIVE = (0.05, 0.2, 0.4, 0.6, 0.8)
BAGS = 192  # for each group, size and share of negative texts in `make bench`, shared out among the kinds of the group
SIZES = (30, 100, 300, 1_000, 5_000)
UNSEEN = ("airline", "sxsw-brands", "apple-dfe", "sst5")
OWN = (100, 200, 400)
OWN_KINDS = ("umsab", "airline", "sxsw-brands", "apple-dfe")
LEAST = 20  # texts of each label that a pool needs


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Scored texts of one group and kind: probabilities (n, 3) and labels (n,)."""

    group: LanguageGroup
    name: str
    probabilities: Floats
    labels: NDArray[np.int64]


def pools(model: Compact, folder: Path) -> Iterator[Pool]:
    for path in sorted(folder.glob("*.csv*")):
        examples = list(read(path, "val"))
        scores = model.score([Text(example.text, example.language) for example in examples])
        rows = np.array([(score.negative, score.neutral, score.positive) for score in scores]).reshape(-1, 3)
        labels = np.array([example.label for example in examples], dtype=np.int64)
        groups = np.array([group_of(example.language) for example in examples])
        for group in GROUPS:
            chosen = groups == group
            if np.bincount(labels[chosen], minlength=3).min() >= LEAST:
                yield Pool(group, path.name.split(".")[0], rows[chosen], labels[chosen])


def bag(pool: Pool, mix: Floats, size: int, dice: np.random.Generator) -> Scored:
    drawn = [
        dice.choice(np.flatnonzero(pool.labels == label), n) for label, n in enumerate(dice.multinomial(size, mix))
    ]
    rows = pool.probabilities[np.concatenate(drawn)]
    shown = np.bincount(rows.argmax(axis=1), minlength=3)
    sums = rows.sum(axis=0)
    return Scored(int(shown[2]), int(shown[1]), int(shown[0]), float(sums[0]), float(sums[1]), float(sums[2]))


def tally_of(group: LanguageGroup, scored: Scored) -> Tally:
    match group:
        case "en":
            return Tally(en=scored)
        case "fr":
            return Tally(fr=scored)
        case "other":
            return Tally(other=scored)


def mixes(dice: np.random.Generator, repeats: int) -> Iterator[Floats]:
    for negative in NEGATIVE:
        for _ in range(repeats):
            rest = dice.dirichlet((1, 1)) * (1 - negative)
            yield np.array([negative, *rest])


def run() -> Iterator[Row]:
    """By language group, the share of bags whose interval holds the truth; each kind of text weighs the same."""
    if not DATA.is_dir():
        yield Row("interval of the score", None, "", note="the folder of labelled texts is not here")
        return
    model, dice = compact(), np.random.default_rng(1)
    every = list(pools(model, DATA))
    for group in GROUPS:
        mine = [pool for pool in every if pool.group == group]
        shares = {pool.name: _holding(pool, model, dice, BAGS // len(mine)) for pool in mine}
        share, note = float(np.mean(list(shares.values()))), f"posts {shares['umsab']:.0f}"
        yield Row(f"interval holds the truth, {group}", share, "%", 90, note=f"kinds of text: {len(shares)}, {note}")
        yield Row(f"… and is no wider than it need be, {group}", share, "%", 98, "less")


def _holding(pool: Pool, model: Compact, dice: np.random.Generator, bags: int) -> float:
    """The share of bags whose interval holds the truth, in percent."""
    drawn = [(mix, size) for size in SIZES for mix in mixes(dice, bags)]
    answers = reputations([tally_of(pool.group, bag(pool, mix, size, dice)) for mix, size in drawn], model.matrices)
    truth = np.array([100 * (mix[2] - mix[0]) for mix, _ in drawn])
    return float(100 * np.mean([inside(answer, score) for answer, score in zip(answers, truth, strict=True)]))


def inside(answer: Reputation, truth: float) -> bool:
    """Whether the interval holds the truth."""
    return answer.low is not None and answer.high is not None and answer.low <= truth <= answer.high


@click.command()
@click.option("--data", "folder", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--repeats", default=40, show_default=True, help="bags per size and share of negative texts")
@click.option("--seed", default=1, show_default=True)
def main(folder: Path, repeats: int, seed: int) -> None:
    model, dice = compact(), np.random.default_rng(seed)
    every = list(pools(model, folder))
    print(f"{'group':6} {'kind':18} {'size':>5} {'inside':>7} {'±':>6} {'error':>6} {'counted':>8}")
    inside: dict[str, list[bool]] = {}
    for pool in every:
        for size in SIZES:
            drawn = list(mixes(dice, repeats))
            tallies = [tally_of(pool.group, bag(pool, mix, size, dice)) for mix in drawn]
            answers = reputations(tallies, model.matrices)
            truth = np.array([100 * (mix[2] - mix[0]) for mix in drawn])
            hits = _report(pool.group, pool.name, size, answers, truth)
            kind = "kinds never trained on" if pool.name in UNSEEN else "kinds trained on"
            inside.setdefault("umsab" if pool.name == "umsab" else kind, []).extend(hits)
    _report_mixed(every, model, dice, repeats)
    for name, hits in inside.items():
        print(f"all sizes, {name}: {np.mean(hits):.1%} inside")
    for pool in every:
        if pool.name in OWN_KINDS:
            _report_own_sample(pool, model, dice, repeats)


def _report_own_sample(pool: Pool, model: Compact, dice: np.random.Generator, repeats: int) -> None:
    """All sizes together: with the shipped matrix, then with one adapted to a new random sample for each round of
    bags."""
    for labels in (0, *OWN):
        answers, truth = [], []
        for _ in range(repeats):
            matrices = {**model.matrices, pool.group: _own_matrix(pool, model, labels, dice)}
            drawn = [(mix, size) for size in SIZES for mix in mixes(dice, 1)]
            answers += reputations([tally_of(pool.group, bag(pool, mix, size, dice)) for mix, size in drawn], matrices)
            truth += [100 * (mix[2] - mix[0]) for mix, _ in drawn]
        name = f"{pool.name}, {f'own sample of {labels} labels' if labels else 'shipped matrix'}"
        _report(pool.group, f"{name:42}", "all", answers, np.array(truth))


def _own_matrix(pool: Pool, model: Compact, labels: int, dice: np.random.Generator) -> Matrix:
    """The matrix adapted to texts drawn uniformly, as people would label them; the shipped one for 0 labels."""
    shipped = model.matrices[pool.group]
    rows = dice.integers(0, len(pool.labels), labels)
    return adapt(shipped, pool.probabilities[rows], pool.labels[rows]) if labels else shipped


def _report_mixed(pools: list[Pool], model: Compact, dice: np.random.Generator, repeats: int) -> None:
    """Bags of all groups together, in random parts, from UMSAB."""
    every = [pool for pool in pools if pool.name == "umsab"]
    for size in SIZES:
        tallies, truth = [], []
        for _ in range(repeats * len(NEGATIVE)):
            parts = dice.multinomial(size, dice.dirichlet(np.ones(len(every))))
            chosen = [mix for mix, _ in zip(mixes(dice, 1), every, strict=False)]
            bags = [tally_of(p.group, bag(p, m, int(n), dice)) for p, m, n in zip(every, chosen, parts, strict=True)]
            tallies.append(sum(bags, Tally()))
            truth.append(sum(100 * (mix[2] - mix[0]) * n for mix, n in zip(chosen, parts, strict=True)) / size)
        _report("all", "umsab", size, reputations(tallies, model.matrices), np.array(truth))


def _report(group: str, name: str, size: int | str, answers: list[Reputation], truth: Floats) -> list[bool]:
    low, high, score, raw = (
        np.array([getattr(answer, field) for answer in answers], dtype=np.float64)
        for field in ("low", "high", "score", "raw_score")
    )
    hits = (low <= truth) & (truth <= high)
    width, error, counted = (high - low).mean() / 2, np.abs(score - truth).mean(), np.abs(raw - truth).mean()
    print(f"{group:6} {name:18} {size:>5} {hits.mean():>7.1%} {width:6.1f} {error:6.1f} {counted:8.1f}", flush=True)
    return [bool(hit) for hit in hits]


if __name__ == "__main__":
    main()
