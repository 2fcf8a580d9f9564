"""Chooses the vocabulary of the encoder: the pretrained pieces that its texts and the common words of languages use."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer
from tokenizers.models import Unigram
from tokenizers.normalizers import NFKC, Replace
from tokenizers.normalizers import Sequence as Chain
from tokenizers.pre_tokenizers import Metaspace
from tokenizers.processors import TemplateProcessing

from sentiment.encoder import plain
from sentiment.named import OTHER, OWN

from .pretrained import Pretrained

SPECIAL = (PADDING, BEGIN, END, UNKNOWN) = "<pad>", "<s>", "</s>", "<unk>"
SELDOM = 2  # texts in which a piece of several characters must occur to stay
COMMON = {"fr": 30_000, "en": 30_000, "ar": 8_000, "de": 10_000, "es": 10_000, "hi": 4_000, "it": 10_000, "pt": 10_000}
"""How many of a language's most frequent words keep their pieces, so that what is written tomorrow is not cut to
letters."""


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """A tokenizer, and for each of its pieces but the marks the row of the pretrained table."""

    tokenizer: Tokenizer
    rows: list[int]


def vocabulary(pretrained: Pretrained, texts: Iterable[str], common: Iterable[str]) -> Vocabulary:
    """The pretrained unigram model, without the pieces that neither two of the texts nor a common word use.

    Single characters stay where anything uses them. Padding is the piece 0, the marks are the last: a pretrained piece
    of the same sign is left out, because the embeddings of pretrained pieces are not learnt.
    """
    whole = _tokenizer(pretrained, list(range(len(pretrained.pieces))))
    seen, in_common = _count(whole, [plain(text) for text in texts]), _count(whole, common)
    rows = _special(pretrained)
    ours = {*SPECIAL, OWN, OTHER}
    for row in sorted(seen.keys() | in_common.keys()):
        piece = pretrained.pieces[row] if row < len(pretrained.pieces) else OWN
        if piece not in ours and (seen[row] >= SELDOM or row in in_common or len(piece.strip("▁")) <= 1):
            rows.append(row)
    return Vocabulary(_tokenizer(pretrained, rows), rows)


def save(tokenizer: Tokenizer, path: Path) -> None:
    """Writes a tokenizer: the same one always as the same bytes."""
    described = json.loads(tokenizer.to_str())
    path.write_text(json.dumps(described, ensure_ascii=False, sort_keys=True), encoding="utf-8")


def common_words() -> list[str]:
    """The most frequent words of each language, as they stand and with a capital: from the package `wordfreq`."""
    from wordfreq import top_n_list

    words = [word for language, number in COMMON.items() for word in top_n_list(language, number)]
    return [*words, *(word.capitalize() for word in words)]


def _count(tokenizer: Tokenizer, texts: Iterable[str]) -> Counter[int]:
    """In how many of the texts each piece occurs, by its number."""
    seen: Counter[int] = Counter()
    for encoded in tokenizer.encode_batch_fast(list(texts), add_special_tokens=False):
        seen.update(set(encoded.ids))
    return seen


def _special(pretrained: Pretrained) -> list[int]:
    """The rows of the special pieces; padding comes first."""
    return [pretrained.padding, pretrained.begin, pretrained.end, pretrained.unknown]


def _tokenizer(pretrained: Pretrained, rows: Sequence[int]) -> Tokenizer:
    """The pretrained tokenizer with these pieces and the marks. Characters are as `encoder.plain` leaves them."""
    entries = [(pretrained.pieces[row], float(pretrained.scores[row])) for row in rows]
    names = [name for name, _ in entries]
    tokenizer = Tokenizer(Unigram(entries, unk_id=names.index(UNKNOWN), byte_fallback=False))
    tokenizer.normalizer = Chain([NFKC(), Replace(Regex(r"\s+"), " ")])
    tokenizer.pre_tokenizer = Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = TemplateProcessing(
        single=f"{BEGIN} $A {END}", special_tokens=[(name, names.index(name)) for name in (BEGIN, END)]
    )
    tokenizer.add_special_tokens([AddedToken(mark, special=True, normalized=False) for mark in (OWN, OTHER)])
    return tokenizer
