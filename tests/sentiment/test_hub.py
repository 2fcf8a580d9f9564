"""Models of the hub: one is started on loopback with two commits of a tiny model, and writes down what it is asked."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bench._bert import write
from sentiment.base import ModelError, Text
from sentiment.hub import Hub
from sentiment.model_files import ModelFiles, weight_files
from sentiment.scorers import find, find_or_fetch
from sentiment.transformer import load

ROOT = Path(__file__).parents[2]
FIRST, SECOND = "1" * 40, "2" * 40


@dataclass
class Site:
    """What the hub holds: files by commit, commits by branch; and what it was asked."""

    folders: dict[str, Path]
    branches: dict[str, str] = field(default_factory=lambda: {"main": FIRST})
    asked: list[str] = field(default_factory=list)
    address: str = ""

    def answer(self, path: str) -> tuple[int, Mapping[str, str], bytes]:
        self.asked.append(path)
        parts = path.strip("/").split("/")
        if path.startswith("/api/models/acme/tiny"):
            commit = self._commit(parts[5] if len(parts) > 5 else "main")
            if commit is None:
                return 404, {"X-Error-Code": "RevisionNotFound"}, b""
            names = [file.relative_to(self.folders[commit]).as_posix() for file in self._files(commit)]
            told = {"id": "acme/tiny", "sha": commit, "siblings": [{"rfilename": name} for name in names]}
            return 200, {"Content-Type": "application/json"}, json.dumps(told).encode()
        if path.startswith("/acme/tiny/resolve/"):
            commit = self._commit(parts[3])
            file = self.folders[commit or FIRST] / "/".join(parts[4:])
            if commit and file.is_file():
                etag = hashlib.sha256(file.read_bytes()).hexdigest()
                return 200, {"X-Repo-Commit": commit, "ETag": f'"{etag}"'}, file.read_bytes()
            return 404, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": commit or ""}, b""
        return 404, {"X-Error-Code": "RepoNotFound"}, b""

    def _commit(self, revision: str) -> str | None:
        return self.branches.get(revision, revision if revision in self.folders else None)

    def _files(self, commit: str) -> list[Path]:
        return sorted(path for path in self.folders[commit].rglob("*") if path.is_file())


@contextmanager
def served(site: Site) -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = site.answer(self.path.split("?")[0])
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815 - the name of its library

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    site.address = f"http://127.0.0.1:{server.server_port}"
    yield site
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def hub(site: Site, tmp_path: Path) -> Hub:
    return Hub(site.address, tmp_path / "cache")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    first, second = (write(tmp_path / f"hub-{seed}", seed=seed) for seed in (1, 2))
    with served(Site({FIRST: first, SECOND: second})) as found:
        yield found


def answer(place: ModelFiles) -> list[float]:
    (found,) = load(place, 1).score([Text("bala cava")])
    return [found.negative, found.neutral, found.positive]


def test_a_model_is_fetched_once_and_its_commit_is_said(site: Site, hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    assert find("acme/tiny", hub) is None
    place = find_or_fetch("acme/tiny", hub)
    assert (place.name, place.commit) == ("acme/tiny", FIRST)
    assert f"write acme/tiny@{FIRST}" in caplog.text
    asked = len(site.asked)
    site.branches["main"] = SECOND
    assert answer(find_or_fetch("acme/tiny", hub)) == answer(place), "a branch that moved changes nothing"
    assert len(site.asked) == asked, "what is find is not asked for"


def test_a_commit_is_what_is_read(site: Site, hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    first, second = (find_or_fetch(f"acme/tiny@{commit}", hub) for commit in (FIRST, SECOND))
    assert answer(first) != answer(second)
    assert load(first, 1).version.startswith("11111111-")
    assert find(f"acme/tiny@{FIRST}", hub) == first
    assert "names no commit" not in caplog.text


def test_only_what_is_needed_is_fetched(site: Site, hub: Hub) -> None:
    for name in ("pytorch_model.bin", "README.md", "model.safetensors", "code.py"):
        (site.folders[FIRST] / name).write_bytes(b"x" * 10)
    find_or_fetch("acme/tiny", hub)
    fetched = {path.rsplit("/", 1)[1] for path in site.asked if "/resolve/" in path}
    assert fetched == {"config.json", "tokenizer.json", "model.onnx"}


def test_files_in_a_folder_and_weights_in_pieces_are_fetched_whole(site: Site, hub: Hub) -> None:
    folder = site.folders[FIRST]
    (folder / "onnx").mkdir()
    (folder / "model.onnx").rename(folder / "onnx/model.onnx")
    (folder / "onnx/model.onnx_data").write_bytes(b"more weights")
    place = find_or_fetch("acme/tiny", hub)
    assert (place.folder / "config.json").exists()
    assert sorted(path.name for path in weight_files(place)) == ["model.onnx", "model.onnx_data"]
    assert find("acme/tiny", hub) == place


def test_half_a_model_is_completed(hub: Hub) -> None:
    place = find_or_fetch("acme/tiny", hub)
    place.weights.unlink()
    assert find("acme/tiny", hub) is None
    assert answer(find_or_fetch("acme/tiny", hub))


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("acme/other", "shows no model of this name"),
        ("acme/tiny@v9", "knows the model, but not this revision"),
    ],
)
def test_what_the_hub_does_not_have_is_told(reference: str, said: str, hub: Hub) -> None:
    with pytest.raises(ModelError, match=said):
        find_or_fetch(reference, hub)


def test_a_pickle_of_the_hub_is_refused_before_it_is_fetched(site: Site, hub: Hub) -> None:
    (site.folders[FIRST] / "model.onnx").rename(site.folders[FIRST] / "pytorch_model.bin")
    with pytest.raises(ModelError, match="a pickle only, which can run code"):
        find_or_fetch("acme/tiny", hub)
    assert [path for path in site.asked if "/resolve/" in path] == []


def test_no_network_is_told_within_seconds(tmp_path: Path) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()  # takes the connection, and never answers
        for address in ("http://127.0.0.1:9", f"http://127.0.0.1:{silent.getsockname()[1]}"):
            start = time.monotonic()
            with pytest.raises(ModelError, match=f"cannot be fetched from {address}"):
                find_or_fetch("acme/tiny", Hub(address, tmp_path))
            assert time.monotonic() - start < 15


@pytest.mark.slow
def test_the_command_fetches_too_and_tells_the_hub_nothing_else(site: Site, tmp_path: Path) -> None:
    environment = {**os.environ, "HF_ENDPOINT": site.address, "HF_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "sentiment", "score", "--model", "acme/tiny"]
    given = '{"id": 7, "text": "bala cava"}\n'
    done = subprocess.run(command, input=given, capture_output=True, text=True, cwd=ROOT, env=environment)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["id"] == 7
    assert f"write acme/tiny@{FIRST}" in done.stderr
    assert [path for path in site.asked if "/tiny" not in path] == []
    alone = subprocess.run(
        command, input=given, capture_output=True, text=True, cwd=ROOT, env={**environment, "HF_HUB_OFFLINE": "1"}
    )
    assert alone.stdout == done.stdout
