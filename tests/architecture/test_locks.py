"""What is installed is what was locked: pinned, hashed, and from no address in particular."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

NAMES = ("run", "dev", "build", "assets")


def locked(root: Path, name: str) -> dict[str, str]:
    """Version by name. Raises AssertionError on a line that is no pinned requirement."""
    text = (root / f"requirements/{name}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found = [re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]+\])?==([^ ;]+)", line) for line in lines]
    assert [line for line, match in zip(lines, found, strict=True) if not match] == []
    return {match[1].lower(): match[2] for match in found if match}


@pytest.mark.parametrize("name", NAMES)
def test_a_lock_file_pins_and_hashes_each_requirement(root: Path, name: str) -> None:
    text = (root / f"requirements/{name}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    assert locked(root, name)
    assert [line for line in text.splitlines() if "==" in line and "--hash=sha256:" not in line] == []


@pytest.mark.parametrize("file", [*(f"requirements/{name}.txt" for name in NAMES), "package-lock.json"])
def test_a_lock_file_names_no_address(root: Path, file: str) -> None:
    lines = (root / file).read_text(encoding="utf-8").splitlines()
    about = ('"url": ', '"funding": ')  # where a package's author asks for money: nothing is fetched from it
    bad = [line for line in lines if "://" in line and not line.strip().startswith(about)]
    assert bad == []
    assert [line for line in lines if "--index-url" in line or "--find-links" in line or '"resolved"' in line] == []


def test_what_runs_is_what_is_tested(root: Path) -> None:
    run, dev, build = (locked(root, name) for name in ("run", "dev", "build"))
    assert {name: dev.get(name) for name in run} == run
    assert {name: dev[name] for name in build if name in dev} == {name: build[name] for name in build if name in dev}


def test_each_dependency_declared_is_locked(root: Path) -> None:
    declared = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    groups = {"run": declared["project"]["dependencies"], **declared["dependency-groups"]}
    for name, wanted in groups.items():
        names = {re.match(r"[A-Za-z0-9._-]+", item)[0].lower() for item in wanted}  # type: ignore[index] # always begins so
        assert names - set(locked(root, name)) == set()


def test_the_packages_of_the_web_app_are_pinned_and_hashed(root: Path) -> None:
    wanted = json.loads((root / "package.json").read_text(encoding="utf-8"))
    versions = {**wanted["dependencies"], **wanted["devDependencies"]}
    assert {name: version for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)} == {}
    packages = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in versions} == versions
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


def test_no_package_runs_a_script_when_it_is_installed(root: Path) -> None:
    assert "ignore-scripts=true" in (root / ".npmrc").read_text(encoding="utf-8").splitlines()
