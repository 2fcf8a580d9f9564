"""Whether the web answers while many upload a sheet that is small and says little, and what a full import costs.

45 uploads at once of a spreadsheet of 5 KB with cells A1 and XFD1048576, while somebody asks for the log-in page.
"""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import httpx2
from openpyxl import Workbook

from app.actions.keys import NewKey, create
from app.db import Database
from app.pipeline.files.apart import whole_mentions
from app.pipeline.files.limits import MAX_ROWS
from app.pipeline.files.tables import AS_FOUND
from app.viewer import ROLE_SCOPES, Viewer
from bench._running import add_brands, command, database, default_workspace, wait_until
from bench.row import Row
from bench.web import free_port

UPLOADS = 45
FULL = {"csv": MAX_ROWS, "xlsx": 100_000}
"""Rows of the full files: all that an import may have, and about what fits in 10 MB of spreadsheet."""


def run() -> Iterator[Row]:
    yield from beside_uploads()
    for kind in FULL:
        yield from cost_of(kind)


def beside_uploads() -> Iterator[Row]:
    """How long the log-in page takes while the sparse sheet is uploaded many times at once."""
    with database() as (db, folder, _server):
        add_brands(db, default_workspace(db))
        keys, port = [key_of(db, default_workspace(db), number) for number in range(UPLOADS)], free_port()
        with command(folder, db, "web", VIGIE_PORT=str(port)), client(port) as http:
            wait_until(lambda: is_up(http), 120)
            told, ended = Counter[int](), threading.Event()
            with ThreadPoolExecutor(1) as other:
                asked = other.submit(asking, http, ended.is_set)
                took = upload_all(port, keys, told)
                ended.set()
            waits = asked.result()
    note = ", ".join(f"{number} × {status}" for status, number in sorted(told.items()))
    yield Row("the log-in page, slowest", max(waits), "s", 1, "less", f"of {len(waits)} beside {UPLOADS} uploads")
    yield Row("all uploads answered", took, "s", note=note)


def upload_all(port: int, keys: list[str], told: Counter[int]) -> float:
    """Sends the sheet with every key at once. Returns how long it took until all were answered."""
    body, started = sparse_sheet(), time.perf_counter()

    def upload(key: str) -> int:
        with client(port) as http:
            headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/octet-stream"}
            path = "/api/v1/mentions/import?source=sparse"
            return http.post(path, content=body, headers=headers).status_code

    with ThreadPoolExecutor(len(keys)) as pool:
        told.update(pool.map(upload, keys))
    return time.perf_counter() - started


def asking(http: httpx2.Client, done: Callable[[], bool]) -> list[float]:
    """Seconds that the log-in page took each time, ten times a second at most."""
    took: list[float] = []
    while not done():
        started = time.perf_counter()
        http.get("/login").raise_for_status()
        took.append(time.perf_counter() - started)
        time.sleep(max(0.0, 0.1 - took[-1]))
    return took


def cost_of(kind: str) -> Iterator[Row]:
    """Seconds of processor and memory to read a full file of this kind, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", f"from bench.imports import read_full; read_full({kind!r})"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    seconds, mebibytes = map(float, done.stdout.split())
    yield Row(f"{FULL[kind]:,} rows of {kind}, processor", seconds, "s", 60, "less", "an import may take 60")
    yield Row(f"{FULL[kind]:,} rows of {kind}, memory", mebibytes, "MiB", 1024, "less", "a child may have 1,024")


def read_full(kind: str) -> None:
    """Reads a full file in this process, and prints the seconds of processor and the MiB that this took at most."""
    content = full(kind)
    before = resource.getrusage(resource.RUSAGE_SELF)
    read = whole_mentions(content, f"a.{kind}", AS_FOUND)
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert read.good == FULL[kind]
    print(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss / 1024)


def full(kind: str) -> bytes:
    """A file of reviews with as many rows as FULL says."""
    if kind == "csv":
        rows = (f"{day(n)};Auteur {n};Avis {n} sur Brumelo;{n % 5 + 1}\n" for n in range(FULL[kind]))
        return ("Date;Auteur;Avis;Note\n" + "".join(rows)).encode()
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["Date", "Auteur", "Avis", "Note"])
    for n in range(FULL[kind]):
        sheet.append([day(n), f"Auteur {n}", f"Avis {n} sur Brumelo", n % 5 + 1])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def day(number: int) -> str:
    return f"{number % 28 + 1:02}/{number % 12 + 1:02}/2025"


def sparse_sheet() -> bytes:
    """A spreadsheet with the first cell and the last one that a sheet can have."""
    book = Workbook()
    assert book.active is not None
    book.active["A1"] = "texte"
    stream = io.BytesIO()
    book.save(stream)
    return with_last_cell(stream.getvalue())


def with_last_cell(content: bytes) -> bytes:
    """The workbook with a cell in the last place of its sheet, which openpyxl itself is slow to write."""
    cell = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, part.replace(b"</sheetData>", cell) if "worksheets/" in name else part)
    return stream.getvalue()


def key_of(db: Database, workspace_id: UUID, number: int) -> str:
    admin = Viewer(workspace_id, "bench", frozenset(ROLE_SCOPES["admin"]))
    with db.writing() as session:
        new = NewKey(name=f"bench {number}", scopes=["write"])
        return create(session, admin, new, datetime.now(UTC)).secret


def client(port: int) -> httpx2.Client:
    return httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=600)


def is_up(http: httpx2.Client) -> bool:
    try:
        return http.get("/login").is_success
    except httpx2.TransportError:  # it does not listen yet
        return False
