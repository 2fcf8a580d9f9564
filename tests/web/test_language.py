"""French says all that English says, and writes numbers, dates and durations as the French do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from babel.messages import Message
from babel.messages.pofile import read_po

from app.http.allowance import Allowance
from app.http.errors import TooLarge
from app.locale.gather import gather
from app.pipeline.sift.place import UNREAD
from app.problems import FieldError
from app.web.language import LOCALE, Code, Tongue, choose_language, zone
from app.web.words import C_, GATE

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def tongue(code: Code) -> Tongue:
    return Tongue(code, zone("Europe/Paris"), NOW)


def named(message: Message) -> object:
    """A message as it is gathered: with its sense before it, where it has one."""
    return C_(message.context, str(message.id)) if message.context else message.id


def test_the_french_catalogue_is_complete_and_sure_of_itself() -> None:
    with (LOCALE / "fr" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        french = read_po(file, locale="fr")
    known = {
        C_(message.context, message.id) if message.context else message.id: message for message in french if message.id
    }
    assert set(gather()) - set(known) == set()
    assert [text for text, message in known.items() if message.fuzzy or not all(message.string or [""])] == []


@pytest.mark.parametrize(
    ("asked", "cookie", "accepted", "code"),
    [
        ("fr", "en", "en", "fr"),
        (None, "fr", "en", "fr"),
        (None, None, "fr-CA,fr;q=0.9,en;q=0.5", "fr"),
        (None, None, "de,en;q=0.3,fr;q=0.8", "fr"),
        (None, None, "fr;q=0, en", "en"),
        (None, None, "de", "en"),
        (None, None, "", "en"),
        ("xx", None, "fr;q=broken,en", "en"),
    ],
)
def test_the_language_is_the_one_wished_first(asked: str | None, cookie: str | None, accepted: str, code: Code) -> None:
    assert choose_language(asked, cookie, accepted) == code


def test_numbers_are_written_as_each_language_writes_them() -> None:
    assert (tongue("fr").number(12345.6, 1), tongue("en").number(12345.6, 1)) == ("12\u202f345,6", "12,345.6")
    assert (tongue("fr").percent(0.425), tongue("en").percent(0.425, 1)) == ("42\u202f%", "42.5%")
    assert (tongue("en").with_sign(-7.4), tongue("en").with_sign(3), tongue("en").with_sign(0.2)) == (
        "\u22127",
        "+3",
        "0",
    )


def test_times_are_relative_with_the_exact_one_beside() -> None:
    assert tongue("fr").ago(NOW - timedelta(hours=3)) == "il y a 3\u00a0h"
    assert tongue("en").ago(NOW + timedelta(minutes=5)) == "in 5 min."
    assert tongue("fr").ago(NOW - timedelta(days=400)) == "18 oct. 2025"
    assert "10:30" in tongue("fr").exact(NOW)


@pytest.mark.parametrize(
    ("text", "french"),
    [
        ("The address starts with http:// or https://.", "L’adresse commence par http:// ou https://."),
        ("String should have at least 1 character.", "Ce champ est obligatoire."),
        ("Input should be greater than 0.", "La valeur doit être supérieure à 0."),
        ("Input should be 'own' or 'person'.", "Choisissez une des valeurs proposées."),
    ],
)
def test_what_a_check_says_is_translated(text: str, french: str) -> None:
    assert tongue("fr").notice(FieldError("x", text)) == french


def test_a_notice_is_translated_before_its_places_are_filled() -> None:
    stored = {"text": "{host} asks us to read less often (429)", "args": {"host": "example.com {x}"}}
    assert tongue("fr").notice(stored) == "example.com {x} nous demande de lire moins souvent (429)"
    assert tongue("fr").notice({"text": "of another version {missing}", "args": {}}) == "of another version {missing}"


@pytest.mark.parametrize(
    ("reason", "french"),
    [
        ("the server gave no complete answer within 30 seconds", "le serveur n’a pas donné de réponse complète en 30"),
        ("the server sent nothing for 7.5 seconds", "le serveur n’a rien envoyé pendant 7,5 secondes"),
        ("the answer is too large: more than 8 MB were sent", "la réponse est trop grande\u202f: plus de 8 Mo"),
        ("the certificate of the server is not valid: certificate has expired", "le certificat du serveur n’est pas"),
        ("this address is not allowed: it is longer than 2048 characters", "elle dépasse 2\u202f048 caractères"),
    ],
)
def test_what_the_gate_measured_is_said_in_french(reason: str, french: str) -> None:
    stored = {"text": "{host} could not be read ({reason})", "args": {"host": "example.com", "reason": reason}}
    assert french in tongue("fr").notice(stored)
    assert reason in tongue("en").notice(stored)
    alone = {"text": "{reason}", "args": {"reason": reason[:1].upper() + reason[1:] + "."}}
    assert french[1:] in tongue("fr").notice(alone)


def test_what_the_gate_says_is_among_what_is_translated() -> None:
    """Each of its measured sentences, made by itself, is one that the pages know."""
    with pytest.raises(TooLarge) as large:
        Allowance(30, wire=10).spend(11)
    said = [str(large.value), str(Allowance(0, wire=1).too_slow()), str(Allowance(30, wire=1, quiet=7.5).too_slow())]
    assert [text for text in said if not any(pattern.fullmatch(text) for pattern, _ in GATE)] == []


def test_one_and_many_follow_the_rules_of_the_language() -> None:
    def said(code: Code, n: int) -> str:
        return tongue(code).count("{n} mention", "{n} mentions", n)

    assert [said("fr", n) for n in (0, 1, 2)] == ["0 mention", "1 mention", "2 mentions"]
    assert [said("en", n) for n in (0, 1, 2)] == ["0 mentions", "1 mention", "2 mentions"]


@pytest.mark.parametrize("word", ["Mentions", "Sources", "Actions", "Score"])
def test_a_word_alike_in_both_languages_keeps_its_capital(word: str) -> None:
    assert tongue("fr").say(word) == word


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (UNREAD, "Non lu : plusieurs textes voisins ont mis fin au processus qui les lisait."),
        ("This mention has neither a title nor a text.", "Cette mention n’a ni titre ni texte."),
        (
            "its text could not be read safely: it takes more than 3 seconds of processor time",
            "Son texte n’a pas pu être lu sans risque : il demande plus de 3 secondes de calcul.",
        ),
        (
            "its text could not be read safely: the process died",
            "Son texte n’a pas pu être lu sans risque : le processus qui le lisait s’est arrêté.",
        ),
        ("This mention could not be read (ValueError: odd).", "La lecture a échoué (ValueError: odd)."),
        ("the database refused it: {odd}", "La base de données l’a refusé : {odd}"),
        ("createdAt: Field required", "Le champ createdAt manque."),
        (
            "score: Input should be a valid integer",
            "Le champ score n’a pas la valeur attendue (Input should be a valid integer).",
        ),
        ("nobody translated this {yet}", "nobody translated this {yet}"),
    ],
)
def test_why_something_was_set_aside_is_said_in_french(reason: str, sentence: str) -> None:
    assert tongue("fr").aside(reason).replace("\u202f", " ") == sentence


@pytest.mark.parametrize(
    ("seconds", "english", "french"),
    [
        (3, "1 min", "1\u202fmin"),
        (59 * 60, "59 min", "59\u202fmin"),
        (130 * 60, "2 h 10", "2\u202fh\u202f10"),
        (3 * 3600, "3 h", "3\u202fh"),
        (47.9 * 3600, "47 h 54", "47\u202fh\u202f54"),
        (3.9 * 86400, "3 days", "3\u202fj"),
    ],
)
def test_a_short_span_is_told_in_minutes_hours_or_days(seconds: float, english: str, french: str) -> None:
    assert tongue("en").span(seconds) == english
    plain = tongue("fr").span(seconds).replace("\xa0", "\u202f").replace(" ", "\u202f")
    assert plain == french
