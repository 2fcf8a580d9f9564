"""The vocabulary of the encoder: the pieces its texts use, and whole words of languages it was not pretrained on."""

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
SELDOM = 2  # texts a piece of several characters must be seen in to stay
WORDS = 7_000  # whole words added, at most
FREQUENT = 8  # texts a word must be seen in to be added
FRENCH = 3  # a French text counts as so many in the choice of words


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """A tokenizer, and for each of its pieces the rows of the pretrained table whose mean it starts from."""

    tokenizer: Tokenizer
    rows: Sequence[Sequence[int]]

    def table(self, pretrained: NDArray[np.float32]) -> NDArray[np.float32]:
        """(pieces, width): the first values of the new table."""
        return np.stack([pretrained[list(rows)].mean(axis=0) for rows in self.rows]).astype(np.float32)


def vocabulary(pretrained: Tokenizer, examples: Sequence[Example]) -> Vocabulary:
    """The pretrained WordPiece vocabulary without what no text uses, with frequent words that it cuts to pieces.

    A word added starts as the mean of its pieces.
    """
    pretrained.no_truncation()
    pretrained.no_padding()
    texts = [plain(example.text) for example in examples]
    weights = [FRENCH if example.language == "fr" else 1 for example in examples]
    foreign = [example.language != "en" for example in examples]
    seen: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for encoded, weight, counted in zip(pretrained.encode_batch(texts), weights, foreign, strict=True):
        seen.update(set(encoded.tokens))
        if counted:
            words.update(dict.fromkeys(_cut(encoded.tokens), weight))
    ids = pretrained.get_vocab()
    kept = [piece for piece in sorted(ids, key=ids.__getitem__) if _stays(piece, seen)]
    added = [word for word, count in words.most_common(WORDS) if count >= FREQUENT and word not in ids]
    rows = [[ids[piece]] for piece in kept]
    rows += [[ids[piece] for piece in pretrained.encode(word, add_special_tokens=False).tokens] for word in added]
    return Vocabulary(_rebuilt(pretrained, [*kept, *added]), rows)


def _stays(piece: str, seen: Counter[str]) -> bool:
    bare = piece.removeprefix("##")
    return piece in SPECIAL or seen[piece] >= SELDOM or (len(bare) == 1 and seen[piece] > 0)


def _cut(tokens: Iterable[str]) -> list[str]:
    """The words that were cut into several pieces, put together again."""
    found, word, pieces = [], "", 0
    for token in (*tokens, ""):
        if token.startswith("##"):
            word, pieces = word + token[2:], pieces + 1
            continue
        if pieces > 1 and len(word) > 2:
            found.append(word)
        word, pieces = token, 1
    return found


def _rebuilt(pretrained: Tokenizer, pieces: Sequence[str]) -> Tokenizer:
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
