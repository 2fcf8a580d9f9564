"""`python -m collectors`, as people type it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from collectors import all_collectors
from collectors.__main__ import main

FEED = "<rss version='2.0'><channel><title>T</title><item><title>Café</title><guid>g</guid></item></channel></rss>"


def run(*args: str, **environment: str) -> Result:
    return CliRunner().invoke(main, args, env=environment, prog_name="python -m collectors")


def test_it_lists_the_kinds() -> None:
    told = run("--list")
    assert told.exit_code == 0
    assert [row.split()[0] for row in told.stdout.splitlines()] == sorted(all_collectors())


@pytest.mark.parametrize("kind", sorted(all_collectors()))
def test_every_kind_explains_itself_with_an_example(kind: str) -> None:
    told = run(kind, "--help")
    assert told.exit_code == 0
    assert f"python -m collectors {kind}" in told.stdout
    for name in all_collectors()[kind].params.model_fields:
        assert f"--{name.replace('_', '-')}" in told.stdout


def test_a_mailbox_is_read_from_the_command_line(site: Any) -> None:
    site.mail.add(b"From: Ann <ann@a.example>\nSubject: Hello\nMessage-ID: <1@a.example>\n\nCobalt")
    where = ("--host", "127.0.0.1", "--port", str(site.mail.port), "--security", "none")
    told = run("email", *where, "--username", site.mail.username, VIGIE_EMAIL_PASSWORD=site.mail.password)
    assert told.exit_code == 0, told.stderr
    assert json.loads(told.stdout)["external_id"] == "mid:1@a.example"


def test_mentions_are_lines_of_json_and_the_cursor_goes_on(site: Any) -> None:
    url = site.says("/feed", FEED, ETag='"1"')
    told = run("rss", "--url", url)
    assert told.exit_code == 0
    (line,) = told.stdout.splitlines()
    assert json.loads(line)["title"] == "Café"
    cursor = told.stderr.removeprefix("cursor: ").strip()
    again = run("rss", "--url", url, "--cursor", cursor)
    assert (again.exit_code, again.stdout) == (0, "")


def test_a_secret_may_come_from_the_environment(site: Any) -> None:
    told = run("rss", "--url", site.says("/feed", FEED), "--username", "ann", VIGIE_RSS_PASSWORD="s3cret")
    assert told.exit_code == 0
    assert site.asked[-1][1]["authorization"].startswith("Basic ")


def test_warnings_and_moves_go_beside_the_mentions(site: Any) -> None:
    site.says("/feed", FEED[:-6])
    told = run("rss", "--url", site.says("/old", b"", 301, Location="/feed"))
    assert len(told.stdout.splitlines()) == 1
    assert "breaks off" in told.stderr
    assert f"moved to {site.url('/feed')}" in told.stderr


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("rss", "--url", "ftp://a.example"), "--url: the address starts with http:// or https://"),
        (("rss", "--url", "{site}/none"), "nothing at this address (404)"),
        (("rss", "--url", "{site}/none", "--cursor", "{"), "--cursor: this is not JSON"),
        (("sample", "--started", "yesterday"), "--started: "),
    ],
)
def test_an_error_is_one_sentence_and_exit_1(site: Any, args: tuple[str, ...], words: str) -> None:
    told = run(*(arg.replace("{site}", site.base) for arg in args))
    assert told.exit_code == 1
    assert told.stdout == ""
    assert words in told.stderr
    assert len(told.stderr.splitlines()) == 1


def test_a_missing_option_is_named() -> None:
    told = run("rss")
    assert told.exit_code == 2
    assert "--url" in told.stderr
