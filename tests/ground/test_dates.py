from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.date_words import MONTHS
from ground.dates import Order, date_within, order_in, order_of, read_date

READ = """
2026-11-24 | 2026-11-24T00:00:00
2026-11-24T15:07 | 2026-11-24T15:07:00
2026-11-24T15:07:09Z | 2026-11-24T15:07:09+00:00
2026-11-24t15:07:09z | 2026-11-24T15:07:09+00:00
2026-11-24T15:07:09.125Z | 2026-11-24T15:07:09.125000+00:00
2026-11-24T15:07:09,125+01:00 | 2026-11-24T15:07:09.125000+01:00
2026-11-24T15:07:09.123456789Z | 2026-11-24T15:07:09.123456+00:00
2026-11-24T15:07:09+0100 | 2026-11-24T15:07:09+01:00
2026-11-24T15:07-05 | 2026-11-24T15:07:00-05:00
2026-11-24 15:07:09 +02:00 | 2026-11-24T15:07:09+02:00
2026-11-24 15:07:09 UTC | 2026-11-24T15:07:09+00:00
2026-11-24 15:07:09+00 | 2026-11-24T15:07:09+00:00
2026-11-24T15:07:09+01:00[Europe/Paris] | 2026-11-24T15:07:09+01:00
2026-11-24+01:00 | 2026-11-24T00:00:00+01:00
2026-11-24T23:59:60Z | 2026-11-25T00:00:00+00:00
20261102T100000Z | 2026-11-02T10:00:00+00:00
20261102T100000+0100 | 2026-11-02T10:00:00+01:00
20261102T1000 | 2026-11-02T10:00:00
20261102 | 2026-11-02T00:00:00
20261102100530 | 2026-11-02T10:05:30
202611021005 | 2026-11-02T10:05:00
2026-W48-2 | 2026-11-24T00:00:00
2026W482T1507 | 2026-11-24T15:07:00
2026-328 | 2026-11-24T00:00:00
1793610300 | 2026-11-02T09:05:00+00:00
1793610300.25 | 2026-11-02T09:05:00.250000+00:00
1793610300000 | 2026-11-02T09:05:00+00:00
1793610300000000 | 2026-11-02T09:05:00+00:00
2026/11/24 15:07 | 2026-11-24T15:07:00
2026/11/24 15:07:09 +0100 | 2026-11-24T15:07:09+01:00
2026.11.24 15:07 | 2026-11-24T15:07:00
2026/3/4 | 2026-03-04T00:00:00
2026/11/20 2:03:11 PM UTC+1 | 2026-11-20T14:03:11+01:00
Tue, 24 Nov 2026 15:07:09 +0000 | 2026-11-24T15:07:09+00:00
Tue, 24 Nov 2026 15:07:09 GMT | 2026-11-24T15:07:09+00:00
Tue, 24 Nov 2026 15:07 EST | 2026-11-24T15:07:00-05:00
24 Nov 26 15:07 EDT | 2026-11-24T15:07:00-04:00
Tue, 24 Nov 2026 15:07:09 PST | 2026-11-24T15:07:09-08:00
Tue, 24 Nov 2026 15:07:09 -0000 | 2026-11-24T15:07:09+00:00
Tue, 24 Nov 2026 15:07:09 +0100 (CET) | 2026-11-24T15:07:09+01:00
Tue, 24 Nov 2026 15:07:09 +0100 (heure normale d'Europe centrale) | 2026-11-24T15:07:09+01:00
Tue, 24 Nov 2026 15:07:09 UTC+01:00 | 2026-11-24T15:07:09+01:00
Tue, 24 Nov 2026 15:07:09 GMT+2 | 2026-11-24T15:07:09+02:00
Tue, 24 Nov 2026 15:07:09 CET | 2026-11-24T15:07:09+01:00
Wed, 24 Jun 2026 15:07:09 CEST | 2026-06-24T15:07:09+02:00
Tue, 24 Nov 2026 15:07:09 MEZ | 2026-11-24T15:07:09+01:00
Wed, 24 Jun 2026 15:07:09 MESZ | 2026-06-24T15:07:09+02:00
Wed, 24 Jun 2026 15:07:09 BST | 2026-06-24T15:07:09+01:00
Tue, 24 Nov 2026 15:07:09 EET | 2026-11-24T15:07:09+02:00
Tue, 24 Nov 2026 15:07:09 MSK | 2026-11-24T15:07:09+03:00
Tue, 24 Nov 2026 15:07:09 JST | 2026-11-24T15:07:09+09:00
Tue, 24 Nov 2026 15:07:09 AEDT | 2026-11-24T15:07:09+11:00
Tue, 24 Nov 2026 15:07:09 WEST | 2026-11-24T15:07:09+01:00
Tue Nov 24 15:07:09 2026 | 2026-11-24T15:07:09
Tue Nov 24 15:07:09 2026 +0100 | 2026-11-24T15:07:09+01:00
Tue Nov 24 15:07:09 CET 2026 | 2026-11-24T15:07:09+01:00
Tue Nov 24 2026 15:07:09 GMT+0100 (Central European Standard Time) | 2026-11-24T15:07:09+01:00
Tuesday, 24-Nov-26 15:07:09 UTC | 2026-11-24T15:07:09+00:00
24/Nov/2026:15:07:09 +0100 | 2026-11-24T15:07:09+01:00
26-Nov-2026 10:31AM | 2026-11-26T10:31:00
15:07 24-Nov-2026 | 2026-11-24T15:07:00
2026-Nov-24 | 2026-11-24T00:00:00
24 November 2026 | 2026-11-24T00:00:00
November 24, 2026 | 2026-11-24T00:00:00
Nov. 24th, 2026 at 3:05 p.m. | 2026-11-24T15:05:00
Tuesday, November 24, 2026 3:05 PM EST | 2026-11-24T15:05:00-05:00
the 24th of November 2026 | 2026-11-24T00:00:00
Sept. 3, 2025 12:10 am | 2025-09-03T00:10:00
September 3rd 2025, 12 p.m. | 2025-09-03T12:00:00
3:05pm, 24 Nov 2026 | 2026-11-24T15:05:00
Nov 24, '26 | 2026-11-24T00:00:00
Vendredi, 13 Novembre, 2026 - 12:22 | 2026-11-13T12:22:00
lun., 02 nov. 2026 08:00:00 +0100 | 2026-11-02T08:00:00+01:00
mardi 24 novembre 2026 à 14h05 | 2026-11-24T14:05:00
mar. 24 nov. 2026 | 2026-11-24T00:00:00
mar. 03 mar. 2026 10:00 | 2026-03-03T10:00:00
le 1er août 2025 à 9 h 05 | 2025-08-01T09:05:00
le 1er août 2025 à 9h | 2025-08-01T09:00:00
24 février 2026, 18:30 | 2026-02-24T18:30:00
24 févr. 2026 | 2026-02-24T00:00:00
24 fevrier 2026 | 2026-02-24T00:00:00
31 déc. 2025 à 23 heures 05 | 2025-12-31T23:05:00
12 juil. 2026 14h05min | 2026-07-12T14:05:00
DIMANCHE 12 JUILLET 2026 | 2026-07-12T00:00:00
24 nov. 2026 à 14:05 HNEC | 2026-11-24T14:05:00+01:00
Dienstag, 24. November 2026 um 15:07 Uhr | 2026-11-24T15:07:00
Di., 24. Nov. 2026, 15.07 Uhr MEZ | 2026-11-24T15:07:00+01:00
24. März 2026 | 2026-03-24T00:00:00
24. Maerz 2026 | 2026-03-24T00:00:00
15:07 Uhr am 24. Dez. 2026 | 2026-12-24T15:07:00
15:07 am 24. Dezember 2026 | 2026-12-24T15:07:00
Samstag, den 3. Oktober 2026, 9 Uhr | 2026-10-03T09:00:00
1. Jänner 2026 | 2026-01-01T00:00:00
24. Mai 2026 15 Uhr 07 | 2026-05-24T15:07:00
martes, 24 de noviembre de 2026, 15:07 h | 2026-11-24T15:07:00
24 de noviembre de 2026 a las 15:07 | 2026-11-24T15:07:00
mié., 4 ene. 2026 | 2026-01-04T00:00:00
el 24 de septiembre del 2026 | 2026-09-24T00:00:00
24 dic 2026 3:05 p. m. | 2026-12-24T15:05:00
sábado 5 de setiembre de 2026 | 2026-09-05T00:00:00
martedì 24 novembre 2026 alle ore 15.07 | 2026-11-24T15:07:00
24 nov 2026, 15:07 | 2026-11-24T15:07:00
mer 4 mar 2026 | 2026-03-04T00:00:00
4 gennaio 2026 | 2026-01-04T00:00:00
dom, 3 mag 2026 09:00 | 2026-05-03T09:00:00
1º luglio 2026 | 2026-07-01T00:00:00
terça-feira, 24 de novembro de 2026 às 15h07 | 2026-11-24T15:07:00
24 de março de 2026 15:07 | 2026-03-24T15:07:00
sáb, 3 out 2026 | 2026-10-03T00:00:00
3 de fev. de 2026 | 2026-02-03T00:00:00
qua., 4 de dez. de 2026 10:00 | 2026-12-04T10:00:00
24/11/2026 14:05 | 2026-11-24T14:05:00
11/24/2026 3:05 PM | 2026-11-24T15:05:00
24. 11. 2026 15:07 | 2026-11-24T15:07:00
24.11.26, 15:07 | 2026-11-24T15:07:00
24-11-2026 | 2026-11-24T00:00:00
mar. 24/11/2026 à 14h05 | 2026-11-24T14:05:00
11/11/2026 | 2026-11-11T00:00:00
2026\u201111\u201124 | 2026-11-24T00:00:00
24\u00a0nov.\u00a02026\u202f14:05 | 2026-11-24T14:05:00
"""
"""Spelling | what it is, naive where it has no zone."""

