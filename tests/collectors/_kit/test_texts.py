"""What each kind says of itself to people: whole in both languages, and a sentence for each way to write it wrongly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import collectors
from collectors import all_collectors
from collectors._kit.texts import BadTexts, read_texts, texts_of

KINDS = sorted(all_collectors())
FOLDER = Path(collectors.__file__).parent
NAMES = {"Bluesky", "Dailymotion", "E-mail (IMAP)", "Hacker News", "Lemmy", "Mastodon", "PeerTube", "Reddit",
         "Stack Exchange", "Threads", "Trustpilot", "Webhook (JSON)", "X (Twitter)", "YouTube"}  # fmt: skip
"""Titles that are the same in English and in French."""
QUOTED = re.compile(r"«[^»]*»")
ENGLISH = re.compile(r"\b(the|and|with|your|of|is|are|for|this|that|from|what)\b", re.IGNORECASE)
FRENCH = re.compile(r"\b(le|la|les|des|une|vous|et|dans|votre|pour|ce|qui)\b", re.IGNORECASE)
GOOD = """# English

## Forum

What is written there.

### Step by step

1. Open it.
2. Copy it.

### What it cannot see

- Private messages.

### The first reading brings

the last 7 days

### Units

- calls: calls to the forum

# Français

## Un forum

Ce qui s'y écrit.

### Pas à pas

1. Ouvrez-le.
2. Copiez-le.

### Ce qui lui échappe

- Les messages privés.

### La première lecture apporte

les 7 derniers jours

### Unités

