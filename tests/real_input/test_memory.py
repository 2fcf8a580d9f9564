"""A worker with little memory reads what was made to fill it."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.real_input.world import Answer, Site, Vigie

LIMIT = 600  # MB at its highest: code, model and 4 threads take 290, scoring the long texts 170 more

WORKER = """
from pathlib import Path
from random import Random
from app.pipeline.gather.collect import Collect
from app.pipeline.judge.score import ScorePending
from app.services import build
from app.settings import Settings
from sentiment.compact import compact

if __name__ == "__main__":
    services = build(Settings())
    Collect(services.db, services.gate, services.jobs, services.seal, threads=4, random=Random(1).random)()
    ScorePending(services.db, compact(), services.jobs, random=Random(1))()
    services.close()
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    print(int(status["VmHWM"].split()[0]) // 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the highest memory of a process is read from /proc")
def test_bombs_do_not_fill_the_memory_of_the_worker(vigie: Vigie, site: Site, fixtures: Path, tmp_path: Path) -> None:
    hostile = fixtures / "hostile"
    bomb = gzip.compress(b"<rss><channel>" + b"<item><title>" * 5_000_000, 1)
    site.answers["/bomb"] = Answer(bomb, headers={"Content-Encoding": "gzip"})
    names = ("xml_billion_laughs.xml", "xml_deep_nesting.xml", "json_deep_nesting.json", "huge_title.xml")
    deep = b'<rss version="2.0"><channel><item><title>Zephyrine</title><description>' + b"&lt;b&gt;" * 500_000
    site.says("/deep-html", deep + b"</description></item></channel></rss>")
    wide = "".join(f"<item><guid>urn:w:{n}</guid><title>{'Z ' * 300}</title></item>" for n in range(3_000))
    site.says("/wide", f'<rss version="2.0"><channel>{wide}</channel></rss>')
    for name in names:
        site.says(f"/{name}", (hostile / name).read_bytes())
    watched = {name: vigie.watch(f"{site.url}/{name}") for name in ("bomb", "deep-html", "wide", *names)}
    script = tmp_path / "worker.py"
    script.write_text(WORKER)
    environment = {
        "VIGIE_DATABASE_URL": vigie.db.url,
        "VIGIE_SECRET_KEY": "a secret key for tests only",
        "VIGIE_ALLOWED_PRIVATE_HOSTS": "127.0.0.1",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    done = subprocess.run(
        [sys.executable, str(script)], env={**os.environ, **environment}, capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < LIMIT
    assert "too large" in vigie.told(watched["bomb"])
    assert len(vigie.mentions(watched["deep-html"])) == 1
    assert len(vigie.mentions(watched["wide"])) == 3_000
    assert {name: len(vigie.mentions(watched[name])) for name in names} == dict(zip(names, (2, 1, 0, 2), strict=True))