UNKNOWN = """
11/12/2026
3.4.26
24-11-26
26/11/24 15h07 et demie
31/02/2026
99 mars 2026
2026-02-30
2026-13-01
2026-24-11
2026-11-24 25:07
2026-11-24 15:67
2026-366
2026/11/24 15:07 ou plus tard
Tue, 24 Nov 2026 15:07:09 +9900
Tue, 24 Nov 2026 15:07:09 +0075
Tue, 24 Nov 2026 15:07:09 XYZ
Tue, 24 Nov 2026 15:07:09 IST
Tue, 24 Nov 2026 15:07:09 CET -0500
Tue, 24 Nov 2026 15:07:09 (soon)
0:30 pm 24 Nov 2026
15:07 am, 24/11/2026
24 novembre
novembre 2026
2026
24
15:07
24 nov 2026 25 nov 2026
24-25 novembre 2026
24 nov 2026 10:00 - 12:00
24 nov déc 2026
24 nov 2026 et quelques
demain
yesterday
12345
99999999999999
0000-00-00 00:00:00
24 11 2026
1 2 3 nov 2026
2026-11-24T15:07:09Z+01:00
"""


@pytest.mark.parametrize("line", READ.strip().splitlines())
def test_a_spelling_is_read(line: str) -> None:
    spelling, _, expected = line.rpartition(" | ")
    found = read_date(spelling)
    assert found is not None
    assert found.isoformat() == expected


