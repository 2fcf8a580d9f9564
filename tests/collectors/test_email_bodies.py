"""Which part of a letter has its words: plain alternatives that are there for form's sake, and what styles hide."""

from __future__ import annotations

import pytest

from collectors.email.bodies import is_stub, text_of_body, whole_text
from collectors.email.letter import Letter, read_letters

ARTICLE = (
    "<h1>Cobaltine rappelée à l'ordre</h1><p>L'association Le Juste Poids reproche à Cobaltine des étiquettes "
    "trompeuses sur ses moulins. La marque promet de répondre avant la fin de la semaine.</p>"
)
LONG_STUB = (
    "To view this newsletter please open it in your web browser at https://mail.example/1. You get it because you "
    "gave us your address at our shop. Unsubscribe: https://mail.example/2. Our address: 3 Harbour Lane, Grayport."
)
WORDS = "L'association Le Juste Poids reproche à Cobaltine des étiquettes trompeuses"


def read(plain: str, html: str) -> str:
    parts = (("plain", plain), ("html", f"<html><body>{html}</body></html>"))
    body = "".join(f"--b\nContent-Type: text/{kind}; charset=utf-8\n\n{text}\n" for kind, text in parts)
    raw = f"From: a@a.example\nSubject: x\nContent-Type: multipart/alternative; boundary=b\n\n{body}--b--\n"
    (letter,) = read_letters([raw.encode()])
    assert isinstance(letter, Letter)
    return letter.text


@pytest.mark.parametrize(
    "plain",
    [
        "Ce message est au format HTML. Pour le lire dans votre navigateur : https://lettre.example/v/7",
        "View this email in your browser\n(https://mail.example/v?e=1&u=2&track=abcdef0123456789)",
        "Ihr Programm zeigt kein HTML an. Bitte im Browser ansehen: https://brief.example/1",
        "Ver este correo en su navegador: https://carta.example/1",
        "Se non visualizzi correttamente, apri la versione online: https://lettera.example/1",
        "Se não consegue ver este e-mail, veja no navegador: https://carta.example/1",
        "",
        " \u00a0\n\u200b\n",
        "https://lettre.example/1\nhttps://lettre.example/2\n",
        "[image: Le Juste Poids]\n<https://lettre.example/1>\n[cid:logo@x]",
        LONG_STUB,
    ],
)
def test_a_stub_gives_way_to_the_words_of_the_html(plain: str) -> None:
    assert WORDS in read(plain, ARTICLE)


@pytest.mark.parametrize(
    ("plain", "html"),
    [
        (f"Cobaltine rappelée à l'ordre\n\n{WORDS} sur ses moulins. La marque promet de répondre.", ARTICLE),
        ("Merci, c'est réparé.", "<p>Merci, c'est réparé.</p><p>Ana, atelier, 3 quai du Port</p>"),
        ("Ça ne marche pas dans mon navigateur.", "<p>Ça ne marche pas dans mon navigateur.</p><img src=x>"),
        (
            "Un long récit de la panne, jour après jour, que le client raconte en détail sans rien omettre du tout.",
            "<p>Voir dans le navigateur</p><img src=x>",
        ),
        ("Voir en ligne : https://lettre.example/1", "<img src=x>"),
        (
            "Oui.\n\nLe lun. 2 mars 2026 à 10:00, Ben <b@us.example> a écrit :\n> Est-ce que le moulin est réparé ?",
            "<p>Oui.</p><div>Est-ce que le moulin est réparé ?</div>",
        ),
    ],
)
def test_a_plain_text_with_the_words_stays(plain: str, html: str) -> None:
    assert read(plain, html).startswith(plain.split("\n")[0])


def test_without_words_on_one_side_the_other_has_them() -> None:
    assert is_stub("", "words")
    assert not is_stub("words", "")
    assert not is_stub("", "")


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none;max-height:0">Aperçu</div>',
        '<span style="font-size: 0px">Aperçu</span>',
        '<div style="max-height:0.0px;overflow:hidden">Aperçu</div>',
        '<div style="mso-hide: all">Aperçu</div>',
        "<p hidden>Aperçu</p>",
        '<p style="visibility:hidden">Aperçu <b style="display:none">x</b></p>',
    ],
)
def test_what_nobody_sees_is_not_read(hidden: str) -> None:
    assert text_of_body("html", f"{hidden}<p>Vu</p>") == "Vu"
    assert whole_text("html", f"{hidden}<p>Vu</p>") == "Vu"


@pytest.mark.parametrize(
    "style", ["font-size:0.9em", "opacity:0.8", "line-max-height:0", "max-height:05px", "color:#000"]
)
def test_other_styles_hide_nothing(style: str) -> None:
    assert text_of_body("html", f'<p style="{style}">Vu</p>') == "Vu"
