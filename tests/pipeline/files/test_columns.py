"""What the columns of a file are taken for."""

from __future__ import annotations

import pytest

from app.pipeline.files import answering, importing
from app.pipeline.files.columns import column_titles, letter_of, name_of, recognise
from app.pipeline.files.limits import UnreadableFile

PROSE = "The coffee machine leaks since Monday and nobody answers"


@pytest.mark.parametrize(
    ("titles", "tool", "expected"),
    [
        (
            "Query Id,Query Name,Date,Title,Snippet,Url,Domain,Page Type,Author,Full Name,Full Text,X Reposts",
            "Brandwatch",
            {"text": "Full Text", "title": "Title", "date": "Date", "author": "Author", "platform": "Page Type"},
        ),
        (
            "indexed,published,title,content,content_snippet,url,domain_url,lang,source_type,extra_author_attributes.name",
            "Talkwalker",
            {"text": "content", "date": "published", "author": "extra_author_attributes.name", "outlet": "domain_url"},
        ),
        (
            "Titre,Description,URL,Nom de la source,Type de source,Publié le,Tonalité,Nom de l'auteur",
            "Mention",
            {"text": "Description", "title": "Titre", "date": "Publié le", "author": "Nom de l'auteur", "url": "URL"},
        ),
        (
            "Date,Hour,Title,Content,Source,Category,Author,URL,Followers count,Influence score",
            "Brand24",
            {
                "text": "Content",
                "date": "Date",
                "time": "Hour",
                "author_followers": "Followers count",
                "outlet": "Source",
            },
        ),
        (
            "Date,Headline,URL,Opening Text,Hit Sentence,Source,Influencer,Country,Language,Reach,Time",
            "Meltwater",
            {"text": "Hit Sentence", "title": "Headline", "time": "Time", "author": "Influencer", "outlet": "Source"},
        ),
        (
            "Date (GMT),Social network,Post ID,Post Message,Post permalink,Posted by,Likes",
            "Hootsuite",
            {"text": "Post Message", "date": "Date (GMT)", "url": "Post permalink", "author": "Posted by"},
        ),
        (
            "Review Id,Review Created (UTC),Review Consumer Name,Review Title,Review Content,Review Stars,Reply",
            "Trustpilot",
            {"text": "Review Content", "rating": "Review Stars", "author": "Review Consumer Name", "id": "Review Id"},
        ),
        (
            "Reviewer name,Star rating,Comment,Create time,Review reply",
            "Google",
            {"text": "Comment", "rating": "Star rating", "author": "Reviewer name", "date": "Create time"},
        ),
        (
            "Date de l’avis;Client;Avis;Note;Lien".replace(";", ","),
            "",
            {"text": "Avis", "date": "Date de l’avis", "author": "Client", "rating": "Note", "url": "Lien"},
        ),
    ],
)
def test_the_exports_of_known_tools_are_recognised(titles: str, tool: str, expected: dict[str, str]) -> None:
    found = recognise(titles.split(","), importing.VOCABULARY)
    assert found.tool == tool
    assert {name: found.fields.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("titles", "tool", "expected"),
    [
        (
            "Horodateur|Quelle est la probabilité que vous recommandiez Lumette ?|Pourquoi cette note ?|Adresse e-mail",
            "Google Forms",
            {"date": 0, "score": 1, "comment": 2, "respondent": 3},
        ),
        (
            "#|How likely are you to recommend Lumette?|What could we improve?|Start Date (UTC)|Submit Date (UTC)",
            "Typeform",
            {"id": 0, "score": 1, "comment": 2, "date": 4},
        ),
    ],
)
def test_the_questions_of_a_survey_are_recognised(titles: str, tool: str, expected: dict[str, int]) -> None:
    columns = titles.split("|")
    found = recognise(columns, answering.VOCABULARY)
    assert (found.tool, dict(found.fields)) == (tool, {name: columns[at] for name, at in expected.items()})


def test_a_mapping_adds_to_what_is_recognised() -> None:
    found = recognise(["Dit", "Date", "Auteur", "Lien"], importing.VOCABULARY, {"dit": "text", "Lien": "-"})
    assert found.fields == {"text": "Dit", "date": "Date", "author": "Auteur"}


