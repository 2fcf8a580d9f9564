"""How many crises and surges the detectors find, how soon, and at how many false alarms.

The scorers and the five series of tweet volumes lie in the folder of test data beside the checkout; the command line is
run as anybody would run it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from alerts.detector import Scan, advance
from alerts.surge import Volume, rise
from bench.row import Row

SCORERS = Path(__file__).parents[2] / "shared" / "bench" / "volume"
SEEDS = 24
Targets = dict[str, float | None]
HOURLY: Targets = {"all": 45.0, "larger": 62.0, "delay": 3.0}
FINE: Targets = {"all": 40.0, "larger": None, "delay": None}


def run() -> Iterator[Row]:
    """Buzz by the hour and by five minutes on injected crises, volume on labelled surges, and what a scan costs."""
    yield from _costs()
    if not SCORERS.is_dir():
        yield Row("alerts", None, "", note="the folder of test data is not here")
        return
    yield from _buzz("by the hour", 3600, HOURLY)
    yield from _buzz("by five minutes", 300, FINE)
    yield from _volume()


def _buzz(name: str, step: int, targets: Targets) -> Iterator[Row]:
    said = _score("crisis_score.py", "buzz", "--step", str(step), "--seeds", str(SEEDS))
    alarms = float(re.findall(r"false alarms ([\d.]+)", said)[0])
    parts = re.findall(r"^(all crises|>= 20 extra negatives).*?([\d.]+)%  median delay ([\d.]+) h", said, re.MULTILINE)
    (_, every, delay), (_, larger, _) = parts
    yield Row(f"buzz {name}: crises found", float(every), "%", targets["all"], note=f"{SEEDS} seeds")
    yield Row(f"buzz {name}: of those with 20 more", float(larger), "%", targets["larger"])
    yield Row(f"buzz {name}: false alarms", alarms, "a brand-month", 1.0, "less")
    yield Row(f"buzz {name}: median delay", float(delay), "h", targets["delay"], "less")


def _volume() -> Iterator[Row]:
    scored = json.loads(_score("score.py", "volume", "--causal", "--json"))["result"]
    yield Row("volume: standard profile", scored["standard"], "of 100", 72.0, note="looks at nothing that comes later")
    yield Row("volume: low false positives", scored["reward_low_FP_rate"], "of 100", 64.0)


def _score(script: str, kind: str, *options: str) -> str:
    detector = f"{sys.executable} -m alerts detect {kind}"
    command = [sys.executable, str(SCORERS / script), "--cmd", detector, *options]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _costs() -> Iterator[Row]:
    """Processor time of 1,000 buckets."""
    counts = [(20 + i % 7, i % 5) for i in range(10_000)]
    started = time.process_time()
    advance(Scan(), counts)
    between = time.process_time()
    rise(Volume(), [total for total, _ in counts])
    ended = time.process_time()
    yield Row("buzz: 1,000 points", (between - started) * 100, "ms", 20.0, "less")
    yield Row("volume: 1,000 points", (ended - between) * 100, "ms", 20.0, "less")