- calls: appels au forum
"""


def pairs(kind: str) -> Iterator[tuple[str, str]]:
    """Each text of a kind but its title, in English and in French."""
    declared = all_collectors()[kind]
    for texts in (declared.help, declared.history, *declared.units.values()):
        yield texts["en"], texts["fr"]
    for lines in (declared.steps, declared.blind):
        yield from zip(lines.get("en", ()), lines.get("fr", ()), strict=True)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_says_everything_in_english_and_in_french(kind: str) -> None:
    title = all_collectors()[kind].title
    assert set(title) == {"en", "fr"}
    assert title["en"] != title["fr"] or title["en"] in NAMES
    for english, french in pairs(kind):
        assert english.strip()
        assert french.strip()
        assert english != french
        assert ENGLISH.findall(QUOTED.sub("", french)) == []
        assert FRENCH.findall(QUOTED.sub("", english)) == []


def test_every_file_of_texts_is_that_of_a_kind() -> None:
    """One that is renamed without its code, or left behind, would never be read."""
    written = {file.relative_to(FOLDER).as_posix() for file in FOLDER.rglob("*.md")}
    folders = {kind for kind in KINDS if (FOLDER / kind).is_dir()}
    assert written == {f"{kind}/{kind}.md" if kind in folders else f"{kind}.md" for kind in KINDS}


def test_each_text_of_a_file_is_found_as_it_is_written() -> None:
    assert read_texts(GOOD, "forum.md") == {
        "title": {"en": "Forum", "fr": "Un forum"},
        "help": {"en": "What is written there.", "fr": "Ce qui s'y écrit."},
        "steps": {"en": ("Open it.", "Copy it."), "fr": ("Ouvrez-le.", "Copiez-le.")},
        "blind": {"en": ("Private messages.",), "fr": ("Les messages privés.",)},
        "history": {"en": "the last 7 days", "fr": "les 7 derniers jours"},
        "units": {"calls": {"en": "calls to the forum", "fr": "appels au forum"}},
    }


def test_what_both_languages_leave_out_is_empty() -> None:
    short = GOOD
    for heading in ("Step by step", "What it cannot see", "Units", "Pas à pas", "Ce qui lui échappe", "Unités"):
        short = re.sub(rf"### {heading}\n\n(?:[-\d].*\n)+\n?", "", short)
    texts = read_texts(short, "forum.md")
    assert (texts["steps"], texts["blind"], texts["units"]) == ({}, {}, {})
    assert texts["history"]["fr"] == "les 7 derniers jours"


def test_signs_of_markdown_and_ties_within_a_text_stay() -> None:
    text = "posts[*].text, `me`, t=<Unix>, _a_, #tag\u00a0: 1. - fin"
    assert read_texts(GOOD.replace("Open it.", text), "forum.md")["steps"]["en"][0] == text


def test_lines_may_end_as_they_do_on_windows() -> None:
    assert read_texts(GOOD.replace("\n", "\r\n"), "forum.md") == read_texts(GOOD, "forum.md")


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        ("# English", "Hello\n\n# English", "x.md: «Hello» stands before the first language, put it below «# English»"),
        ("# English", "## English", "x.md: «## English» stands before the first language, put it below «# English»"),
        (
            "# Français",
            "# Deutsch",
            "x.md: «# Deutsch» is not one of the languages, which are «# English» and «# Français»",
        ),
        ("# Français", "# English", "x.md: «# English» stands there twice"),
        (
            GOOD[GOOD.index("# Français") :],
            "",
            "x.md: «# Français» is missing, each kind is described in English and in French",
        ),
        (
            "## Un forum\n",
            "",
            "x.md, Français: begin with the title of the kind, one line such as «## Hacker News»",
        ),
        (
            "## Forum\n",
            "## Forum\n## Board\n",
            "x.md, English: begin with the title of the kind, one line such as «## Hacker News»",
        ),
        (
            "Ce qui s'y écrit.\n",
            "",
            "x.md, Français: say below the title what the kind brings, in one line: here are 0",
        ),
        (
            "What is written there.",
            "What is\nwritten there.",
            "x.md, English: say below the title what the kind brings, in one line: here are 2",
        ),
        (
            "### Pas à pas",
            "### Étapes",
            (
                "x.md, Français: «### Étapes» is not one of the sections, which are «Pas à pas», «Ce qui lui échappe», "
                "«La première lecture apporte», «Unités»"
            ),
        ),
        ("### Unités", "### Pas à pas", "x.md, Français: «### Pas à pas» stands there twice"),
        (
            "- Private messages.\n",
            "",
            "x.md, English: nothing stands below «### What it cannot see», write it or leave the heading out",
        ),
        (
            "### La première lecture apporte\n\nles 7 derniers jours\n",
            "",
            "x.md, Français: one line stands below «### La première lecture apporte»: here are 0",
        ),
        (
            "the last 7 days\n",
            "the last 7 days\nor more\n",
            "x.md, English: one line stands below «### The first reading brings»: here are 2",
        ),
        (
            "2. Copiez-le.",
            "3. Copiez-le.",
            "x.md, Français: step 2 begins with «2. » and stands on one line, unlike «3. Copiez-le.»",
        ),
        (
            "2. Copy it.",
            "with a mouse",
            "x.md, English: step 2 begins with «2. » and stands on one line, unlike «with a mouse»",
        ),
        (
            "- Les messages privés.",
            "* Les messages privés.",
            "x.md, Français: a blind spot begins with «- » and stands on one line, unlike «* Les messages privés.»",
        ),
        (
            "- calls: appels au forum",
            "- appels au forum",
            "x.md, Français: a unit is written once, as «- meter: unit», unlike «- appels au forum»",
        ),
        (
            "- calls: appels au forum",
            "- calls: appels\n- calls: appels",
            "x.md, Français: a unit is written once, as «- meter: unit», unlike «- calls: appels»",
        ),
        (
            "\n2. Copiez-le.",
            "",
            "x.md: English has 2 lines below «Step by step», Français 1 below «Pas à pas»",
        ),
        (
            "### What it cannot see\n\n- Private messages.\n",
            "",
            "x.md: English has 0 lines below «What it cannot see», Français 1 below «Ce qui lui échappe»",
        ),
        (
            "- calls: calls to",
            "- posts: posts of",
            "x.md: the units of English and those of Français belong to different meters",
        ),
    ],
)
def test_each_way_to_write_it_wrongly_has_its_sentence(right: str, wrong: str, sentence: str) -> None:
    assert right in GOOD
    with pytest.raises(BadTexts) as error:
        read_texts(GOOD.replace(right, wrong, 1), "x.md")
    assert str(error.value) == sentence


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty package of kinds, with a name of its own: what is imported once stays."""
    made = tmp_path / f"kinds_of_{tmp_path.name}"
    made.mkdir()
    (made / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    return made


def test_the_texts_lie_beside_a_file_and_within_a_folder(package: Path) -> None:
    (package / "alone.md").write_text(GOOD, encoding="utf-8")
    (package / "parted").mkdir()
    (package / "parted/parted.md").write_text(GOOD.replace("Un forum", "Des pièces"), encoding="utf-8-sig")
    assert texts_of(f"{package.name}.alone")["title"]["fr"] == "Un forum"
    assert texts_of(f"{package.name}.parted")["title"]["fr"] == "Des pièces"


def test_a_kind_without_texts_is_told_which_file_is_missing(package: Path) -> None:
    with pytest.raises(BadTexts, match=r"mute\.md: this file is missing, in which the kind says what it is"):
        texts_of(f"{package.name}.mute")


def test_accents_of_another_encoding_are_told(package: Path) -> None:
    (package / "old.md").write_text(GOOD, encoding="latin-1")
    with pytest.raises(BadTexts, match=r"old\.md: save this file as UTF-8, its accents cannot be read"):
        texts_of(f"{package.name}.old")
