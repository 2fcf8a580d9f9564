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
    """The rating by a class such as `stars-4`, by the width of a row of stars, or by the number of filled stars."""
    inside = node.css("*")[:200]
    for part in (node, *inside):
        if rating := _by_class_or_width(part, scale) or (_by_attribute(part, scale) if part is not node else None):
            return rating
    classes = [part.attributes.get("class") or "" for part in inside]
    filled = sum(bool(_FULL.search(name)) for name in classes if _STAR.search(name))
    return _sound(float(filled), scale) if 0 < filled <= scale else None


def _by_class_or_width(part: LexborNode, scale: float) -> tuple[float, float] | None:
    if stars := _CLASS.search(part.attributes.get("class") or ""):
        return _sound(float(f"{stars[1]}.{stars[2] or 0}"), scale)
    if width := _WIDTH.search(part.attributes.get("style") or ""):
        return _sound(float(width[1]) * scale / 100, scale)
    return None


def _by_attribute(part: LexborNode, scale: float) -> tuple[float, float] | None:
    ratings = (rating_in(part.attributes.get(name) or "", scale) for name in ATTRIBUTES[2:])
    return next(filter(None, ratings), None)


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def _sound(rating: float, scale: float) -> tuple[float, float] | None:
    return (rating, scale) if 0 <= rating <= scale and 0 < scale <= 1_000 else None
