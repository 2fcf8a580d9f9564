"""One pass of every step in a process of its own, which ends there and then at the checkpoint it is told.

The processes are forked from one that has imported everything and started nothing: importing takes longer than a pass.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy import select

from app.checkpoint import KILLED
from app.models import Brand
from app.services import Services, build
from app.settings import Settings
from app.worker import handlers
from sentiment.compact import compact

SECONDS = 120


def all_steps(services: Services) -> None:
    """Collects, scores, watches and notifies, once each."""
    steps = handlers(services, compact(), lambda: False)
    steps["collect"]()
    steps["score"]()
    with services.db.reading() as session:
        brands = session.execute(select(Brand.workspace_id, Brand.id)).all()
    for workspace_id, brand_id in brands:
        steps["watch"](str(workspace_id), str(brand_id))
    steps["notify"]()


def one_pass(settings: Settings, crash_at: int, log: Path) -> int:
    """The exit code of a process that does all steps: 0, or KILLED when it ended at the checkpoint `crash_at`."""
    environment = {
        "VIGIE_DATABASE_URL": settings.database_url.get_secret_value() if settings.database_url else "",
        "VIGIE_SECRET_KEY": settings.secret_key.get_secret_value() if settings.secret_key else "",
        "VIGIE_ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
        "VIGIE_CRASH_AT": str(crash_at),
    }
    server = get_context("forkserver")
    server.set_forkserver_preload([__name__])
    process = server.Process(target=_steps, args=(environment, log))
    process.start()
    process.join(SECONDS)
    code = process.exitcode
    process.kill()
    process.join()
    process.close()
    assert code in (0, KILLED), log.read_text(encoding="utf-8")
    return code


def _steps(environment: Mapping[str, str], log: Path) -> None:
    with log.open("wb") as file:
        os.dup2(file.fileno(), 2)
    os.environ.update(environment)
    all_steps(build(Settings()))
