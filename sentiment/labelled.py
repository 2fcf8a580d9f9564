"""Labelled texts in CSV files with the columns text, label, language, source and split."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .measure import LABELS

COLUMNS = ("text", "label", "language", "source", "split")


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled text: `label` is 0 negative, 1 neutral, 2 positive."""

    text: str
    label: int
    language: str
    source: str

    @property
    def kind(self) -> str:
        """The source and the language: texts of one kind share a mix of labels and a way of speaking."""
        return f"{self.source}:{self.language}"


def read(path: Path, split: str) -> Iterator[Example]:
    """The examples of one split, `train` or `val`. Raises ValueError with the file and line of a bad row."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    with io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        missing = set(COLUMNS) - set(reader.fieldnames or ())
        if missing:
            raise ValueError(f"{path.name} lacks the columns {', '.join(sorted(missing))}")
        for row in reader:
            if row["label"] not in LABELS or row["split"] not in ("train", "val"):
                raise ValueError(
                    f"{path.name} line {reader.line_num}: label must be one of {', '.join(LABELS)}, "
                    f"split train or val, not {row['label']!r} and {row['split']!r}"
                )
            if row["split"] == split:
                yield Example(row["text"], LABELS.index(row["label"]), row["language"], row["source"])