@pytest.mark.parametrize(
    ("mapping", "told"),
    [
        ({"Dit": "colour"}, "“colour” is not a field of a mention"),
        ({"Said": "text"}, "There is no column “Said”. Columns found: Dit, Date."),
        ({"Dit": "text", "Date": "text"}, "Two columns are read as “text”"),
    ],
)
def test_a_mapping_that_cannot_be_followed_is_refused(mapping: dict[str, str], told: str) -> None:
    with pytest.raises(UnreadableFile, match=told):
        recognise(["Dit", "Date"], importing.VOCABULARY, mapping)


def test_a_known_title_hides_no_column_of_texts() -> None:
    rows = [["Leak", PROSE, "Brest"], ["Calm", PROSE[4:], "Lyon"]]
    assert recognise(["Title", "What they said", "Shop"], importing.VOCABULARY, None, rows).fields == {
        "title": "Title",
        "text": "What they said",
    }
    assert "text" not in recognise(["Title", "Shop"], importing.VOCABULARY, None, [["Leak", "Brest"]]).fields


def test_comments_are_counts_or_texts_by_what_they_hold() -> None:
    assert recognise(["Titre", "Commentaires"], importing.VOCABULARY, None, [["Bof", "12"]]).fields == {
        "title": "Titre",
        "comments": "Commentaires",
    }
    assert recognise(["Commentaires"], importing.VOCABULARY, None, [["Très bien"]]).fields == {"text": "Commentaires"}


def test_the_time_is_the_date_where_it_says_the_day() -> None:
    assert recognise(["text", "Time"], importing.VOCABULARY, None, [["a", "2026-11-20 10:00"]]).fields["date"] == "Time"
    assert "date" not in recognise(["text", "Time"], importing.VOCABULARY, None, [["a", "10:00"]]).fields


def test_the_answer_of_the_company_is_not_the_review() -> None:
    columns = ["Avis", "Réponse à l'avis", "Date de la réponse"]
    assert recognise(columns, importing.VOCABULARY).fields == {"text": "Avis"}


def test_every_column_has_a_title_of_its_own() -> None:
    assert column_titles(["Avis", None, " Note\nsur 5 ", "Avis", ""]) == ["Avis", "[B]", "Note sur 5", "Avis (2)"]
    assert [letter_of(at) for at in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert name_of("  Date_de  L’avis : ") == "date de l'avis"


@pytest.mark.parametrize(
    ("titles", "row", "date"),
    [
        (["Avis", "Jour"], ["parfait", "20/11/2026"], "Jour"),
        (["Avis", "Colonne 2", "Magasin"], ["parfait", "20 novembre 2026", "Brest"], "Colonne 2"),
        (["text", "created_utc"], ["fine", 1_763_632_800], "created_utc"),
        (["Kommentar", "Datum"], ["gut", "20.11.2026"], "Datum"),
        (["Avis", "Date d'achat"], ["parfait", "20/11/2026"], None),
        (["Review", "Date of birth"], ["fine", "1980-01-02"], None),
        (["Review", "Date of visit", "Posted on"], ["fine", "2026-11-01", "2026-11-20"], "Posted on"),
        (["Avis", "Le", "Jusqu'au"], ["parfait", "20/11/2026", "21/11/2026"], None),  # which of the two?
        (["Avis", "Magasin"], ["parfait", "2026"], None),
    ],
)
def test_the_only_days_are_the_date_unless_something_else_happened_then(
    titles: list[str], row: list[object], date: str | None
) -> None:
    assert recognise(titles, importing.VOCABULARY, rows=[row]).fields.get("date") == date  # type: ignore[list-item]


def test_what_is_said_about_an_author_is_not_the_author() -> None:
    titles = ["Review text", "Reviewer Language", "Author country", "Author type"]
    fields = recognise(titles, importing.VOCABULARY).fields
    assert (fields.get("author"), fields["language"]) == (None, "Reviewer Language")
