"""What an import did, or would do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.pipeline.files.tables import Shape
from ground.notice import Notice

REASONS_MAX = 1_000
"""Refused lines whose reason is kept; all are counted."""


@dataclass(slots=True)
class Report:
    """What an import did. `refused` holds (line, why), with line 0 where it is unknown. `dry`: nothing was stored.

    `shape` is how the file was read; `undated` counts the mentions without a date, and `has_no_date` says that none of
    the file has one. `import_id` is that of the import, None in a trial.
    """

    stored: int = 0
    updated: int = 0
    unchanged: int = 0
    unmatched: int = 0
    refused_count: int = 0
    refused: list[tuple[int, Notice]] = field(default_factory=list)
    dry: bool = False
    shape: Shape | None = None
    undated: int = 0
    has_no_date: bool = False
    import_id: UUID | None = None

    def refuse(self, line: int, reason: Notice) -> None:
        self.refused_count += 1
        if len(self.refused) < REASONS_MAX:
            self.refused.append((line, reason))

    @property
    def read(self) -> int:
        return self.stored + self.updated + self.unchanged + self.unmatched + self.refused_count

    @property
    def kept_count(self) -> int:
        return self.stored + self.updated + self.unchanged

    def as_json(self) -> dict[str, Any]:
        counts = {name: getattr(self, name) for name in ("read", "stored", "updated", "unchanged", "unmatched")}
        lines = [{"line": line, "reason": str(reason)} for line, reason in self.refused]
        told = {
            "id": self.import_id and str(self.import_id),
            **counts,
            "refused": self.refused_count,
            "refused_lines": lines,
            "dry_run": self.dry,
        }
        return {**told, "undated": self.undated, **(self.shape.as_json() if self.shape else {})}

    def sentence(self, unmatched: bool = True) -> str:
        about = f"{self.unmatched} about none of your brands, " if unmatched else ""
        return (
            f"{self.read} read: {self.stored} stored, {self.updated} updated, {self.unchanged} known already, "
            f"{about}{self.refused_count} refused" + (" (a trial: nothing was stored)" if self.dry else "")
        )