@pytest.mark.parametrize("spelling", UNKNOWN.strip().splitlines())
def test_what_is_not_wholly_one_date_is_unknown(spelling: str) -> None:
    assert read_date(spelling) is None


def test_there_are_enough_spellings_to_judge_a_reader_by() -> None:
    assert len(READ.strip().splitlines()) + len(UNKNOWN.strip().splitlines()) >= 120


def test_a_zone_is_given_to_a_naive_date_only() -> None:
    paris = timezone(timedelta(hours=1))
    assert read_date("24 nov. 2026 14:05", zone=paris) == datetime(2026, 11, 24, 13, 5, tzinfo=UTC)
    assert read_date("2026-11-24T14:05Z", zone=paris) == datetime(2026, 11, 24, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("spellings", "order"),
    [
        (["11/12/2026", "24/11/2026"], "day first"),
        (["11/12/2026 3:05 PM", "11/24/2026 3:05 PM"], "month first"),
        (["3.4.26", "25.4.26"], "day first"),
        (["publié le 24/11/2026"], "day first"),
        (["11/12/2026", "10/11/2026"], None),
        (["24/11/2026", "11/24/2026"], None),
        (["2026-11-24", "24 nov. 2026", "31/31/2026", "", "x" * 500], None),
        ([], None),
    ],
)
def test_all_spellings_together_say_which_number_is_the_day(spellings: list[str], order: Order | None) -> None:
    assert order_of(spellings) == order


