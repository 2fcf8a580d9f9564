"""What is said of the exports of other tools holds together."""

from __future__ import annotations

import pytest

from app.pipeline.files import answering, importing
from app.pipeline.files.columns import Profile, Vocabulary, name_of, recognise
from app.pipeline.files.profiles import ANSWERS, MENTIONS

PROFILES = [(importing.VOCABULARY, one) for one in MENTIONS] + [(answering.VOCABULARY, one) for one in ANSWERS]


@pytest.mark.parametrize(("vocabulary", "profile"), PROFILES, ids=lambda one: getattr(one, "tool", ""))
def test_titles_are_written_as_they_are_compared_and_belong_to_one_field(
    vocabulary: Vocabulary, profile: Profile
) -> None:
    titles = [title for titles in profile.columns.values() for title in titles]
    assert [title for title in titles if name_of(title) != title] == []
    assert [title for title in {*titles} if titles.count(title) > 1] == []
    assert profile.columns.keys() <= vocabulary.titles.keys()
    assert all(name_of(title) == title for marks in profile.marks for title in marks)


@pytest.mark.parametrize(("vocabulary", "profile"), PROFILES, ids=lambda one: getattr(one, "tool", ""))
def test_a_tool_is_known_by_each_of_its_marks_and_by_no_other_s(vocabulary: Vocabulary, profile: Profile) -> None:
    for marks in profile.marks:
        assert recognise(marks, vocabulary).tool == profile.tool
