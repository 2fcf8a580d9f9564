from __future__ import annotations

from urllib.parse import urlsplit

import httpx2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.http import Blocked, check_url, host_of, rules_for

NOT_ALLOWED = "this address is not allowed"

GOOD = [
    ("https://example.com", "https://example.com"),
    ("https://example.com/", "https://example.com/"),
    ("HTTPS://EXAMPLE.com:443/Feed?q=é", "https://example.com/Feed?q=%C3%A9"),
    ("http://example.com:80/a/../b", "http://example.com/b"),
    ("https://bücher.example/", "https://xn--bcher-kva.example/"),
    ("https://my_host.example.com./x", "https://my_host.example.com./x"),
    ("https://example.com:80/", "https://example.com:80/"),
    ("http://8.8.8.8/", "http://8.8.8.8/"),
    ("http://[2606:4700:4700::1111]/", "http://[2606:4700:4700::1111]/"),
    ("https://example.com/@user/feed", "https://example.com/@user/feed"),
]

WRONG_TEXT = [
    "http://127.0.0.1:80\\@example.com/",
    "http://example.com\\@127.0.0.1/",
    "http://example.com/a\\b",
    "http://user@example.com/",
    "http://user:password@example.com/",
    "http://@example.com/",
    "http://example.com:80@127.0.0.1/",
    "http://exa mple.com/",
    " http://example.com/",
    "http://example.com/ ",
    "http://example.com/a b",
    "http://example.com/\n",
    "http://exa\tmple.com/",
    "http://example.com\r\nHost: x/",
    "http://example.com/\x00",
    "http://example.com/\x7f",
    "http://example.com/\x85",
    "http://example.com/\u2028",
    "http://example.com%00.evil.example/",
    "http://example.com%2f@x/",
    "http://%31%32%37.0.0.1/",
    "http://exa%6dple.com/",
    "http://exa{mple.com/",
    'http://exa"mple.com/',
    "http://exa<mple.com/",
    "http://exa,mple.com/",
    "http:///path",
    "http://:80/",
    "http:example.com",
    "https://",
    "//example.com/",
    "/path",
    "",
    "example.com",
    "file:///etc/passwd",
    "ftp://example.com/",
    "gopher://example.com/",
    "javascript:alert(1)",
    "data:text/html,x",
    "ws://example.com/",
    "http://[::1",
    "http://[fe80::1%25eth0]/",
    "http://[fe80::1%eth0]/",
    "http://1.2.3.400/",
    "http://example.com:x/",
    "http://example.com/\ud800",
    "http://١٢٧.٠.٠.١/",
    "https://example.com/" + "a" * 2048,
]

WRONG_TARGET = [
    "http://127.0.0.1/",
    "http://127.0.0.1:22/",
    "http://127.0.0.1:5432/",
    "http://127.1/",
    "http://127.0.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://0x7f.1/",
    "http://017700000001/",
    "http://0177.1/",
    "http://10.0.0.1/",
    "http://10.1/",
    "http://192.168.1.1/",
    "http://172.16.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://100.100.100.200/",
    "http://168.63.129.16/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fd00:ec2::254]/",
    "http://[fe80::1]/",
    "http://[ff02::1]/",
    "http://[fec0::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://example.com:22/",
    "http://example.com:8080/",
    "https://example.com:8443/",
    "http://example.com:0/",
    "http://example.com:65536/",
    "http://example.com:-1/",
]


@pytest.mark.parametrize(("url", "canonical"), GOOD)
def test_a_good_url_is_given_in_its_canonical_form(url: str, canonical: str) -> None:
    assert check_url(url) == canonical


@pytest.mark.parametrize("url", WRONG_TEXT)
def test_what_other_parsers_read_differently_is_refused(url: str) -> None:
    with pytest.raises(Blocked) as refused:
        check_url(url)
    assert str(refused.value).startswith(NOT_ALLOWED)


