"""A query in plain words, in English and French: what people read to see whether they asked for what they mean.

Two different queries never read the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .nodes import And, Comparison, Field, Near, Not, Or, Phrase, Query

Language = Literal["en", "fr"]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language. Templates take what their names say."""

    quote: str
    start: str
    blank: str
    zones: Mapping[str, str]
    near: str
    ordered: str
    both: str
    either: str
    without: str
    fields: Mapping[str, str]
    kinds: Mapping[str, str]
    comparisons: Mapping[Comparison, str]
    decimal: str


WORDS: dict[Language, Words] = {
    "en": Words(
        quote="“{}”",
        start="a word that begins with “{}”",
        blank="“{}”, with any letter for each ?",
        zones={"title": "{} in the title", "text": "{} in the text"},
        near="{} at most {distance} words from {}",
        ordered="{} at most {distance} words before {}",
        both=" and ",
        either=" or ",
        without="not {}",
        fields={
            "author": "by the author {}", "site": "on the site {}", "url": "with “{}” in the address",
            "lang": "in the language {}", "platform": "on the platform {}", "rating": "rated {} of 5",
            "reach": "with a reach of {}", "followers": "by an author with {} followers", "after": "from {} on",
            "before": "before {}", "source": "from the source {}", "tag": "tagged {}", "stance": "with the stance {}",
            "status": "with the status {}", "assignee": "assigned to {}",
        },
        kinds={"reply": "a reply", "question": "a question", "copy": "a copy of another", "link": "with a link"},
        comparisons={"=": "{}", "<": "less than {}", "<=": "at most {}", ">": "more than {}", ">=": "at least {}"},
        decimal=".",
    ),
    "fr": Words(
        quote="«\u202f{}\u202f»",
        start="un mot qui commence par «\u202f{}\u202f»",
        blank="«\u202f{}\u202f», avec une lettre quelconque à la place de chaque ?",
        zones={"title": "{} dans le titre", "text": "{} dans le texte"},
        near="{} à {distance} mots au plus de {}",
        ordered="{} à {distance} mots au plus avant {}",
        both=" et ",
        either=" ou ",
        without="pas {}",
        fields={
            "author": "de l’auteur {}", "site": "sur le site {}", "url": "avec «\u202f{}\u202f» dans l’adresse",
            "lang": "en langue {}", "platform": "sur la plateforme {}", "rating": "avec une note de {} sur 5",
            "reach": "avec une portée de {}", "followers": "d’un auteur suivi par {} personnes",
            "after": "à partir du {}", "before": "avant le {}", "source": "de la source {}",
            "tag": "avec l’étiquette {}", "stance": "avec l’avis {}", "status": "avec le statut {}",
            "assignee": "confié à {}",
        },
        kinds={
            "reply": "en réponse à un autre message", "question": "qui pose une question",
            "copy": "qui reprend un autre message", "link": "avec un lien",
        },
        comparisons={"=": "{}", "<": "moins de {}", "<=": "{} au plus", ">": "plus de {}", ">=": "{} au moins"},
        decimal=",",
    ),
}  # fmt: skip


def in_words(query: Query, language: Language) -> str:
    """What the query finds: the end of a sentence that begins with «mentions»."""
    return _say(query, WORDS[language])


def _say(query: Query, say: Words) -> str:
    match query:
        case Phrase():
            return _phrase(query, say)
        case Near():
            sides = [_either(side, say) for side in (query.left, query.right)]
            return (say.ordered if query.ordered else say.near).format(*sides, distance=query.distance)
        case Field():
            return _field(query, say)
        case Not():
            return say.without.format(_grouped(query.part, say))
    joined = say.both if isinstance(query, And) else say.either
    return joined.join(_grouped(part, say) for part in query.parts)


def _grouped(query: Query, say: Words) -> str:
    """In parentheses, where what stands beside it could be taken for a part of it."""
    said = _say(query, say)
    return f"({said})" if isinstance(query, And | Or | Near) else said


def _either(phrases: tuple[Phrase, ...], say: Words) -> str:
    said = say.either.join(_phrase(phrase, say) for phrase in phrases)
    return said if len(phrases) == 1 else f"({said})"


def _phrase(phrase: Phrase, say: Words) -> str:
    """A phrase as it was typed."""
    written = phrase.raw or " ".join(phrase.words)
    if len(phrase.words) == 1 and written.endswith("*") and not phrase.has_blanks:
        said = say.start.format(written[:-1])
    elif phrase.has_blanks:
        said = say.blank.format(written)
    else:
        said = say.quote.format(written)
    return say.zones[phrase.zone].format(said) if phrase.zone else said


def _field(field: Field, say: Words) -> str:
    if field.name in ("is", "has"):
        return say.kinds[str(field.value)]
    value = str(field.value)
    if isinstance(field.value, float):
        value = say.comparisons[field.comparison].format(f"{field.value:g}".replace(".", say.decimal))
    return say.fields[field.name].format(value)
