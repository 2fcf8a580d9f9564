"""`make new-collector` writes a collector that works, passes the lints and keeps the contract."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def checkout(root: Path, tmp_path: Path) -> Path:
    """What the command needs of the project, in a folder of its own."""
    servers = [file for file in (root / "tests/collectors").glob("*.py") if not file.name.startswith("test_")]
    names = [str(file.relative_to(root)) for file in servers]
    for name in ("Makefile", "pyproject.toml", "tests/collectors/test_contract.py", *names):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / name, tmp_path / name)
    for name in ("docs/new-collector", "collectors"):
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def make(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *words], cwd=checkout, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("words", [("new-collector", "zephyr"), ("new-collector", "NAME=zephyr")])
def test_both_ways_of_naming_it_write_the_same_files(checkout: Path, words: tuple[str, ...]) -> None:
    done = make(checkout, *words)
    assert done.returncode == 0, done.stderr
    written = sorted(file.name for file in (checkout / "tests/collectors/zephyr/first").iterdir())
    assert written == ["case.toml", "expected.json", "messages.json"]
    assert 'kind="zephyr"' in (checkout / "collectors/zephyr.py").read_text(encoding="utf-8")
    assert (checkout / "collectors/zephyr.md").read_text(encoding="utf-8").count("\n## Zephyr\n") == 2


@pytest.mark.slow
def test_what_it_writes_passes_the_lints_and_the_contract_of_every_collector(checkout: Path) -> None:
    assert make(checkout, "new-collector", "zephyr").returncode == 0
    python = [sys.executable, "-m"]
    for tool in (["ruff", "check"], ["ruff", "format", "--check"]):
        done = subprocess.run([*python, *tool, "collectors/zephyr.py"], cwd=checkout, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout
    contract = [*python, "pytest", "-q", "-p", "no:cacheprovider", "-k", "zephyr", "tests/collectors/test_contract.py"]
    done = subprocess.run(
        contract, cwd=checkout, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(checkout)}
    )
    assert done.returncode == 0, done.stdout
    assert int(done.stdout.rpartition("\n")[0].rpartition("\n")[2].split()[0]) >= 4, done.stdout


@pytest.mark.parametrize("name", ["", "Zephyr", "ze/phyr", "ze phyr", "1zephyr", "../zephyr", "ze_phyr"])
def test_a_name_that_is_no_module_is_refused_in_words(checkout: Path, name: str) -> None:
    done = make(checkout, "new-collector", f"NAME={name}")
    assert done.returncode != 0
    assert "lower case letters" in done.stdout
    assert not list((checkout / "tests/collectors").glob("*/first"))


def test_an_existing_collector_is_left_as_it_is(checkout: Path) -> None:
    before = (checkout / "collectors/rss.py").read_bytes()
    done = make(checkout, "new-collector", "rss")
    assert done.returncode != 0
    assert "nothing was written" in done.stdout
    assert (checkout / "collectors/rss.py").read_bytes() == before


@pytest.mark.parametrize("there", ["collectors/zephyr", "collectors/zephyr.md", "tests/collectors/zephyr"])
def test_nothing_of_a_collector_is_written_over(checkout: Path, there: str) -> None:
    (checkout / there).mkdir()
    done = make(checkout, "new-collector", "zephyr")
    assert done.returncode != 0
    assert f"{there} exists already: nothing was written" in done.stdout
    assert not (checkout / "collectors/zephyr.py").exists()
