"""What each answer of a server becomes."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from collectors._kit.fetch import Missing, fetch, host_of
from collectors._kit.limits import LONGEST_WAIT
from collectors.base import SourceBusy, SourceError, SourceRefused


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (400, SourceError, "answered 400"),
        (401, SourceRefused, "password"),
        (402, SourceRefused, "charges"),
        (403, SourceRefused, "refuses"),
        (404, Missing, "404"),
        (407, SourceRefused, "proxy"),
        (410, SourceRefused, "for ever"),
        (418, SourceError, "answered 418"),
        (429, SourceBusy, "less often"),
        (451, SourceRefused, "legal"),
        (500, Missing, "problem of its own (500)"),
        (502, SourceError, "problem of its own (502)"),
        (503, SourceBusy, "come back later (503)"),
    ],
)
def test_a_refusal_is_a_sentence_that_says_what_to_do(
    site: Any, http: httpx2.Client, status: int, kind: type[SourceError], words: str
) -> None:
    url = site.says("/secret-path", b"no", status)
    with pytest.raises(SourceError) as caught:
        fetch(http, url)
    assert type(caught.value) is kind
    assert words in str(caught.value)
    assert "secret-path" not in str(caught.value)
    assert str(caught.value) == caught.value.notice.text.format(**caught.value.notice.args)


def test_only_410_is_for_ever(site: Any, http: httpx2.Client) -> None:
    gone = {}
    for status in (401, 403, 410, 451):
        with pytest.raises(SourceRefused) as caught:
            fetch(http, site.says(f"/{status}", b"", status))
        gone[status] = caught.value.gone
    assert gone == {401: False, 403: False, 410: True, 451: False}


@pytest.mark.parametrize(
    ("status", "header", "wait"),
    [
        (429, "120", timedelta(minutes=2)),
        (429, "99999999", LONGEST_WAIT),
        (429, "Wed, 21 Oct 2099 07:28:00 GMT", LONGEST_WAIT),
        (429, "soon", None),
        (503, "60", timedelta(minutes=1)),
        (500, "30", timedelta(seconds=30)),
        (404, "30", timedelta(seconds=30)),
    ],
)
def test_the_pause_a_server_asks_for_is_kept_and_capped(
    site: Any, http: httpx2.Client, status: int, header: str, wait: timedelta | None
) -> None:
    with pytest.raises(SourceBusy) as caught:
        fetch(http, site.says("/busy", b"", status, Retry_After=header))
    assert caught.value.wait == wait


def test_a_closed_port_a_broken_line_and_a_bad_address_are_told_apart(site: Any, http: httpx2.Client) -> None:
    told = {}
    for name, url in (
        ("closed", "http://127.0.0.1:9/x"),
        ("scheme", "gopher://127.0.0.1/"),
        ("spelling", "http://[::1/"),
    ):
        with pytest.raises(SourceError) as caught:
            fetch(http, url)
        told[name] = str(caught.value)
    site.drop = True
    with pytest.raises(SourceError, match="broke off"):
        fetch(http, site.url("/"))
    assert "cannot be reached" in told["closed"]
    assert "http://" in told["scheme"]
    assert "not written correctly" in told["spelling"]


def test_a_server_that_does_not_answer_is_called_slow() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as deaf,
        httpx2.Client(timeout=0.2, trust_env=False) as impatient,
        pytest.raises(SourceError, match="slow or down"),
    ):
        fetch(impatient, f"http://127.0.0.1:{deaf.getsockname()[1]}/")


def test_an_answer_that_ends_too_soon_is_told(site: Any, http: httpx2.Client) -> None:
    url = site.says("/cut", b"abc", Content_Length="10")
    with pytest.raises(SourceError, match="broke off"):
        fetch(http, url)


def test_a_badly_compressed_answer_is_told(site: Any, http: httpx2.Client) -> None:
    url = site.says("/zip", b"plain text", Content_Encoding="gzip")
    with pytest.raises(SourceError, match="compressed"):
        fetch(http, url)


def test_a_redirect_in_a_circle_is_told(site: Any, http: httpx2.Client) -> None:
    url = site.says("/round", b"", 302, Location="/round")
    with pytest.raises(SourceError, match="keeps redirecting"):
        fetch(http, url)


def test_a_client_with_sentences_of_its_own_is_quoted() -> None:
    class Forbidden(httpx2.RequestError):
        pass

    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise Forbidden("private addresses are not read {here}")

    with httpx2.Client(transport=httpx2.MockTransport(refuse)) as guarded, pytest.raises(SourceError) as caught:
        fetch(guarded, "http://10.0.0.1/")
    assert str(caught.value) == "private addresses are not read {here}"


def test_success_and_not_modified_are_answers(site: Any, http: httpx2.Client) -> None:
    url = site.says("/feed", b"hello", ETag='"1"')
    assert fetch(http, url).content == b"hello"
    assert fetch(http, url, headers={"If-None-Match": '"1"'}).status_code == 304
    site.says("/feed?q=a+b&n=2", b"found")
    assert fetch(http, url, params={"q": "a b", "n": 2}).content == b"found"


def test_a_name_and_password_are_sent(site: Any, http: httpx2.Client) -> None:
    fetch(http, site.says("/mine", b"x"), auth=("ann", "s3cret"))
    assert site.asked[-1][1]["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://a.example/x?token=1", "a.example"), ("http://[::1", "the site"), ("", "the site")],
)
def test_a_sentence_names_the_host_alone(url: str, host: str) -> None:
    assert host_of(url) == host
