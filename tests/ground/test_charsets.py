"""Bytes in charsets that nobody declared, or declared wrongly, and what a wrong reading left behind."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ground.charsets import codec_of, decode, undone


@pytest.mark.parametrize(
    ("data", "labels", "text"),
    [
        (b"Zo\xc3\xa9 L\xc3\xa9ger, d\xe9\xc3\xa7ue", ["utf-8"], "Zoé Léger, déçue"),
        (b"Ana\xc3\xafs Ren\xc3\xa9e \xff", ["iso-8859-1"], "Anaïs Renée \ufffd"),
        (b"Jos\xc3\xa9 \xff", [], "José \ufffd"),
        (b"l\x92\xc3\xa9cran est cass\xc3\xa9", [], "l’écran est cassé"),
        (b"d\xc3\xa9\xc3\xa7u, coup\xc3", ["utf-8"], "déçu, coup"),
        (b"un mot coup\xc3 l\xc3\xa0 et d\xc3\xa9j\xc3\xa0", [], "un mot coup\ufffd là et déjà"),
        ("« déçu », dit-elle".encode("cp1252"), ["utf-8"], "« déçu », dit-elle"),
        ("CAFÉ” déçu à Noël".encode("cp1252"), ["cp1252"], "CAFÉ” déçu à Noël"),
        ("плохо".encode("koi8-r"), ["koi8-r"], "плохо"),
        ("плохо, не берите".encode("cp1251"), ["windows-1251"], "плохо, не берите"),
        ("плохо".encode() + b" \xff", ["windows-1251"], "плохо \ufffd"),
        ("品质很差".encode("gb18030"), ["gb2312"], "品质很差"),
        ("とても悪い".encode("shift-jis"), ["shift_jis"], "とても悪い"),
        ("とても".encode("iso-2022-jp"), ["iso-2022-jp"], "とても"),
        ("déçu".encode("utf-16"), ["utf-16"], "déçu"),
        (b"plain", ["hex"], "plain"),
        (b"", [], ""),
    ],
)
def test_a_bad_byte_spoils_nothing_but_itself(data: bytes, labels: list[str], text: str) -> None:
    assert decode(data, labels) == text


@given(st.binary(max_size=300), st.lists(st.sampled_from(["utf-8", "latin-1", "gb2312", "utf-16", "x", "", "\0"])))
def test_any_bytes_are_text_in_the_end(data: bytes, labels: list[str]) -> None:
    decode(data, labels).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize(
    ("label", "codec"), [("UTF8", "utf-8"), ('"Latin1"', "cp1252"), ("ascii", ""), ("klingon", ""), ("zip", "")]
)
def test_a_label_is_known_or_not(label: str, codec: str) -> None:
    assert codec_of(label) == codec


@pytest.mark.parametrize(
    "text", ["René", "déçue par le café", "Iʼm — “fine”, 10 €".replace("ʼ", "’"), "плохо", "日本", "Super 😀", "10 €"]
)
@pytest.mark.parametrize("charset", ["latin-1", "cp1252"])
@pytest.mark.parametrize("times", [1, 2])
def test_what_was_read_in_the_wrong_charset_is_read_again(text: str, charset: str, times: int) -> None:
    wrong = text
    for _ in range(times):
        data = wrong.encode()
        wrong = "".join(_read(byte, charset) for byte in data)
    assert undone(wrong) == text


def _read(byte: int, charset: str) -> str:
    try:
        return bytes([byte]).decode(charset)
    except UnicodeDecodeError:
        return chr(byte)


@pytest.mark.parametrize(
    "text",
    [
        'Why does your site show "Ã©" instead of an accent?',
        "Votre site affiche « Ã© » au lieu d’un é",
        "déjà vu, RenÃ©",  # with accents of its own: not all of it was read wrongly
        "MAÇÃ\xa0!",
        "SÃO PAULO",
        "ÂGE",
        "René",
        "plain",
        "",
    ],
)
def test_what_was_written_so_stays(text: str) -> None:
    assert undone(text) == text


@given(st.text(max_size=60))
def test_undoing_twice_changes_nothing(text: str) -> None:
    assert undone(undone(text)) == undone(text)


@pytest.mark.parametrize("times", range(1, 8))
def test_what_was_read_wrongly_any_number_of_times_is_undone(times: int) -> None:
    text = "0¡ René"
    for _ in range(times):
        text = text.encode().decode("latin-1")
    assert undone(text) == "0¡ René"
