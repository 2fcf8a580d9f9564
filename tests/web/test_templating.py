"""The templates, and the address of a built file."""

from __future__ import annotations

import jinja2
import pytest

from app.web.templating import asset, environment


def test_what_a_template_shows_is_escaped() -> None:
    assert environment().from_string("{{ said }}").render(said="<b>") == "&lt;b&gt;"


def test_a_name_that_is_missing_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        environment().from_string("{{ nobody }}").render()


def test_the_address_of_a_file_carries_a_mark_of_its_content_and_that_of_none_does_not() -> None:
    assert asset("dist/app.css").startswith("/static/dist/app.css?v=")
    assert asset("dist/nothing.css") == "/static/dist/nothing.css"
