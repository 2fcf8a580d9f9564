"""Chooses the vocabulary of the encoder: the pieces that its texts use, and whole words of texts not in English."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from sentiment.encoder import plain
from sentiment.labelled import Example

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
SELDOM = 2  # texts in which a piece of several characters must occur to stay
WORDS = 7_000  # whole words added, at most
FREQUENT = 8  # texts in which a word must occur to be added
FRENCH = 3  # a French text counts as this many in the choice of words


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """A tokenizer, and for each of its pieces the rows of the pretrained table from whose mean it starts."""

    tokenizer: Tokenizer
    rows: Sequence[Sequence[int]]

    def table(self, pretrained: NDArray[np.float32]) -> NDArray[np.float32]:
        """(pieces, width): the values with which the new table starts."""
        return np.stack([pretrained[list(rows)].mean(axis=0) for rows in self.rows]).astype(np.float32)


def vocabulary(pretrained: Tokenizer, examples: Sequence[Example]) -> Vocabulary:
    """The pretrained WordPiece vocabulary without the pieces that no text uses, and with frequent words that it cuts.

    An added word starts as the mean of its pieces.
    """
    pretrained.no_truncation()
    pretrained.no_padding()
    seen, words = _count_pieces(pretrained, examples)
    ids = pretrained.get_vocab()
    kept = [piece for piece in sorted(ids, key=ids.__getitem__) if _stays(piece, seen)]
    added = [word for word, count in words.most_common(WORDS) if count >= FREQUENT and word not in ids]
    rows = [[ids[piece]] for piece in kept]
    rows += [[ids[piece] for piece in pretrained.encode(word, add_special_tokens=False).tokens] for word in added]
    return Vocabulary(_with_pieces(pretrained, [*kept, *added]), rows)


def _count_pieces(pretrained: Tokenizer, examples: Sequence[Example]) -> tuple[Counter[str], Counter[str]]:
    """In how many texts each piece occurs; and each word that is cut, in texts that are not English."""
    seen: Counter[str] = Counter()
    words: Counter[str] = Counter()
    every = pretrained.encode_batch([plain(example.text) for example in examples])
    for encoded, example in zip(every, examples, strict=True):
        seen.update(set(encoded.tokens))
        if example.language != "en":
            words.update(dict.fromkeys(_cut_words(encoded.tokens), FRENCH if example.language == "fr" else 1))
    return seen, words


def _stays(piece: str, seen: Counter[str]) -> bool:
    bare = piece.removeprefix("##")
    return piece in SPECIAL or seen[piece] >= SELDOM or (len(bare) == 1 and seen[piece] > 0)


def _cut_words(tokens: Iterable[str]) -> list[str]:
    """The words that were cut into several pieces, put together again."""
    words, word, pieces = [], "", 0
    for token in (*tokens, ""):
        if token.startswith("##"):
            word, pieces = word + token[2:], pieces + 1
            continue
        if pieces > 1 and len(word) > 2:
            words.append(word)
        word, pieces = token, 1
    return words


def _with_pieces(pretrained: Tokenizer, pieces: Sequence[str]) -> Tokenizer:
    """The pretrained tokenizer, with these pieces and no others."""
    description = json.loads(pretrained.to_str())
    numbers = {piece: number for number, piece in enumerate(pieces)}
    description["model"]["vocab"] = numbers
    description["added_tokens"] = [
        {**token, "id": numbers[token["content"]]}
        for token in description["added_tokens"]
        if token["content"] in numbers
    ]
    special = description["post_processor"]["special_tokens"]
    for token in special.values():
        token["ids"] = [numbers[name] for name in token["tokens"]]
    description["truncation"] = description["padding"] = None
    return Tokenizer.from_str(json.dumps(description))
