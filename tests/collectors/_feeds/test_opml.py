"""Lists of feeds, also those made to hurt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors._feeds.opml import LARGEST_FILE, OpmlError, Subscription, read_opml

LIST = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><head><title>Mes flux</title></head><body>
  <outline text="Presse">
    <outline type="rss" text="Le Carnet" title="Le Carnet d'Élodie" xmlUrl="https://carnet.example/feed" htmlUrl="https://carnet.example/"/>
    <outline text="Locale"><outline text="Gazette" xmlUrl="http://gazette.example/rss.xml"/></outline>
  </outline>
  <outline text="Sans titre" xmlurl="https://min.example/feed"/>
  <outline xmlUrl="https://carnet.example/feed" text="encore"/>
  <outline text="Mauvais" xmlUrl="javascript:alert(1)"/>
  <outline xmlUrl="https://nu.example/feed"/>
</body></opml>"""


def opml(body: str) -> bytes:
    return f"<opml><body>{body}</body></opml>".encode()


def test_feeds_are_read_with_their_folders_each_once() -> None:
    assert read_opml(LIST.encode()) == [
        Subscription("Le Carnet d'Élodie", "https://carnet.example/feed", "Presse"),
        Subscription("Gazette", "http://gazette.example/rss.xml", "Presse / Locale"),
        Subscription("Sans titre", "https://min.example/feed"),
        Subscription("https://nu.example/feed", "https://nu.example/feed"),
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "well-formed"),
        (b"hello", "well-formed"),
        (LIST.encode()[:200], "well-formed"),
        (b"<opml><head/></opml>", "not an OPML"),
        (b"<rss><body/></rss>", "not an OPML"),
        (b'<?xml version="1.0" encoding="klingon"?><opml><body/></opml>', "well-formed"),
        (b'<!DOCTYPE opml [<!ENTITY a "b">]><opml><body>&a;</body></opml>', "entities"),
        (b'<!DOCTYPE opml [<!ENTITY a SYSTEM "file:///etc/hostname">]><opml><body>&a;</body></opml>', "entities"),
        (b'<!DOCTYPE opml SYSTEM "http://127.0.0.1:9/x.dtd"><opml><body/></opml>', "entities"),
        (b" " * (LARGEST_FILE + 1), "larger than 2 MB"),
        (opml("<outline text='x'>" * 60 + "</outline>" * 60), "too deep"),
        (opml("<outline>" * 40_000 + "</outline>" * 40_000), "too deep"),
        (opml("".join(f"<outline xmlUrl='https://a.example/{n}'/>" for n in range(5_001))), "5,000"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_a_sentence(data: bytes, words: str) -> None:
    with pytest.raises(OpmlError, match=words):
        read_opml(data)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_list_or_an_error(data: bytes) -> None:
    for whole in (data, b"<opml><body>" + data + b"</body></opml>"):
        try:
            found = read_opml(whole)
        except OpmlError:
            continue
        assert all(one.url and one.title for one in found)
