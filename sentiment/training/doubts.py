"""How shares follow from the answers of a model, fitted on labelled texts that it was not trained on.

`python -m sentiment.training.doubts --data FOLDER --model FOLDER` writes them, with its figures, into the card of a
model that exists; its weights and its version stay what they are.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np

from sentiment import compact, encoder, linear
from sentiment.correction import Corrections
from sentiment.doubt import fit, kinds_of
from sentiment.labelled import Example, read
from sentiment.quantify import GROUPS, Floats
from sentiment.sureness import Cuts, choose

from . import card, written
from .sources import even_posts, files, select_sources, trusted

HELD_BACK = "linear-held.npz"  # in the folder of a training's work: fitted without the texts held back


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """Texts with the logits (n, 2) of each part of a model for them."""

    examples: Sequence[Example]
    logits: tuple[Floats, ...]

    def __add__(self, other: Answered) -> Answered:
        parts = zip(self.logits, other.logits, strict=True)
        return Answered([*self.examples, *other.examples], tuple(np.concatenate(pair) for pair in parts))

    def parts(self, count: int) -> Answered:
        """The same of the first `count` parts."""
        return Answered(self.examples, self.logits[:count])


def corrections(settings: compact.Settings, texts: Answered) -> Corrections:
    """The corrections of a part of a model, blended by `settings`, over texts that it was not trained on."""
    languages = [each.language for each in texts.examples]
    labels = np.array([each.label for each in texts.examples])
    names = [each.kind for each in texts.examples]
    return fit(kinds_of(compact.blend(texts.logits, languages, settings), labels, names, languages))


def limits(settings: compact.Settings, texts: Answered) -> Cuts:
    """From which probability on the stances of a part are shown: chosen on posts among these texts, with an even
    mix of labels, or on all where there are none."""
    posts = even_posts(texts.examples)
    chosen = [texts.examples[row] for row in posts]
    languages = [each.language for each in chosen]
    probabilities = compact.blend([logits[posts] for logits in texts.logits], languages, settings)
    return choose(probabilities, np.array([each.label for each in chosen]), languages)


@click.command()
@click.option("--data", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--model", "folder", required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--work", type=click.Path(exists=True, file_okay=False, path_type=Path), help="of its training, if kept")
def main(data: Path, folder: Path, work: Path | None) -> None:
    """Fit anew, on labelled texts, how far a model's scores may be wrong, and write it into its card.

    The texts are those of the split `val`, and with --work also those that its training held back.
    """
    content = compact.read_card(folder)
    network = encoder.load(folder / compact.NETWORK, folder / compact.PIECES, folder / compact.WORDS)
    paths = files(data)
    judged = _answers(
        [*trusted(each for path in paths.values() for each in read(path, "val")), *written.texts("val")],
        linear.load(folder / compact.LINEAR),
        network,
    )
    unseen = judged
    if work is not None:
        unseen += _answers(_held_back(data, work, content), linear.load(work / HELD_BACK), network)
    for name, count in (("fast", 1), ("blend", 2)):
        settings = {language: np.array(row) for language, row in content[name]["settings"].items()}
        part = card.Part(settings, corrections(settings, unseen.parts(count)), limits(settings, judged.parts(count)))
        figures = card.measure(part, judged.logits[:count], judged.examples)
        content[name] = part.as_json(figures)
        print_corrections(name, part.corrections)
    card.save(folder / compact.CARD, content)


def print_corrections(part: str, found: Corrections) -> None:
    """What was found, a line per group."""
    for group in GROUPS:
        each = found.groups[group]
        half = 196 * each.between**0.5
        print(f"{part:6} {group:6} kinds {each.kinds:>3}  ±{half:.0f} between kinds  {each.within:.2f} within")
    print(f"{part:6} reads {', '.join(sorted(found.read or ()))}")


def _answers(examples: Sequence[Example], first: linear.Linear, second: encoder.Encoder) -> Answered:
    words = [each.text for each in examples]
    return Answered(examples, (first.logits(words), second.logits(words)))


def _held_back(data: Path, work: Path, content: dict[str, Any]) -> list[Example]:
    """The texts that the training of a card held back, chosen again as it chose them. Raises click.ClickException when
    these are not the data it was trained on."""
    from .calibrate import held_out  # needs scipy, which only a training has

    choices = json.loads((work / "choices.json").read_text(encoding="utf-8"))
    paths = files(data)
    sources = select_sources(list(paths), choices["tiers"], tuple(choices["also"]))
    examples = [each for source in sources for each in read(paths[source.name], "train")]
    if any(source["name"] == written.SOURCE for source in content["sources"]):
        examples += written.texts("train")
    if len(examples) != choices["texts"]:
        raise click.ClickException(f"{data} has {len(examples)} texts to train on, the training had {choices['texts']}")
    labels = np.array([each.label for each in examples])
    back = held_out(labels, [each.kind for each in examples], choices["seed"])
    return trusted(each for each, is_back in zip(examples, back, strict=True) if is_back)


if __name__ == "__main__":
    main()
