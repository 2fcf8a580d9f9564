"""The question that a model is asked about a match."""

from __future__ import annotations

from types import SimpleNamespace

from app.pipeline.judge.model_input import join
from app.pipeline.judge.score import about


def test_the_model_is_told_where_this_brand_and_others_are_named() -> None:
    row = SimpleNamespace(
        title="Acme against Bolt", text="Bolt wins", language="en",
        spans={"title": [[0, 4]], "text": []}, others=[{"title": [[13, 17]], "text": [[0, 4]]}],
    )  # fmt: skip
    asked = about(row)
    assert [asked.text[start:end] for start, end in asked.own] == ["Acme"]
    assert [asked.text[start:end] for start, end in asked.others] == ["Bolt", "Bolt"]


def test_spans_keep_their_words_however_title_and_text_are_joined() -> None:
    for title, body in (("", "I like Acme"), ("Acme", "Acme is fine"), ("Acme", ""), ("On 🚲 Acme", "say Acme")):
        spans = {
            "title": [[title.index("Acme"), title.index("Acme") + 4]] if title else [],
            "text": [[body.index("Acme"), body.index("Acme") + 4]] if body else [],
        }
        asked = about(SimpleNamespace(title=title, text=body, language=None, spans=spans, others=[]))
        assert asked.text == join(title, body)
        assert {asked.text[start:end] for start, end in asked.own} == {"Acme"}
