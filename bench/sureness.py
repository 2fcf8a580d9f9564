"""From which probability on a stance is shown, by language, and how often it is right there, on validation posts.

`python -m bench.sureness --write` puts the limits of the shipped model into its card; its weights stay as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

import click
import numpy as np

from bench.row import Row
from bench.sentiment import DATA, array
from sentiment.base import SIDES, Scorer, Text
from sentiment.compact import CARD, FOLDER, compact
from sentiment.labelled import Example, read
from sentiment.sureness import NEVER, PROMISED, Cuts, choose, cuts_as_json
from sentiment.training.sources import LIMITS_ON, even_posts, trusted

SHOWN = ("fr", "en")


def posts() -> list[Example]:
    """The posts that limits are chosen on."""
    every = [each for name in LIMITS_ON for each in trusted(read(DATA / f"{name}.csv.gz", "val"))]
    return [every[row] for row in even_posts(every)]


def cuts_of(model: Scorer, examples: Sequence[Example]) -> Cuts:
    """The limits of a model, chosen on these texts."""
    probabilities = array(model.score([Text(example.text, example.language) for example in examples]))
    labels = np.array([example.label for example in examples])
    return choose(probabilities, labels, [example.language for example in examples])


def run() -> Iterator[Row]:
    """By language and stance: how often it is right where it is shown, and on posts the limit was not chosen on."""
    if not DATA.is_dir():
        yield Row("sureness", None, "", note="the folder of labelled texts is not here")
        return
    examples = posts()
    cuts = cuts_of(compact(), examples)
    for code in (*SHOWN, *sorted(set(cuts) - set(SHOWN))):
        for stance, cut in zip(SIDES, cuts[code], strict=True):
            right = None if cut.right is None else 100 * cut.right
            held = "" if cut.checked is None else f"; {100 * cut.checked:.0f} % on texts it was not chosen on"
            at = "never shown" if cut.at == NEVER else f"from {cut.at:.3f}, {cut.shown} of {cut.predicted} shown{held}"
            target = 100 * PROMISED if stance == "detractor" and code in SHOWN else None
            yield Row(f"{code}: {stance} is right", right, "%", target, note=at)


@click.command()
@click.option("--write", is_flag=True, help="put the limits into the card of the shipped model")
def main(write: bool) -> None:
    """Prints the limits of the shipped model as JSON."""
    model, examples = compact(), posts()
    parts = {"blend": cuts_as_json(cuts_of(model, examples)), "fast": cuts_as_json(cuts_of(model.fast, examples))}
    click.echo(json.dumps(parts, indent=1))
    if write:
        path = FOLDER / CARD
        card = json.loads(path.read_text(encoding="utf-8"))
        for part, cuts in parts.items():
            card[part]["sureness"] = cuts
        path.write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
