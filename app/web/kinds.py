"""The kinds of source as the page offers them: by group, those that work at once first; and what each one costs and
keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf

from app.web.language import Tongue
from app.web.words import N_
from collectors.base import AnyCollector, Meter
from ground.accents import without_accents

GROUPS = {
    "web": N_("Press and web"),
    "reviews": N_("Reviews"),
    "social": N_("Social networks"),
    "forums": N_("Forums and communities"),
    "video": N_("Video"),
    "own": N_("Your own channels"),
    "surveys": N_("Surveys"),
}
"""In the order of the page; the name of each is English, and translated where it is shown."""
NEEDS = {
    "none": N_("works at once"),
    "key": N_("needs a key"),
    "token": N_("needs a key"),
    "password": N_("needs an account"),
    "oauth": N_("needs an approval"),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One kind on the page: `words` are what a search finds it by, folded, in both languages."""

    kind: AnyCollector
    needs: str
    paid: bool
    words: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """The kinds of one group."""

    key: str
    title: str
    offers: tuple[Offer, ...]


def shelves(kinds: Iterable[AnyCollector]) -> list[Shelf]:
    """The kinds by group, in the order of the page; groups without any are left out."""
    offered = sorted((kind for kind in kinds if not kind.hidden), key=_rank)
    by_group = {group: tuple(map(offer, (kind for kind in offered if kind.group == group))) for group in GROUPS}
    return [Shelf(group, title, by_group[group]) for group, title in GROUPS.items() if by_group[group]]


def offer(kind: AnyCollector) -> Offer:
    """A kind, and what it needs."""
    texts = [kind.kind, kind.platform, *kind.title.values(), *kind.help.values(), GROUPS.get(kind.group, "")]
    needs = NEEDS[kind.auth] if kind.polled or kind.stream else N_("is sent to Vigie")
    return Offer(kind, needs, kind.cost is not None, fold_texts(texts))


def fold_texts(texts: Iterable[str]) -> str:
    """Texts in lower case and without accents, as the search compares them."""
    return " ".join(without_accents(" ".join(texts).lower()).split())


def _rank(kind: AnyCollector) -> tuple[float, bool, int, str]:
    """Sorts by what people begin with, then what is free, then what works at once, then by name."""
    begin = inf if kind.rank is None else kind.rank
    return begin, kind.cost is not None, list(NEEDS).index(kind.auth), kind.title["en"].lower()


def terms(kind: AnyCollector, tongue: Tongue) -> list[tuple[str, str]]:
    """What a kind costs, how long its mentions may be kept, and what they may be used for: (name, sentence)."""
    say = tongue.say
    kept = (
        say("{n} days at most, by its terms: Vigie does not delete by itself yet", n=kind.retention_days)
        if kind.retention_days
        else say("as long as your workspace keeps mentions")
    )
    return [
        (say("Cost"), _cost(kind, tongue)),
        *((say("Limit"), _limit(meter, kind.units[name], tongue)) for name, meter in kind.meters.items()),
        *(
            [(say("How often"), say("every {time} at most", time=tongue.lasting(kind.min_interval)))]
            if kind.polled
            else []
        ),
        (say("Kept"), kept),
        (say("Training of the model"), say("allowed") if kind.may_train else say("never")),
        (say("Deleted at the source"), say("is deleted here too") if kind.deletions else say("stays here")),
    ]


def _cost(kind: AnyCollector, tongue: Tongue) -> str:
    if kind.cost is None:
        return tongue.say("free")
    return tongue.say("about {price} US dollars for 1,000 mentions", price=tongue.number(kind.cost * 1_000, 2))


def _limit(meter: Meter, units: Mapping[str, str], tongue: Tongue) -> str:
    unit = tongue.pick(units)
    if isinstance(meter.limit, str):
        return (
            tongue.say("{unit}: as much per day as you allow", unit=unit)
            if meter.period == "day"
            else tongue.say("{unit}: as much per month as you allow", unit=unit)
        )
    number = tongue.number(meter.limit / meter.scale)
    if meter.period == "day":
        return tongue.say("{n} {unit} a day", n=number, unit=unit)
    return tongue.say("{n} {unit} a month", n=number, unit=unit)
