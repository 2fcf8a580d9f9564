"""How fast a stream is followed: through the gate, against 1,000 queries, from a server that sends as fast as we read.

Messages per second and core are the messages divided by the processor time of the process that follows and of its
children; the database is counted apart. `python -m bench.streams --messages 50000` is the server.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import func, insert, select
from websockets.sync.server import ServerConnection, serve

from app.db import Database
from app.models import Mention, Source, uuid7
from bench._running import add_brands, command, database, default_workspace, memory, spent, wait_until
from bench.row import Row

MESSAGES, QUERIES, SHARE = 60_000, 1_000, 0.01
WORDS = {
    "en": "just got home and the weather is finally nice so we are going to the park with friends tonight anyone want "
    "to join us for coffee later this week maybe we can talk about that book you mentioned last month it was great",
    "fr": "je viens de rentrer et il fait enfin beau alors on va au parc ce soir avec des amis quelqu'un veut venir "
    "prendre un café cette semaine on pourrait parler du livre dont tu parlais le mois dernier c'était génial",
    "ja": "今日は天気がいいので公園に行きます。誰か一緒に行きませんか。来週もまた会いましょう。",
}


def run() -> Iterable[Row]:
    """From the first message to the last one stored, on an otherwise idle machine."""
    names = [f"Marque {syllables(number)}" for number in range(QUERIES)]
    with database() as (db, folder, server), stream(MESSAGES, names) as url:
        workspace_id = default_workspace(db)
        add_brands(db, workspace_id, names)
        with command(folder, db, "stream") as follower:
            time.sleep(5)  # the imports at its start are no cost of a message
            before, stored_before = spent(follower.pid), spent(server)
            with db.writing() as session:
                session.execute(insert(Source).values(source(workspace_id, url)))
            seconds = wait_until(lambda: position(db) >= MESSAGES, 600)
            worked, stored = spent(follower.pid) - before, spent(server) - stored_before
            used = memory(follower.pid)
        with db.reading() as session:
            kept = session.scalar(select(func.count()).select_from(Mention)) or 0
    expected = sum("Marque" in message for message in posts(MESSAGES, names))
    work = worked.own + worked.children
    yield Row(f"messages against {QUERIES:,} queries, per core", MESSAGES / work, "/s", target=2_000)
    yield Row("… by the clock, on this machine", MESSAGES / seconds, "/s")
    yield Row("processor time per message, following", 1e6 / MESSAGES * worked.own, "µs", note="the process itself")
    yield Row("… its killable children", 1e6 / MESSAGES * worked.children, "µs")
    yield Row("… the database", 1e6 / MESSAGES * stored.children, "µs")
    yield Row("mentions kept", kept, "mentions", target=expected)
    yield Row("memory of the process and its children", used, "MiB")


def syllables(number: int) -> str:
    """A made-up name for each number."""
    parts = ("ba", "ce", "di", "fo", "gu", "ha", "je", "li", "mo", "nu")
    return "".join(parts[int(digit)] for digit in f"{number:04d}").capitalize()


def source(workspace_id: object, url: str) -> dict[str, object]:
    return {
        "workspace_id": workspace_id,
        "id": uuid7(),
        "collector": "jetstream",
        "name": "the stream",
        "params": {"base_url": url},
        "interval_seconds": 3600,
        "host": "127.0.0.1",
        "cursor": {"dialect": "subscribeEvents", "seq": 1, "time_us": int(time.time() * 1e6)},
    }


def position(db: Database) -> int:
    with db.reading() as session:
        cursor = session.scalars(select(Source.cursor)).first() or {}
    return int(cursor.get("seq") or 0)


def posts(number: int, names: Sequence[str], share: float = SHARE) -> Iterator[str]:
    """Messages of the newer dialect: chatter in three languages, `share` of them about a brand, some deletions."""
    chance = random.Random(number)
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    for seq in range(1, number + 1):
        lang = chance.choice(("en", "en", "fr", "ja"))
        words = WORDS[lang].split() if lang != "ja" else list(WORDS[lang])
        text = (" " if lang != "ja" else "").join(chance.choices(words, k=chance.randrange(8, 40)))
        if chance.random() < share:
            text += f" {chance.choice(names)}"
        payload: dict[str, object] = {
            "$type": "network.bsky.jetstream.subscribeEvents#commit",
            "seq": seq,
            "did": f"did:plc:{chance.getrandbits(100):025x}",
            "time": now,
            "rev": "3mmoojp7vgo2g",
            "operation": "create",
            "collection": "app.bsky.feed.post",
            "rkey": f"3m{seq:011x}",
            "cid": "bafyreidqpc7si3dbimffi64lz3xsx2qt45ip7rpna2qpslcddp23itjjzm",
            "record": {"$type": "app.bsky.feed.post", "createdAt": now, "langs": [lang], "text": text},
        }
        if chance.random() < 0.1:
            payload |= {"operation": "delete"}
            del payload["record"], payload["cid"]
        yield json.dumps({"$type": "message", "payload": payload}, ensure_ascii=False)


@contextmanager
def stream(number: int, names: Sequence[str]) -> Iterator[str]:
    """The address of a made-up stream. A process of its own serves it, so that its cost is not counted as ours."""
    words = [sys.executable, "-m", "bench.streams", "--messages", str(number), "--names", json.dumps(list(names))]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def main() -> None:
    """Serves until it is ended."""
    parser = argparse.ArgumentParser(prog="python -m bench.streams", description="serve a made-up stream")
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--names", type=json.loads, default=[])
    options = parser.parse_args()
    messages = list(posts(options.messages, options.names or ["Acme"]))

    def answer(connection: ServerConnection) -> None:
        query = parse_qs(urlsplit(connection.request.path if connection.request else "").query)
        first = int(query.get("cursor", ["1"])[0])
        for message in messages[first - 1 :]:
            connection.send(message)
        threading.Event().wait()

    with serve(answer, "127.0.0.1", 0, compression=None) as server:
        print(f"http://127.0.0.1:{server.socket.getsockname()[1]}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
