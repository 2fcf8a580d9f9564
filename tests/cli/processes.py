"""Verbs that run until they are asked to end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from app.db import Database
from app.models import Heartbeat
from tests.cli.conftest import OWN_KEY


def code_after_a_beat(verb: str, url: str, database: Database, folder: Path) -> int:
    """The exit code of a process that is asked to end once it has written down that it lives.

    Raises TimeoutError when it does not within a minute.
    """
    bare = {name: value for name, value in os.environ.items() if not name.startswith("VIGIE_")}
    ours = {"VIGIE_DATABASE_URL": url, "VIGIE_SECRET_KEY": OWN_KEY, "VIGIE_DATA_DIR": str(folder)}
    process = subprocess.Popen([sys.executable, "-m", "app", verb], env={**bare, **ours}, stderr=subprocess.DEVNULL)
    try:
        _wait_for_beat(database, verb, 60)
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(30)
    return code


def _wait_for_beat(database: Database, verb: str, seconds: float) -> datetime:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with database.reading() as session:
            if at := session.scalar(select(Heartbeat.at).where(Heartbeat.name == verb)):
                return at
        time.sleep(0.2)
    raise TimeoutError(f"no beat of {verb}")