def test_an_order_is_followed_and_never_bent_for_one_row() -> None:
    assert read_date("11/12/2026", order="day first") == datetime(2026, 12, 11)  # noqa: DTZ001  no zone was given
    assert read_date("11/12/2026", order="month first") == datetime(2026, 11, 12)  # noqa: DTZ001
    assert read_date("24/11/2026", order="month first") is None
    assert read_date("11/24/2026", order="day first") is None


@pytest.mark.parametrize(
    ("tag", "order"),
    [
        ("fr", "day first"), ("pt_BR", "day first"), ("en-GB", "day first"), ("en-us", "month first"), ("en", None),
        (None, None),
    ],
)  # fmt: skip
def test_some_languages_have_one_order(tag: str | None, order: Order | None) -> None:
    assert order_in(tag) == order


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Publié le 1er août 2025 à 9h05", "2025-08-01T09:05:00"),
        ("Reviewed on Sept. 3, 2025 at 4:05 pm by Ann", "2025-09-03T16:05:00"),
        ("5 avis le 12 mars 2026", "2026-03-12T00:00:00"),
        ("12 mars 2026 · 3 commentaires", "2026-03-12T00:00:00"),
        ("Par Jean 2 le 12 mars 2026 à 10:00", "2026-03-12T10:00:00"),
        ("Note 4/5, le 25/03/2026", "2026-03-25T00:00:00"),
        ("Bewertung vom 12. März 2026, 10 Uhr", "2026-03-12T10:00:00"),
        ("le 12 mars", None),
        ("version 2.11 du produit", None),
        ("3 commentaires", None),
        ("", None),
    ],
)
def test_a_date_is_found_in_a_longer_text(text: str, day: str | None) -> None:
    found = date_within(text)
    assert (found.isoformat() if found else None) == day


@given(
    st.text(alphabet=st.sampled_from("0123456789/.-:, hTZ+()novUTCampm'\u202f"), max_size=40) | st.text(max_size=600)
)
def test_whatever_is_written_is_read_or_unknown(text: str) -> None:
    read_date(text)
    date_within(text, order="day first", zone=UTC)
    order_of([text])


@given(st.datetimes(datetime(1990, 1, 1), datetime(2099, 1, 1)), st.sampled_from(sorted(MONTHS)))  # noqa: DTZ001
def test_every_month_is_read_in_every_order_of_its_parts(at: datetime, word: str) -> None:
    day = at.replace(month=MONTHS[word], day=min(at.day, 28), hour=at.hour, second=0, microsecond=0)
    for spelling in (f"{day.day} {word} {day.year} {day:%H:%M}", f"{word} {day.day}, {day.year} {day:%H:%M}"):
        assert read_date(spelling) == day
