"""The texts of the sample workspace: a world of two brands that do not exist, and of people who talk about them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

Language = Literal["fr", "en"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Story(_Strict):
    """A press article, and the other outlets that print it."""

    lang: Language
    outlet: str
    title: str
    text: str
    copies: tuple[str, ...] = ()


class Thread(_Strict):
    """A conversation in its order; posts that start with "OP:" are by the person who opened it."""

    lang: Language
    title: str
    posts: tuple[str, ...]


class Mood(_Strict):
    """Sentences of one mood, by their subject. {m} stands for the machine, {b} for the brand."""

    titles: tuple[str, ...]
    openers: tuple[str, ...]
    use: tuple[str, ...]
    closers: tuple[str, ...]
    taste: tuple[str, ...] = ()
    care: tuple[str, ...] = ()
    reservations: tuple[str, ...] = ()


class Buzz(_Strict):
    """The texts of the bad morning."""

    first: str
    title_fr: str
    first_en: str
    title_en: str
    board_fr: tuple[str, ...]
    board_en: tuple[str, ...]
    reviews_fr: tuple[str, ...]
    reviews_en: tuple[str, ...]
    press: tuple[Story, ...]


class Texts(_Strict):
    """All texts of the sample."""

    press: tuple[Story, ...]
    forum: tuple[Thread, ...]
    reviews: Mapping[Language, Mapping[Literal["good", "mid", "bad"], Mood]]
    buzz: Buzz
    live: Mapping[Language, tuple[str, ...]]


@cache
def texts() -> Texts:
    """The texts, read from the files of `data/`."""
    return Texts.model_validate(
        {
            "press": _file("press")["story"],
            "forum": _file("forum")["thread"],
            "reviews": _file("reviews"),
            "buzz": _file("buzz"),
            "live": _file("live"),
        }
    )


def _file(name: str) -> dict[str, object]:
    return tomllib.loads(files(__package__).joinpath("data", f"{name}.toml").read_text("utf-8"))
