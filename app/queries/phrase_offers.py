"""Words that people keep correcting in the same way, offered as a phrase.

A mention that was just corrected is compared with others that people corrected to the same stance. Of the one to four
words in a row that they share, those are offered that say something: none of function words alone, none with a name
that queries look for, none that stands in a mention corrected to another stance, and a single word only if it is rare.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Brand, Match, Mention, Phrase
from app.pipeline.judge.common_phrases import common_phrases
from app.pipeline.judge.limits import SurenessOfModels, limits_for, sureness_of_models
from app.pipeline.judge.model_input import join
from app.pipeline.judge.restance import holding
from app.viewer import Viewer, may
from ground.stop_words import STOP_WORDS
from ground.words import folded_words, places
from sentiment.base import Score, stance_of_score

BACK = timedelta(days=90)
LOOKED_AT = 300
"""The latest corrections that are compared."""
LONGEST, TRIED, OFFERED = 4, 6, 2
LEAST_LETTERS = 4
RARE, RARE_WORD = 0.05, 0.01
"""The share of the newest mentions that may hold the words, and a single word: what many say of everything, a topic for
instance, says no stance."""
SAMPLE = 2_000
ADVERBS = frozenset({
    "encore", "toujours", "jamais", "deja", "depuis", "apres", "avant", "enfin", "vraiment", "aujourd", "hier",
    "demain", "trop", "still", "again", "always", "never", "already", "since", "after", "before", "really", "today",
})  # fmt: skip
"""Folded words that say nothing alone."""
MOST_LETTERS = 2_000

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """Words to make a phrase of, the stance that people gave to `mentions` that hold them, and their language."""

    words: str
    stance: str
    language: str | None
    mentions: int


@dataclass(frozen=True, slots=True)
class Corrected:
    """The folded words of a mention that a person gave a stance. `turned`: the model says something else, or is not
    sure."""

    story: UUID
    words: Sequence[str]
    stance: str
    turned: bool


@may("read")
def offers(session: Session, viewer: Viewer, mention_id: UUID, now: datetime) -> list[Offer]:
    """What to make a phrase of after this mention was corrected: two at most, the longest and most frequent first."""
    row = session.get(Mention, (viewer.workspace_id, mention_id))
    if row is None or row.deleted_at is not None:
        return []
    every = _corrected(session, viewer, row.language, now)
    mine = next((each for each in every if each.story == (row.story_id or row.id) and each.turned), None)
    if mine is None:
        return []
    found = shared(mine, every, _taken(session, viewer))[:TRIED]
    rare = (pair for pair in found if _is_rare(session, viewer, pair[0]))
    text = join(row.title, row.text)[:MOST_LETTERS]
    return [Offer(spelt(text, words), mine.stance, row.language, number) for words, number in islice(rare, OFFERED)]


def spelt(text: str, run: Words) -> str:
    """These folded words as the text writes them, in small letters; folded where signs stand between them."""
    words, where = folded_words(text), places(text)
    first = next((n for n in range(len(words)) if tuple(words[n : n + len(run)]) == run), None)
    if first is None:
        return " ".join(run)
    written = text[where[first][0] : where[first + len(run) - 1][1]].lower()
    return written if tuple(folded_words(written)) == run and "\n" not in written else " ".join(run)


def shared(mine: Corrected, every: Iterable[Corrected], taken: Collection[str]) -> list[tuple[Words, int]]:
    """The words that a corrected mention shares with others of its stance, and in how many they are, the most telling
    first. `taken` are single words that say no stance: names and what is looked for."""
    others, own = [each for each in every if each.story != mine.story], set(mine.words)
    against = {run for each in others if each.stance != mine.stance for run in _runs(each.words, own)}
    number = _stories_with((each for each in others if each.stance == mine.stance and each.turned), own)
    wanted = _runs(mine.words, own) & number.keys() - against
    telling = _longest({run: number[run] + 1 for run in wanted if says_something(run, taken)})
    ranked = sorted(telling.items(), key=lambda pair: (-pair[1], -len(pair[0]), pair[0]))
    return [pair for place, pair in enumerate(ranked) if not any(_alike(pair[0], one) for one, _ in ranked[:place])]


def _stories_with(alike: Iterable[Corrected], among: Collection[str]) -> Counter[Words]:
    """In how many stories each run of these words is."""
    runs: dict[UUID, set[Words]] = {}
    for each in alike:
        runs.setdefault(each.story, set()).update(_runs(each.words, among))
    return Counter(run for found in runs.values() for run in found)


def says_something(run: Words, taken: Collection[str]) -> bool:
    """Whether these words may say a stance: one of them is neither a function word, nor a name, nor a number. A single
    word needs four letters."""
    if any(word in taken for word in run):
        return False
    full = [word for word in run if word not in STOP_WORDS and not word.isdigit() and _is_whole(word)]
    alone = len(run[0]) >= LEAST_LETTERS or not run[0].isalnum()
    return bool(full) and (len(run) > 1 or (alone and run[0] not in ADVERBS))


def _is_whole(word: str) -> bool:
    """Whether it is more than a letter or two; an emoji is."""
    return len(word) > 2 or not word.isalnum()


def _alike(run: Words, other: Words) -> bool:
    """Whether two runs say half of the same words: one of them is enough."""
    return 2 * len(set(run) & set(other)) >= min(len(run), len(other))


def _longest(runs: dict[Words, int]) -> dict[Words, int]:
    """Without those that lie inside a longer one which is as frequent."""

    def covered(run: Words) -> bool:
        return any(
            len(other) > len(run) and number >= runs[run] and f" {' '.join(run)} " in f" {' '.join(other)} "
            for other, number in runs.items()
        )

    return {run: number for run, number in runs.items() if not covered(run)}


def _runs(words: Sequence[str], among: Collection[str]) -> set[Words]:
    """The runs of one to four words in a row that are all among these."""
    runs: set[Words] = set()
    for start in range(len(words)):
        for end in range(start + 1, min(start + LONGEST, len(words)) + 1):
            if words[end - 1] not in among:
                break
            runs.add(tuple(words[start:end]))
    return runs


def _corrected(session: Session, viewer: Viewer, language: str | None, now: datetime) -> list[Corrected]:
    statement = (
        select(
            Mention.id, Mention.story_id, Mention.title, Mention.text,
            Mention.language, Match.stance, Match.model, Match.negative, Match.neutral, Match.positive,
        )
        .join(Match, (Match.workspace_id == Mention.workspace_id) & (Match.mention_id == Mention.id))
        .where(Mention.workspace_id == viewer.workspace_id, Match.stance_source == "person")
        .where(Match.corrected_at > now - BACK, Mention.language.is_not_distinct_from(language))
        .order_by(Match.corrected_at.desc())
        .limit(LOOKED_AT)
    )  # fmt: skip
    models = sureness_of_models(session)
    return [_corrected_of(row, models) for row in session.execute(statement)]


def _corrected_of(row: Any, models: SurenessOfModels) -> Corrected:
    known = None not in (row.negative, row.neutral, row.positive)
    score = Score(row.negative, row.neutral, row.positive) if known else None
    said = stance_of_score(score, limits_for(models, row.model, row.language)) if score else None
    words = folded_words(join(row.title, row.text)[:MOST_LETTERS])
    return Corrected(row.story_id or row.id, words, row.stance, said != row.stance)


def _taken(session: Session, viewer: Viewer) -> set[str]:
    """The words of the brands' names and queries."""
    brands = session.execute(select(Brand.name, Brand.query).where(Brand.workspace_id == viewer.workspace_id))
    return {word for row in brands for word in folded_words(f"{row.name} {row.query}")}


def _is_rare(session: Session, viewer: Viewer, words: Words) -> bool:
    """Whether few of the newest mentions hold the words, and no phrase says them already."""
    joined = " ".join(words)
    if joined in {phrase.words for phrase in common_phrases()}:
        return False
    known = select(Phrase.id).where(Phrase.workspace_id == viewer.workspace_id, Phrase.words == joined)
    if session.scalar(known.limit(1)) is not None:
        return False
    newest = (
        select(Mention.id)
        .where(Mention.workspace_id == viewer.workspace_id)
        .order_by(Mention.published_at.desc(), Mention.id.desc())
        .limit(SAMPLE)
        .subquery()
    )
    total = session.scalar(select(func.count()).select_from(newest)) or 0
    among = (Mention.workspace_id == viewer.workspace_id, Mention.id.in_(select(newest.c.id)))
    holds = session.scalar(select(func.count()).select_from(Mention).where(*among, holding(joined))) or 0
    return holds <= max(3, (RARE_WORD if len(words) == 1 else RARE) * total)
