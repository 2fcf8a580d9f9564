"""The phrases that ship: words that say the same stance nearly everywhere, in English and in French.

They lie in `common/`, one a line, after + or −. What is among them was right nine times out of ten, or did not occur,
in validation texts that people labelled (`python -m bench phrases`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.models import Json
from app.pipeline.judge.phrases import DomainPhrase
from ground.words import folded_words
from sentiment.base import Settled

FOLDER = Path(__file__).with_name("common")
LANGUAGES = ("en", "fr")
STANCES: dict[str, Settled] = {"+": "promoter", "-": "detractor"}


@dataclass(frozen=True, slots=True)
class CommonPhrase:
    """Words of one language, as people write them, and the stance they say."""

    text: str
    stance: Settled
    language: str

    @property
    def words(self) -> str:
        """The folded words, with a space between."""
        return " ".join(folded_words(self.text))

    @property
    def id(self) -> str:
        """What names it in settings and addresses: `fr:aucun-regret`."""
        return f"{self.language}:{self.words.replace(' ', '-')}"

    def to_domain(self) -> DomainPhrase:
        return DomainPhrase(tuple(folded_words(self.text)), self.stance, language=self.language, common=True)


@cache
def common_phrases() -> tuple[CommonPhrase, ...]:
    """All of them, by language, in the order of the files."""
    return tuple(
        CommonPhrase(line[1:].strip(), STANCES[line[0]], language)
        for language in LANGUAGES
        for line in (FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines()
    )


def in_use(settings: Json) -> list[CommonPhrase]:
    """The common phrases that count in a workspace, from its settings."""
    off = phrases_off(settings)
    return [] if all_off(settings) else [phrase for phrase in common_phrases() if phrase.id not in off]


def all_off(settings: Json) -> bool:
    """Whether a workspace has switched all of them off together."""
    return bool(settings.get("common_phrases", {}).get("all_off", False))


def phrases_off(settings: Json) -> frozenset[str]:
    """The ids of those that it has switched off one by one."""
    return frozenset(settings.get("common_phrases", {}).get("off", ()))


def edition() -> str:
    """A digest of all of them: it changes whenever a release changes them."""
    lines = [f"{phrase.id} {phrase.stance}" for phrase in common_phrases()]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]
