"""The files that are served: compressed where the browser takes it, and cached for a year under their mark."""

from __future__ import annotations

import gzip
import re

import pytest
from starlette.testclient import TestClient

from app.web.statics import codings
from app.web.templating import HERE, asset

YEAR = "public, max-age=31536000, immutable"


@pytest.mark.parametrize(
    ("accepted", "ours"),
    [
        ("gzip, deflate, br, zstd", ["br", "gzip"]),
        ("gzip;q=0.5, br;q=0", ["gzip"]),
        ("identity", []),
        ("", []),
    ],
)
def test_the_best_coding_that_a_browser_takes_comes_first(accepted: str, ours: list[str]) -> None:
    assert codings(accepted) == ours


@pytest.mark.parametrize("name", ["dist/app.js", "dist/app.css", "dist/charts.js"])
@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_a_file_comes_compressed_and_is_the_same_file(stranger: TestClient, name: str, coding: str) -> None:
    plain = stranger.get(asset(name), headers={"accept-encoding": "identity"})
    packed = (HERE / "static" / (name + {"br": ".br", "gzip": ".gz"}[coding])).read_bytes()
    with stranger.stream("GET", asset(name), headers={"accept-encoding": coding}) as answer:
        assert (answer.status_code, answer.headers["content-encoding"]) == (200, coding)
        assert answer.headers["content-type"] == plain.headers["content-type"]
        assert answer.headers["vary"] == "Accept-Encoding"
        assert b"".join(answer.iter_raw()) == packed
    assert "content-encoding" not in plain.headers
    assert len(packed) < len(plain.content) / 2
    if coding == "gzip":
        assert gzip.decompress(packed) == plain.content


def test_what_carries_its_mark_is_kept_for_a_year_and_what_does_not_is_asked_about(stranger: TestClient) -> None:
    name = asset("dist/app.css")
    assert stranger.get(name).headers["cache-control"] == YEAR
    plain = stranger.get("/static/dist/app.css")
    assert plain.headers["cache-control"] == "no-cache"
    assert stranger.get("/static/dist/app.css?v=000000000000").headers["cache-control"] == "no-cache"
    again = stranger.get("/static/dist/app.css", headers={"if-none-match": plain.headers["etag"]})
    assert again.status_code == 304
    assert "max-age" not in stranger.get("/static/dist/nothing.css?v=1").headers.get("cache-control", "")


def test_every_script_and_style_of_a_page_carries_its_mark(browser: TestClient) -> None:
    files = re.findall(r'(?:src|href)="(/static/dist/[^"]+)"', browser.get("/").text)
    assert len(files) >= 2
    assert [file for file in files if browser.get(file).headers["cache-control"] != YEAR] == []
