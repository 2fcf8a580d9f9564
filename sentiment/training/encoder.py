"""Trains the encoder: chooses its vocabulary, fine-tunes all pretrained layers, and has a smaller network learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
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

from . import pretrained
from .finetune import Course, Lesson, finetune, learnt, logits
from .network import Network, pretrained_state
from .sources import FRENCH, KNOWN
from .vocabulary import Vocabulary, common_words, save, vocabulary

TOGETHER = 5_000  # texts cut to pieces at once
WORDS = "tokenizer.json"
TEACHER, PUPIL = "teacher", "pupil"  # the files of the work folder begin so


@dataclass(frozen=True, slots=True)
class Shape:
    """How many of the pretrained layers the teacher has, and how many the network that ships. No teacher: 0."""

    teacher: int = 12
    layers: int = 6


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A trained encoder, and the tokenizer that cuts texts to its pieces."""

    network: Network
    tokenizer: Tokenizer

    def logits(self, texts: Sequence[str]) -> Floats:
        """(n, 2) logits of negative and positive against neutral."""
        three = logits(self.network, cut(self.tokenizer, texts))
        return np.asarray(three[:, [0, 2]] - three[:, [1]])


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """The texts of the training: labels (n,), offsets (n, 3), which of them are used, which have marks, and which have
    labels that only the teacher is shown (n,)."""

    examples: Sequence[Example]
    labels: Labels
    offsets: Floats
    used: NDArray[np.bool_]
    marked: NDArray[np.bool_]
    doubtful: NDArray[np.bool_]


def train(material: Material, shape: Shape, course: Course, work: Path, say: Callable[[str], None]) -> Trained:
    """Trains the encoder. What the folder `work` holds of an earlier run is not done again.

    Raises FileNotFoundError when the pretrained weights are not installed.
    """
    source = pretrained.read(pretrained.find())
    known = _vocabulary(source, material, work, say)
    drawn = shares(material.examples) * material.used
    rows = cut(known.tokenizer, [example.text for example in material.examples])
    lesson = Lesson(rows, material.labels, material.offsets, drawn)
    if shape.teacher:
        plain = replace(lesson, shares=drawn * ~material.marked)  # whom a text is about, the pupil learns by itself
        teacher = _network(source, known, shape.teacher, plain, course, work / TEACHER, say)
        lesson = replace(lesson, taught=_answers(teacher, plain, work / f"{TEACHER}-answers.npy", say))
    lesson = replace(lesson, shares=drawn * ~material.doubtful)
    pupil = _network(source, known, shape.layers, lesson, course, work / PUPIL, say)
    return Trained(pupil, known.tokenizer)


def _vocabulary(
    source: pretrained.Pretrained, material: Material, work: Path, say: Callable[[str], None]
) -> Vocabulary:
    words, rows = work / WORDS, work / "rows.npy"
    if not (words.exists() and rows.exists()):
        say("choosing the vocabulary")
        known = vocabulary(source, [example.text for example in material.examples], common_words())
        save(known.tokenizer, words)
        np.save(rows, np.array(known.rows))
    return Vocabulary(Tokenizer.from_file(str(words)), np.load(rows).tolist())  # what is read rounds as what will ship


def _network(
    source: pretrained.Pretrained,
    known: Vocabulary,
    layers: int,
    lesson: Lesson,
    course: Course,
    path: Path,
    say: Callable[[str], None],
) -> Network:
    """A network of so many layers, trained on the lesson, or as it lies at `path` from an earlier run."""
    torch.manual_seed(course.seed)
    network, done = Network(len(known.rows), layers), path.with_suffix(".safetensors")
    network.load_state_dict(pretrained_state(source, known.rows, layers), strict=False)
    if done.exists():
        network.load_state_dict(load_file(done), strict=False)
        say(f"the {path.name} is trained already")
        network.eval()
        return network
    say(f"training the {path.name}: {layers} layers, {len(known.rows)} pieces")
    finetune(network, lesson, course, path.with_suffix(".memory"), say)
    save_file(learnt(network), done)
    return network


def _answers(teacher: Network, lesson: Lesson, path: Path, say: Callable[[str], None]) -> Floats:
    """(n, 3) what the teacher says of the texts that it drew from; not a number for the others."""
    if path.exists():
        return np.asarray(np.load(path))
    used = np.flatnonzero(lesson.shares)
    say(f"asking the teacher about {len(used)} texts")
    answers = np.full((len(lesson.pieces), 3), np.nan)
    for start in range(0, len(used), TOGETHER):
        part = used[start : start + TOGETHER]
        answers[part] = logits(teacher, [lesson.pieces[row] for row in part])
        say(f"  {start + len(part)} of {len(used)}")
    np.save(path, answers)
    return answers


def cut(tokenizer: Tokenizer, texts: Sequence[str]) -> list[list[int]]:
    """The numbers of the pieces of each text, however many texts there are."""
    parts = (texts[start : start + TOGETHER] for start in range(0, len(texts), TOGETHER))
    return [row for part in parts for row in pieces(tokenizer, part)]


def shares(examples: Sequence[Example]) -> Floats:
    """(n,) how often each text is drawn, in proportion to the others."""
    return np.array([_share(example) for example in examples])


def _share(example: Example) -> float:
    share = KNOWN[example.source].share if example.source in KNOWN else 0.5
    return share * (FRENCH.get(example.source, 1.0) if example.language == "fr" else 1.0)
