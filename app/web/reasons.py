"""Why a mention has its stances, as its page shows it: the words that weighed, in their place and by themselves."""

from __future__ import annotations

from dataclasses import dataclass

from app.pipeline.judge.reasons import Field, StanceReasons, stance_reasons
from app.queries.mentions import MentionDetail
from app.web.show import Piece, spans_of, strip_direction, weave
from sentiment.base import Scorer


@dataclass(frozen=True, slots=True)
class Reason:
    """One match: the words for and against its stance, and the passages read when they are not the whole mention.

    `reader` names the model that weighs the words when another one gave the probabilities, and is empty otherwise.
    """

    pro: tuple[str, ...]
    con: tuple[str, ...]
    passages: tuple[tuple[Piece, ...], ...]
    compared: bool
    reader: str


@dataclass(frozen=True, slots=True)
class Reasons:
    """The title and the text, marked with what the queries matched and, if only one brand is matched, with what
    weighed for it."""

    title: tuple[Piece, ...]
    text: tuple[Piece, ...]
    by_match: tuple[Reason, ...]

    @property
    def in_text(self) -> bool:
        """Whether words are marked in the title or the text themselves."""
        return any(piece.side for piece in (*self.title, *self.text))


def reasons_of(scorer: Scorer, detail: MentionDetail) -> Reasons:
    """The reasons of every match of a mention, in the order of its matches."""
    row, matches = detail.view.mention, [view.match for view in detail.view.matches]
    why = stance_reasons(scorer, row, matches)
    texts: dict[Field, str] = {"title": row.title, "text": row.text}
    names = {field: [span for match in matches for span in spans_of(match.spans, field)] for field in texts}
    alone = why[0] if len(matches) == 1 else None
    shown = {field: tuple(weave(text, names[field], _sides(alone, field))) for field, text in texts.items()}
    by_match = tuple(
        Reason(
            _side_words(reasons, texts, "for"),
            _side_words(reasons, texts, "against"),
            () if alone else _passages(reasons, texts, {field: spans_of(match.spans, field) for field in texts}),
            reasons.compared,
            scorer.name if match.model and not match.model.endswith(f" {scorer.version}") else "",
        )
        for match, reasons in zip(matches, why, strict=False)
    )
    return Reasons(shown["title"], shown["text"], by_match)


def _sides(reasons: StanceReasons | None, field: Field) -> list[tuple[int, int, str]]:
    phrases = reasons.phrases if reasons else ()
    return [(one.at.start, one.at.end, one.side) for one in phrases if one.side and one.at.field == field]


def _side_words(reasons: StanceReasons, texts: dict[Field, str], side: str) -> tuple[str, ...]:
    """The words of one side, the heaviest first, each once."""
    words = sorted((word for word in reasons.phrases if word.side == side), key=lambda word: -abs(word.weight))
    return tuple(dict.fromkeys(strip_direction(texts[word.at.field][word.at.start : word.at.end]) for word in words))


def _passages(
    reasons: StanceReasons, texts: dict[Field, str], names: dict[Field, list[list[int]]]
) -> tuple[tuple[Piece, ...], ...]:
    """What was read for one brand among several, stretches that follow each other together."""
    cut = [
        weave(texts[part.field], names[part.field], _sides(reasons, part.field), (part.start, part.end))
        for part in reasons.read
    ]
    return tuple(tuple(pieces) for pieces in cut if any(piece.text.strip() for piece in pieces))
