"""What a text feels about one of the brands it names."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.comparative import Case, accuracy, by_clauses, by_whole_text, cases, reversed_share
from sentiment.about import LONGEST, About, excerpt_of, mark, score_about
from sentiment.base import Score, Text, best_stance
from sentiment.clauses import clauses
from sentiment.compact import compact
from sentiment.named import OTHER, OWN, tell_apart
from tests.fakes import FixedScorer

MODEL = compact()


def about(text: str, own: str = "acme", other: str = "brumelo", language: str | None = "fr") -> About:
    mine, theirs = (tuple(found.span() for found in re.finditer(name, text, re.IGNORECASE)) for name in (own, other))
    return About(text, language, mine, theirs)


def stance(asked: About) -> str:
    return best_stance(score_about(FixedScorer(), [asked])[0])


def said(asked: About) -> list[str]:
    return [asked.text[start:end].strip(" ,.!") for start, end in excerpt_of(asked).direct]


@pytest.mark.parametrize(
    ("text", "language", "acme", "brumelo"),
    [
        ("Merci Acme. Brumelo, quelle honte.", "fr", "promoter", "detractor"),
        ("merci acme mais brumelo quelle honte", "fr", "promoter", "detractor"),
        ("acme m'a dit merci, brumelo est en panne", "fr", "promoter", "detractor"),
        ("acme est en panne alors que brumelo est parfait", "fr", "detractor", "promoter"),
        ("acme et brumelo sont nuls, une honte", "fr", "detractor", "detractor"),
        ("Acme, Brumelo : quelle arnaque", "fr", "detractor", "detractor"),
        ("acme ? une honte. brumelo ? parfait", "fr", "detractor", "promoter"),
        ("J'ai essayé acme et brumelo : le premier est nul, le second est parfait", "fr", "detractor", "promoter"),
        ("acme 😡 quelle honte 😡 brumelo parfait 😍", "fr", "detractor", "promoter"),
        ("acme, brumelo, les deux sont parfaits", "fr", "promoter", "promoter"),
        ("Acme loves us whereas Brumelo is broken", "en", "promoter", "detractor"),
        ("Acme is great; Brumelo is awful", "en", "promoter", "detractor"),
        ("I love Acme and I was furious at Brumelo", "en", "promoter", "detractor"),
        ("Acme is broken. Brumelo is great", "de", "detractor", "promoter"),
        ("Acme is broken but Brumelo is great", "de", "detractor", "detractor"),
        ("Acme is broken. Brumelo is great", None, "detractor", "promoter"),
    ],
)
def test_each_brand_is_scored_on_what_is_said_of_it(text: str, language: str | None, acme: str, brumelo: str) -> None:
    assert stance(about(text, language=language)) == acme
    assert stance(about(text, "brumelo", "acme", language)) == brumelo


@pytest.mark.parametrize(
    ("text", "language", "acme", "brumelo"),
    [
        ("Acme c'est bien mieux que Brumelo", "fr", "promoter", "detractor"),
        ("Acme c’est bien mieux qu’chez Brumelo", "fr", "promoter", "detractor"),
        ("je suis passe d'acme a brumelo", "fr", "detractor", "promoter"),
        ("je suis passé d'acme à brumelo", "fr", "detractor", "promoter"),
        ("je suis passe\u0301 d'acme a\u0300 brumelo", "fr", "detractor", "promoter"),
        ("je préfère acme à brumelo", "fr", "promoter", "detractor"),
        ("rien ne vaut acme, surtout pas brumelo", "fr", "promoter", "detractor"),
        ("acme fait pâle figure à côté de brumelo", "fr", "detractor", "promoter"),
        ("acme n'est pas mieux que brumelo", "fr", "detractor", "detractor"),
        ("acme est moins bien que brumelo", "fr", "detractor", "promoter"),
        ("acme est moins cher que brumelo", "fr", "promoter", "detractor"),
        ("acme est plus lent que brumelo", "fr", "detractor", "promoter"),
        ("acme n'est pas aussi nul que brumelo", "fr", "promoter", "detractor"),
        ("contrairement à acme, brumelo dit merci", "fr", "detractor", "promoter"),
        ("contrairement à acme, brumelo est en panne", "fr", "promoter", "detractor"),
        ("acme est une honte. Tout le contraire de brumelo !", "fr", "detractor", "promoter"),
        ("marre d'acme. Je pars chez brumelo", "fr", "detractor", "promoter"),
        ("Acme is better than Brumelo", "en", "promoter", "detractor"),
        ("Acme is worse than Brumelo", "en", "detractor", "promoter"),
        ("switched from Acme to Brumelo", "en", "detractor", "promoter"),
        ("I prefer Acme over Brumelo", "en", "promoter", "detractor"),
        ("left Acme for Brumelo", "en", "detractor", "promoter"),
        ("Acme beats Brumelo", "en", "promoter", "detractor"),
        ("Acme is not as good as Brumelo", "en", "detractor", "promoter"),
        ("Acme isn't as bad as Brumelo", "en", "promoter", "detractor"),
        ("Acme is no better than Brumelo", "en", "detractor", "detractor"),
        ("unlike Acme, Brumelo is great", "en", "detractor", "promoter"),
        ("unlike Acme, Brumelo is awful", "en", "promoter", "detractor"),
        ("Acme > Brumelo", "en", "promoter", "detractor"),
    ],
)
def test_a_comparison_has_a_winner_and_a_loser(text: str, language: str, acme: str, brumelo: str) -> None:
    assert stance(about(text, language=language)) == acme
    assert stance(about(text, "brumelo", "acme", language)) == brumelo


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Acme ou Brumelo ?", "fr"),
        ("Acme est mieux que Brumelo ?", "fr"),
        ("Acme n'est pas pire que Brumelo", "fr"),
        ("Acme <3 Brumelo", "en"),
        ("is Acme better than Brumelo?", "en"),
        ("Acme ist besser als Brumelo", "de"),
        ("Acme est mieux que Brumelo", None),
    ],
)
def test_where_nothing_is_decided_the_model_has_the_word(text: str, language: str | None) -> None:
    asked = about(text, language=language)
    assert excerpt_of(asked).lean == 0
    assert stance(asked) == "passive"


def test_a_clause_that_names_nobody_follows_the_brand_named_last() -> None:
    text = "J'ai appelé Acme. Personne. Brumelo. Tout de suite au téléphone."
    assert said(about(text)) == ["J'ai appelé Acme", "Personne"]
    assert said(about(text, "brumelo", "acme")) == ["Brumelo", "Tout de suite au téléphone"]


def test_what_comes_before_every_name_belongs_to_the_first() -> None:
    assert said(about("Quelle journée. Acme ferme. Brumelo ouvre.")) == ["Quelle journée", "Acme ferme"]


def test_after_a_comparison_the_subject_goes_on() -> None:
    assert "Fuyez" in said(about("Acme est pire que Brumelo. Fuyez."))
    assert "Aucun regret" in said(about("Passé d'Acme à Brumelo. Aucun regret.", "brumelo", "acme"))


def test_the_longer_name_is_meant_where_two_overlap() -> None:
    text = "Acme Mobile est en panne. Acme dit merci."
    acme, mobile = ((0, 4), (26, 30)), ((0, 11),)
    assert stance(About(text, "fr", acme, mobile)) == "promoter"
    assert stance(About(text, "fr", mobile, acme)) == "detractor"


def test_names_that_are_the_same_leave_the_text_whole() -> None:
    asked = About("acme est en panne", "fr", ((0, 4),), ((0, 4),))
    assert excerpt_of(asked).direct == ((0, 17),)


def test_a_brand_called_like_a_contrast_word_is_a_name() -> None:
    text = "But is awful, Brumelo is great"
    assert stance(about(text, "but", "brumelo", "en")) == "detractor"
    assert stance(about(text, "brumelo", "but", "en")) == "promoter"


class Counting(FixedScorer):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.calls: list[list[Text]] = []

    def score(self, texts: Sequence[Text]) -> list[Score]:
        self.calls.append(list(texts))
        return super().score(texts)


def test_a_batch_costs_one_call_and_a_text_of_one_brand_passes_unchanged() -> None:
    counting = Counting()
    plain = About("  merci, acme !\n", "fr", ((9, 13),))
    score_about(counting, [plain, about("merci acme, honte à brumelo"), About("", "fr"), About("x")])
    (call,) = counting.calls
    assert call[0] == Text(plain.text, "fr")
    assert [text.text for text in call] == [plain.text, "merci acme", "", "x"]
    assert score_about(counting, []) == []


def test_the_winner_is_surer_where_the_model_agrees() -> None:
    happy, sad = "acme est parfait, mieux que brumelo", "acme est en panne mais mieux que brumelo"
    sure, doubtful = score_about(FixedScorer(), [about(happy), about(sad)])
    assert sure.positive > doubtful.positive > doubtful.negative


SPANS = st.lists(st.tuples(st.integers(-3, 60), st.integers(-3, 60)), max_size=5).map(tuple)
WORDS = st.sampled_from([
    "acme", "brumelo", "mais", "but", "mieux que", "better than", "et", ",", ".", "?", "…", "\n", "😡", "de", "à", ";",
    "both", "passé de", "contrairement à", "unlike", "le premier", "le second", "les deux", "É", "e\u0301", "\u202e",
    "İ", ">", "\ue000", "plus", "pas aussi bon que", "entre", "sans hésiter", "I", "switched from", "to", "vivement",
])  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=()), max_size=50) | st.lists(WORDS, max_size=25).map(" ".join)


@settings(deadline=None, max_examples=300)
@given(TEXTS, st.sampled_from(["fr", "en", "de", None, ""]), SPANS, SPANS)
@example("acme mieux que brumelo", "fr", ((0, 4), (0, 4)), ((15, 99), (-5, 2)))
def test_any_text_and_any_spans_have_an_answer(
    text: str, language: str | None, own: tuple[tuple[int, int], ...], others: tuple[tuple[int, int], ...]
) -> None:
    asked = About(text, language, own, others)
    (score,) = score_about(FixedScorer(), [asked])
    assert score.negative + score.neutral + score.positive == pytest.approx(1)
    read = excerpt_of(asked)
    assert read.direct or read.opposite
    for start, end in (*read.direct, *read.opposite, *read.cues):
        assert 0 <= start <= end <= len(text)
    assert score_about(FixedScorer(), [asked, asked]) == [score, score]


@settings(deadline=None)
@given(TEXTS, st.sampled_from(["fr", "en", "de"]))
def test_every_clause_concerns_one_brand_at_least(text: str, language: str) -> None:
    one, other = about(text, language=language), about(text, "brumelo", "acme", language)
    names = tell_apart(len(text), one.own, one.others)
    if len({name.own for name in names}) == 2 and not excerpt_of(one).opposite and not excerpt_of(other).opposite:
        read = {*excerpt_of(one).direct, *excerpt_of(other).direct}
        every = {(part.start, part.end) for part in clauses(text, language, names)}
        assert read >= every or any(word in text for word in ("premier", "contrairement", "unlike"))


@pytest.mark.parametrize("part", ["acme mieux que brumelo, mais acme et brumelo ", "acme, brumelo, ", "acme brumelo. "])
def test_a_text_as_long_as_a_book_is_read_whole_for_every_brand(part: str) -> None:
    article, book = about(part * (LONGEST // len(part))), about(part * (LONGEST // len(part) + 1))
    assert excerpt_of(article).direct
    assert excerpt_of(book).direct == ((0, len(book.text)),)


def chosen(split: str, language: str) -> list[Case]:
    return [case for case in cases() if case.split == split and case.question.language == language]


@pytest.mark.parametrize(
    ("split", "language", "floor", "margin"),
    [("dev", "fr", 66, 30), ("dev", "en", 75, 35), ("held", "fr", 50, 4), ("held", "en", 46, 10)],
)
def test_two_brands_are_told_apart_better_by_clauses_than_by_the_whole_text(
    split: str, language: str, floor: float, margin: float
) -> None:
    """Percent of stances that are right; the figures stand in docs/sentiment.md."""
    asked = chosen(split, language)
    right, whole = accuracy(by_clauses(MODEL, asked), asked), accuracy(by_whole_text(MODEL, asked), asked)
    assert right >= floor
    assert right >= whole + margin


def test_the_sentences_are_many_and_of_both_languages() -> None:
    count = {(split, language): len(chosen(split, language)) for split in ("dev", "held") for language in ("fr", "en")}
    assert all(sum(count[split, language] for split in ("dev", "held")) >= 240 for language in ("fr", "en"))
    assert sum(case.split == "held" for case in cases()) >= 0.39 * len(cases())
    assert all(case.question.own and case.question.others for case in cases())


def test_a_stance_reversed_share_is_counted() -> None:
    asked = chosen("dev", "fr")[:2]
    assert reversed_share(["detractor", "promoter"], asked) == 100
    assert reversed_share(["promoter", "passive"], asked) == 0


class Marked(FixedScorer):
    """Keeps what it was asked, and reads marks or not."""

    def __init__(self, reads_marks: bool) -> None:
        self.reads_marks = reads_marks
        self.asked: list[Text] = []

    def score(self, texts: Sequence[Text]) -> list[Score]:
        self.asked += texts
        return super().score(texts)


def test_a_scorer_that_reads_marks_gets_the_whole_text_with_a_mark_for_each_brand() -> None:
    asked = about("Merci Acme. Brumelo, quelle honte, pas comme acme.")
    scorer = Marked(reads_marks=True)
    score_about(scorer, [asked])
    assert {text.marked for text in scorer.asked} == {f"Merci {OWN}. {OTHER}, quelle honte, pas comme {OWN}."}
    assert "Merci Acme" in scorer.asked[0].text


@pytest.mark.parametrize(
    ("scorer", "text"), [(Marked(False), "Merci Acme. Brumelo, quelle honte."), (Marked(True), "Merci Acme.")]
)
def test_other_scorers_and_texts_of_one_brand_have_no_marks(scorer: Marked, text: str) -> None:
    score_about(scorer, [about(text)])
    assert {each.marked for each in scorer.asked} == {""}


def test_marks_that_a_text_brings_itself_are_not_believed() -> None:
    asked = about(f"{OWN} acme {OTHER} brumelo")
    assert mark(asked.text, tell_apart(len(asked.text), asked.own, asked.others)) == f"  {OWN}   {OTHER}"


def test_a_scorer_that_reads_marks_is_asked_once_about_a_foil_too() -> None:
    scorer = Marked(reads_marks=True)
    foil = about("contrairement à acme, brumelo est parfait")
    assert excerpt_of(foil).opposite
    assert len(score_about(scorer, [foil])) == len(scorer.asked) == 1
    assert scorer.asked[0].marked == f"contrairement à {OWN}, {OTHER} est parfait"
