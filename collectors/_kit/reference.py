"""Writes the declarations of the kinds as Markdown, for `docs/collectors.md`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from collectors.base import AnyCollector, Meter

BEGINS = "<!-- from here on `python -m collectors --renew docs/collectors.md` writes -->"
ENDS = "<!-- up to here -->"

GROUPS = {
    "web": "Press and web",
    "reviews": "Reviews",
    "social": "Social networks",
    "forums": "Forums and communities",
    "video": "Video",
    "own": "Your own channels",
    "surveys": "Surveys",
}
NEEDS = {
    "none": "nothing",
    "key": "a key",
    "token": "a token",
    "password": "an account and its password",
    "oauth": "an authorization (OAuth), often an approval",
}


def reference(kinds: Iterable[AnyCollector]) -> str:
    """A table of the kinds by group, then a section for each."""
    visible = sorted((kind for kind in kinds if not kind.hidden), key=lambda kind: kind.title["en"].lower())
    by_group = [(title, [kind for kind in visible if kind.group == group]) for group, title in GROUPS.items()]
    filled = [(title, group_kinds) for title, group_kinds in by_group if group_kinds]
    lines = [f"{len(visible)} kinds, by what they read:", "", "| kind | reads | needs | first reading brings |"]
    lines.append("|---|---|---|---|")
    for title, group_kinds in filled:
        lines += [f"| **{title}** | | | |", *map(_row, group_kinds)]
    for title, group_kinds in filled:
        lines += ["", f"### {title}", *(line for kind in group_kinds for line in section(kind))]
    return "\n".join(lines) + "\n"


def renew(page: str, kinds: Iterable[AnyCollector]) -> str:
    """The page with the part between its two marks written anew. Raises ValueError when a mark is missing."""
    before, begins, rest = page.partition(BEGINS)
    _, ends, after = rest.partition(ENDS)
    if not begins or not ends:
        raise ValueError("the marks between which to write are missing")
    return f"{before}{BEGINS}\n\n{reference(kinds)}\n{ENDS}{after}"


def section(kind: AnyCollector) -> Iterator[str]:
    """One kind: what it brings, asks for, costs, and cannot see."""
    yield from ("", f"#### {kind.title['en']}: `{kind.kind}`", "", _cell(kind.help["en"]), "")
    parameters = [_parameter(name, field) for name, field in kind.params.model_fields.items()]
    if parameters:
        yield from ("Parameters:", "", *parameters, "")
    if kind.steps:
        numbered = [f"{number}. {_cell(step)}" for number, step in enumerate(kind.steps["en"], 1)]
        yield from ("Step by step:", "", *numbered, "")
    yield from ("Terms:", "", *(f"- {name}: {sentence}." for name, sentence in _facts(kind)))
    if kind.blind:
        yield from ("", "What it cannot see:", "", *(f"- {_cell(line)}" for line in kind.blind["en"]))


def _row(kind: AnyCollector) -> str:
    needs = NEEDS[kind.auth] + ("; **money**" if kind.cost is not None else "")
    cell = needs if kind.polled or kind.stream else "is sent to Vigie"
    return f"| `{kind.kind}` | {_cell(kind.title['en'])} | {cell} | {_cell(kind.history['en'])} |"


def _parameter(name: str, field: FieldInfo) -> str:
    description = ". ".join(filter(None, (field.title, field.description))).rstrip(" .…")
    marks = [
        mark for mark, holds in (("required", field.is_required()), ("secret", _is_secret(field.annotation))) if holds
    ]
    default = "" if field.is_required() or _is_secret(field.annotation) else _default(field.default)
    aside = ", ".join([*marks, *filter(None, [default])])
    return f"- `{name}`{f' ({aside})' if aside else ''}: {_cell(description)}."


def _is_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(_is_secret(part) for part in get_args(annotation))


def _default(value: object) -> str:
    if value in ("", None, [], ()) or isinstance(value, bool):
        return "on by default" if value is True else ""
    return f"`{value}` by default" if isinstance(value, str | int | float) else ""


def _facts(kind: AnyCollector) -> Iterator[tuple[str, str]]:
    back = "; it can also read a stretch of the past" if kind.backfill else ""
    bound = f", {kind.history_days} days at most" if kind.history_days else ""
    yield "First reading", _cell(kind.history["en"]) + bound + back
    if kind.polled:
        yield "Read", f"every {_lasting(kind.default_interval)}, every {_lasting(kind.min_interval)} at most"
    if kind.stream:
        yield "Continuous", "it can also be listened to all the time, in a process of its own"
    if kind.receive:
        yield "Inbound", "what is sent to the source's own address is read at once"
    yield "Cost", f"about ${kind.cost * 1_000:.2f} for 1,000 mentions" if kind.cost is not None else "free"
    for name, meter in kind.meters.items():
        yield "Limit", _limit(meter, kind.units[name]["en"])
    yield (
        "Kept",
        f"{kind.retention_days} days at most, by its terms: Vigie does not delete by itself yet"
        if kind.retention_days
        else "as long as the workspace keeps mentions",
    )
    yield "Training", "its mentions may be used" if kind.may_train else "its mentions are never used"
    yield "Deleted at the source", "deleted here too" if kind.deletions else "stays here"


def _limit(meter: Meter, unit: str) -> str:
    unit = _cell(unit)
    if isinstance(meter.limit, str):
        return f"{unit}, as much a {meter.period} as `{meter.limit}` allows"
    return f"{meter.limit / meter.scale:,.0f} {unit} a {meter.period}"


def _lasting(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    if minutes < 1:
        return f"{span.total_seconds():.0f} seconds"
    if minutes % 60 or minutes == 0:
        return f"{minutes} minutes" if minutes > 1 else "minute"
    hours = minutes // 60
    return "hour" if hours == 1 else f"{hours} hours" if hours % 24 else "day" if hours == 24 else f"{hours // 24} days"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
