from __future__ import annotations

import pytest

from app.pipeline.tell.evidence import whole_text


@pytest.mark.parametrize(
    ("title", "text", "whole"),
    [
        ("Parcel lost", "Nobody answers.", "Parcel lost. Nobody answers."),
        ("Parcel lost", "Parcel lost, nobody answers.", "Parcel lost, nobody answers."),
        ("", "Nobody answers.", "Nobody answers."),
        ("Parcel lost", "", "Parcel lost. "),
    ],
)
def test_a_title_goes_before_its_text_unless_the_text_begins_with_it(title: str, text: str, whole: str) -> None:
    assert whole_text(title, text) == whole
