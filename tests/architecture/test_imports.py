"""Who may import whom, as pyproject.toml states it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_the_import_contracts_are_kept(root: Path) -> None:
    command = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([command, "--no-cache"], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_leaf_lists_its_plug_ins_by_their_presence_alone(root: Path) -> None:
    """A file is the registration: no other file of the leaf names it."""
    for leaf in ("collectors", "alerts/rules", "alerts/channels"):
        text = (root / leaf / "__init__.py").read_text(encoding="utf-8")
        plugins = [file.stem for file in (root / leaf).glob("[!_]*.py") if file.stem != "base"]
        assert [name for name in plugins if f"import {name}" in text or f".{name}" in text] == []
