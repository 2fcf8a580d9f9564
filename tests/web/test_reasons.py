"""Why a mention has its stances: words in their place, and passages where several brands share a text."""

from __future__ import annotations

from app.models import Brand, Match, Mention, uuid7
from app.queries.mentions import MatchView, MentionDetail, MentionView
from app.web.reasons import Reasons, reasons_of
from tests.fakes import FixedScorer

TEXT = "Acme was awful from the first day on, said everybody who ever wrote to them about a parcel that never came"


def detail(text: str, *matches: Match) -> MentionDetail:
    row = Mention(title="", text=text, language="en", kind="push", id=uuid7())
    views = [MatchView(match, Brand(id=match.brand_id, name="Acme")) for match in matches]
    return MentionDetail(MentionView(row, views, None, 1), [], [], [])


def match(start: int, end: int, stance: str, model: str = "fixed 1") -> Match:
    return Match(brand_id=uuid7(), spans={"text": [[start, end]]}, stance=stance, stance_source="model", model=model)


def texts(reasons: Reasons) -> dict[str, list[str]]:
    """The marked pieces of the text, by their side; the query's own have none."""
    marked: dict[str, list[str]] = {}
    for piece in reasons.text:
        if piece.marked:
            marked.setdefault(piece.side, []).append(piece.text)
    return marked


def test_the_words_that_weighed_stand_in_the_text_beside_the_brand() -> None:
    found = reasons_of(FixedScorer(), detail(TEXT, match(0, 4, "detractor")))
    assert found.in_text
    assert texts(found)[""] == ["Acme"]
    assert "awful" in texts(found)["for"]
    [reason] = found.by_match
    assert (reason.pro[0], reason.passages, reason.reader) == ("awful", (), "")
    assert "".join(piece.text for piece in found.text) == TEXT


def test_another_model_that_weighs_the_words_is_named() -> None:
    [reason] = reasons_of(FixedScorer(), detail(TEXT, match(0, 4, "detractor", "larger 7"))).by_match
    assert reason.reader == "fixed"


def test_several_brands_have_their_own_passages_and_the_text_marks_none_of_their_words() -> None:
    text = "Acme is awful. Brumelo is great and everybody who bought one says so."
    found = reasons_of(FixedScorer(), detail(text, match(0, 4, "detractor"), match(15, 22, "promoter")))
    assert not found.in_text
    assert [len(reason.passages) > 0 for reason in found.by_match] == [True, True]
    assert texts(found)[""] == ["Acme", "Brumelo"]


def test_a_mention_without_a_match_has_no_reason_and_shows_its_text() -> None:
    found = reasons_of(FixedScorer(), detail("Nobody is named here"))
    assert found.by_match == ()
    assert "".join(piece.text for piece in found.text) == "Nobody is named here"
