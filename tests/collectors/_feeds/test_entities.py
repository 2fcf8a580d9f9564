"""Ampersands that XML does not know are mended."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors._feeds.entities import mend


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("R&D &amp; &lt; &#233; &#xe9;", "R&amp;D &amp; &lt; &#233; &#xe9;"),
        ("&eacute;t&eacute;&nbsp;!", "&#233;t&#233;&#160;!"),
        ("&unknown; & &;", "&amp;unknown; &amp; &amp;;"),
        ("<![CDATA[a & b &eacute;]]> & <![CDATA[c & d", "<![CDATA[a & b &eacute;]]> &amp; <![CDATA[c &amp; d"),
    ],
)
def test_ampersands_are_mended_outside_cdata(text: str, mended: str) -> None:
    assert mend(text) == mended


@given(st.text(alphabet="&;#xae<![CDATA]> ", max_size=60))
def test_mending_twice_changes_nothing(text: str) -> None:
    assert mend(mend(text)) == mend(text)
