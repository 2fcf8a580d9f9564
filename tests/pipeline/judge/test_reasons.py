"""Why a match has its stance, in places of the title and of the text."""

from __future__ import annotations

from app.models import Match, Mention, uuid7
from app.pipeline.judge.reasons import Passage, StanceReasons, stance_reasons
from tests.fakes import FixedScorer

TITLE = "Acme again"
TEXT = "Acme was awful from the first day on, said everybody who ever wrote to them about a parcel that never came"


def reasons(title: str, body: str, *matches: Match) -> list[StanceReasons]:
    return stance_reasons(FixedScorer(), Mention(title=title, text=body, language="en"), matches)


def match(stance: str, **spans: list[list[int]]) -> Match:
    return Match(brand_id=uuid7(), spans=spans, stance=stance)


def piece(title: str, body: str, at: Passage) -> str:
    return (title if at.field == "title" else body)[at.start : at.end]


def test_the_phrase_that_weighed_most_is_for_the_stance_and_stands_in_its_place() -> None:
    (found,) = reasons(TITLE, TEXT, match("detractor", title=[[0, 4]], text=[[0, 4]]))
    told = {piece(TITLE, TEXT, one.at): one for one in found.phrases if one.side}
    assert told["awful"].side == "for"
    assert told["awful"].at == Passage("text", 9, 14)
    assert told["awful"].weight < 0
    assert not found.compared


def test_the_name_of_the_brand_is_on_no_side() -> None:
    (found,) = reasons(TITLE, TEXT, match("detractor", title=[[0, 4]], text=[[0, 4]]))
    assert found.phrases
    assert not any("Acme" in piece(TITLE, TEXT, one.at) for one in found.phrases)


def test_every_passage_lies_within_its_field() -> None:
    (found,) = reasons(TITLE, TEXT, match("detractor", title=[[0, 4]]))
    lengths = {"title": len(TITLE), "text": len(TEXT)}
    for at in (*(one.at for one in found.phrases), *found.read):
        assert 0 <= at.start < at.end <= lengths[at.field]


def test_each_brand_of_a_text_is_read_in_its_own_passages() -> None:
    body = "Acme is awful. Brumelo is great and everybody who bought one says so."
    first, second = reasons("", body, match("detractor", text=[[0, 4]]), match("promoter", text=[[15, 22]]))
    assert [piece("", body, at) for at in first.read] != [piece("", body, at) for at in second.read]
    assert {piece("", body, one.at): one.side for one in first.phrases}["awful"] == "for"
    assert {piece("", body, one.at): one.side for one in second.phrases}["great"] == "for"


def test_a_mention_without_matches_has_one_answer_for_all_of_it() -> None:
    (found,) = reasons("", TEXT)
    assert "awful" in {piece("", TEXT, one.at) for one in found.phrases}
    assert found.read == (Passage("text", 0, len(TEXT)),)
