"""The query proposed for a brand's name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.proposal import also_found, propose
from matching.query import parse


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("Orvélia", "Orvélia"),
        ("Orvélia Mobile", '"Orvélia Mobile" OR OrvéliaMobile'),
        ("Orvélia-Mobile", '"Orvélia-Mobile" OR OrvéliaMobile'),
        ("OrvéliaMobile", 'OrvéliaMobile OR "Orvélia Mobile"'),
        ("@orvelia", "orvelia"),
        ("Orvélia SAS", "Orvélia"),
        ("Brumelo® Inc.", "Brumelo"),
        ("orvelia.fr", 'orvelia OR "orvelia.fr"'),
        (
            "Pierre & Fils",
            '"Pierre & Fils" OR "Pierre and Fils" OR "Pierre et Fils" OR PierreFils',
        ),
        ("L’Atelier d’Orvélia", "\"L'Atelier d'Orvélia\" OR LAtelierdOrvélia"),
        ("OR", '"OR"'),
        ("Acme 3", '"Acme 3" OR Acme3'),
        ("…", ""),
        ("", ""),
    ],
)
def test_the_query_holds_the_ways_to_write_the_name(name: str, query: str) -> None:
    assert propose(name) == query


@given(st.text(max_size=100))
def test_whatever_the_name_what_is_proposed_can_be_read(name: str) -> None:
    if query := propose(name):
        parse(query)


def test_what_is_said_to_be_found_is_found() -> None:
    assert also_found("Orvélia", "Orvélia") == ["orvelia", "ORVÉLIA", "@orvelia", "#Orvelia", "l’Orvélia"]
    assert also_found("Orvélia Mobile", propose("Orvélia Mobile")) == [
        "orvelia mobile",
        "ORVÉLIA MOBILE",
        "@orveliamobile",
        "#OrveliaMobile",
        "orvelia-mobile",
        "@orvelia_mobile",
        "l’Orvélia Mobile",
    ]
    assert "@orveliamobile" not in also_found("Orvélia Mobile", '"Orvélia Mobile"')
    assert also_found("Orvélia", "orvélia AND (") == []
