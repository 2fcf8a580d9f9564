"""Reads ratings as pages show them: in words, in attributes, in the names of classes, in rows of stars."""

from __future__ import annotations

import re

from selectolax.lexbor import LexborNode

from ground.html import line_of

NUMBER = r"(\d{1,3}(?:[.,]\d{1,2})?)"
ATTRIBUTES = ("content", "value", "data-rating", "data-score", "data-stars", "data-note", "aria-label", "title", "alt")

_OF = re.compile(rf"{NUMBER} ?(?:/|sur|out of|von|of|de) ?{NUMBER}", re.IGNORECASE)
_STARS = re.compile(rf"{NUMBER} ?(?:-|‑)?(?:stars?|étoiles?|★)", re.IGNORECASE)
_PERCENT = re.compile(rf"{NUMBER} ?%")
_ALONE = re.compile(rf"\D{{0,40}}?{NUMBER}\D{{0,40}}")
_CLASS = re.compile(r"(?:stars?|rating|score|note|rate|etoiles?)[-_]{0,2}(\d)(?:[-_.](5))?(?![\d])", re.IGNORECASE)
_WIDTH = re.compile(r"width:\s{0,3}(\d{1,3}(?:\.\d{1,3})?)%")
_FULL = re.compile(
    r"(?:^|[\s_-])(?:full|filled|fill|active|on|checked|selected|plein|pleine)(?:$|[\s_-])", re.IGNORECASE
)
_STAR = re.compile(r"star|etoile|étoile", re.IGNORECASE)


def rating_of(node: LexborNode, scale: float) -> tuple[float, float] | None:
    """The rating that an element shows, and its scale: the one that the element names, else the one given."""
    for attribute in ATTRIBUTES:
        if rating := rating_in(node.attributes.get(attribute) or "", scale):
            return rating
    return rating_in(line_of(node), scale) or _by_looks(node, scale)


def rating_in(text: str, scale: float) -> tuple[float, float] | None:
    """The rating that stands in a text, and its scale; None when there is none."""
    text = text.strip()[:200]
    if fraction := _OF.search(text):
        return _sound(_number(fraction[1]), _number(fraction[2]))
    if percent := _PERCENT.search(text):
        return _sound(_number(percent[1]) * scale / 100, scale)
    if stars := _STARS.search(text):
        return _sound(_number(stars[1]), scale)
    if "★" in text:
        filled = text.count("★")
        return _sound(filled, filled + text.count("☆") if "☆" in text else scale)
    number = _ALONE.fullmatch(text)
    return _sound(_number(number[1]), scale) if number else None


def _by_looks(node: LexborNode, scale: float) -> tuple[float, float] | None:
    """Classes such as `stars-4`, the width of a row of stars, or how many stars are filled."""
    below = node.css("*")[:200]
    for element in [node, *below]:
        rating = _by_style(element, scale)
        if rating is not None:
            return _sound(rating, scale)
        if element is not node and (by_attribute := _by_attribute(element, scale)):
            return by_attribute
    stars = [name for element in below if _STAR.search(name := element.attributes.get("class") or "")]
    filled = sum(bool(_FULL.search(name)) for name in stars)
    return _sound(float(filled), scale) if 0 < filled <= scale else None


def _by_style(element: LexborNode, scale: float) -> float | None:
    """The rating that the class of an element names, or that its width draws on the scale."""
    if class_name := _CLASS.search(element.attributes.get("class") or ""):
        return float(f"{class_name[1]}.{class_name[2] or 0}")
    if width := _WIDTH.search(element.attributes.get("style") or ""):
        return float(width[1]) * scale / 100
    return None


def _by_attribute(element: LexborNode, scale: float) -> tuple[float, float] | None:
    ratings = (rating_in(element.attributes.get(attribute) or "", scale) for attribute in ATTRIBUTES[2:])
    return next(filter(None, ratings), None)


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _sound(rating: float, scale: float) -> tuple[float, float] | None:
    return (rating, scale) if 0 <= rating <= scale and 0 < scale <= 1_000 else None
