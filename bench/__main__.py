"""`python -m bench [name…]`: runs the named benches, or all of them, and prints one table.

A bench is a module `bench/<name>.py`, or a folder, with `def run() -> Iterable[Row]`: it is registered by being there.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib import import_module
from pkgutil import iter_modules

from bench import __path__ as folder
from bench.row import Row, Run

HEAD = ("bench", "figure", "value", "unit", "target", "")


def benches() -> dict[str, Run]:
    """The `run` of every bench, by the name of its module."""
    names = sorted(m.name for m in iter_modules(folder) if not m.name.startswith("_"))
    modules = {name: import_module(f"bench.{name}") for name in names}
    return {name: module.run for name, module in modules.items() if hasattr(module, "run")}


def measure(name: str, run: Run) -> Iterator[tuple[str, Row]]:
    """The rows of one bench. If it breaks off, a row says so, and the next bench runs."""
    print(f"{name} …", file=sys.stderr, flush=True)
    try:
        yield from ((name, row) for row in run())
    except Exception as error:  # a bench may raise anything
        yield name, Row("broke off", None, "", note=f"{type(error).__name__}: {error}")


def table(rows: Sequence[tuple[str, Row]]) -> str:
    """The rows under a head, in columns as wide as their widest cell; numbers to the right."""
    cells = [HEAD, *(line(name, row) for name, row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEAD))]
    right = {2, 4}
    lines = (
        "  ".join(cell.rjust(width) if i in right else cell.ljust(width) for i, (cell, width) in enumerate(pairs))
        for pairs in (list(zip(row, widths, strict=True)) for row in cells)
    )
    return "\n".join(text.rstrip() for text in lines)


def line(name: str, row: Row) -> tuple[str, ...]:
    """The cells of a row."""
    sign = "≥" if row.better == "more" else "≤"
    target = "" if row.target is None else f"{sign} {number(row.target)}"
    verdict = {None: "", True: "met", False: "MISSED"}[row.met]
    return (name, row.name, number(row.value), row.unit, target, " ".join(filter(None, (verdict, row.note))))


def number(value: float | None) -> str:
    """Three significant digits, or all those before the point; a dash for None, which could not be measured."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs and prints. Returns the exit code: 1 when a bench broke off, 2 when there is no bench of some name."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="measure, and print one table")
    parser.add_argument("names", nargs="*", metavar="name", help="the benches to run; all when none is named")
    parser.add_argument("--json", action="store_true", help="print JSON lines")
    options = parser.parse_args(arguments)
    known = benches()
    unknown = sorted(set(options.names) - set(known))
    if unknown:
        print(f"no bench is called {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    rows = [pair for name in options.names or known for pair in measure(name, known[name])]
    if options.json:
        print("\n".join(json.dumps({"bench": name, **asdict(row), "met": row.met}) for name, row in rows))
    else:
        print(table(rows))
    return int(any(row.name == "broke off" for _, row in rows))


if __name__ == "__main__":
    sys.exit(main())