@pytest.mark.parametrize("url", WRONG_TARGET)
def test_every_forbidden_target_gets_the_same_sentence(url: str) -> None:
    with pytest.raises(Blocked) as refused:
        check_url(url)
    assert str(refused.value) == NOT_ALLOWED


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("intranet", "http://intranet/"),
        ("intranet", "https://intranet/"),
        ("intranet", "http://intranet:8080/"),
        ("Intranet", "http://INTRANET/"),
        ("intranet:8080", "http://intranet:8080/feed"),
        ("intranet:80", "http://intranet/"),
        ("127.0.0.1:9000", "http://127.0.0.1:9000/"),
        ("[::1]:9000", "http://[::1]:9000/"),
        ("[::1]", "https://[::1]/"),
    ],
)
def test_the_operator_opens_a_private_host(entry: str, url: str) -> None:
    assert check_url(url, rules_for([entry]))


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("127.0.0.1", "http://127.1/"),
        ("127.0.0.1", "http://127.0.0.1:0/"),
        ("127.0.0.1", "http://127.0.0.1:65536/"),
        ("127.0.0.1:80", "https://127.0.0.1/"),
        ("127.0.0.1:8080", "http://127.0.0.1/"),
        ("127.0.0.1:8080", "http://127.1:8080/"),
        ("127.0.0.1:8080", "http://0x7f000001:8080/"),
        ("127.0.0.1:8080", "http://[::ffff:127.0.0.1]:8080/"),
        ("10.0.0.1", "http://10.0.0.2/"),
        ("intranet:8080", "http://other.intranet:8080/"),
    ],
)
def test_the_operator_opens_that_host_and_port_as_written_and_nothing_else(entry: str, url: str) -> None:
    with pytest.raises(Blocked):
        check_url(url, rules_for([entry]))


def test_an_extra_port_opens_public_hosts_only() -> None:
    rules = rules_for(["10.0.0.1:443"], ports=[8443])
    assert check_url("https://example.com:8443/", rules)
    for url in ("https://127.0.0.1:8443/", "https://10.0.0.1:8443/"):
        with pytest.raises(Blocked):
            check_url(url, rules)


@pytest.mark.parametrize(
    "entry",
    ["", "::1", "10.0.0.0/8", "*", "http://intranet", "a@b", "host:port", "host:0", "host:65536", "a b", "host#x"],
)
def test_a_wrong_entry_is_told_to_the_operator(entry: str) -> None:
    with pytest.raises(ValueError, match="neither a host nor a host:port"):
        rules_for([entry])


TEXTS = st.one_of(
    st.text(),
    st.builds("http://{}".format, st.text()),
    st.builds(
        "https://{}{}{}".format, st.from_regex(r"[a-z0-9.\-:\[\]@%\\é]{1,20}", fullmatch=True), st.just("/"), st.text()
    ),
)


@given(TEXTS)
@example("http://example.com/%zz?%#%")
@example("https://a/../../x")
def test_a_canonical_url_is_read_alike_by_everybody_and_stays_as_it_is(text: str) -> None:
    try:
        canonical = check_url(text)
    except Blocked:
        return
    assert check_url(canonical) == canonical
    ours, theirs = httpx2.URL(canonical), urlsplit(canonical)
    assert theirs.scheme == ours.scheme
    assert theirs.hostname == ours.raw_host.decode("ascii")
    assert theirs.port == ours.port
    assert (theirs.username, theirs.password) == (None, None)
    assert canonical.isascii()
    assert "\\" not in canonical


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Example.org:8080/feed?x=1", "example.org"),
        ("https://user:word@example.org/", "example.org"),
        ("http://[::1]:80/", "::1"),
        ("/feed", ""),
        ("", ""),
        ("https://example.org:port/", ""),
    ],
)
def test_the_host_of_a_url_is_its_name_alone(url: str, host: str) -> None:
    assert host_of(url) == host
