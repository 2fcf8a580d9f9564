"""Environment variables that look like settings and are none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from app.probes.finding import Finding
from app.settings import PREFIX, Settings

OF_TESTS = {"VIGIE_CRASH_AT", "VIGIE_CRASH_LOG", "VIGIE_SHARED"}
FILE = "_FILE"


def unknown(environment: Mapping[str, str]) -> Iterator[Finding]:
    """A finding for each `VIGIE_…` variable that no setting reads, with the nearest name that one does."""
    names = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields]
    known = {*names, *(f"{name}{FILE}" for name in names), *OF_TESTS}
    for variable in sorted(environment):
        if variable.upper().startswith(PREFIX) and variable.upper() not in known:
            near = get_close_matches(variable.upper(), known - OF_TESTS, n=1, cutoff=0.6)
            meant = f"did you mean {near[0]}?" if near else "docs/operating.md lists the settings"
            yield Finding(variable, "bad", f"no setting has this name, and nothing reads it: {meant}")


def unreadable(environment: Mapping[str, str]) -> Iterator[Finding]:
    """A finding for each `VIGIE_…_FILE` whose file cannot be read."""
    for name in Settings.model_fields:
        variable = f"{PREFIX}{name.upper()}{FILE}"
        if not environment.get(variable):
            continue
        try:
            Path(environment[variable]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is no text in UTF-8"
            yield Finding(variable, "bad", f"the file {environment[variable]} cannot be read: {why}")
