"""What a probe found, and the guard that turns its own failure into a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was examined, whether it is well, and a sentence about it."""

    name: str
    state: Literal["ok", "note", "bad"]
    text: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def findings_of(name: str, probe: Callable[[], Finding | Iterable[Finding]]) -> list[Finding]:
    """The findings of a probe; what it raises is a finding too, so that no probe keeps another from running."""
    found: list[Finding] = []
    try:
        answer = probe()
        found.extend([answer] if isinstance(answer, Finding) else answer)
    except Exception as error:  # whatever is broken is what the operator wants to know
        lines = str(getattr(error, "orig", None) or error).strip().splitlines()
        said = f"{type(error).__name__}: {lines[0][:300]}" if lines else type(error).__name__
        found.append(Finding(name, "bad", f"could not be examined: {said}"))
    return found
