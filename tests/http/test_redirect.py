from __future__ import annotations

import httpx2
import pytest

from app.http import BadRedirect, Blocked

SECRETS = {
    "Authorization": "Bearer t",
    "Cookie": "session=1",
    "X-Api-Key": "k",
    "X-Whatever": "v",
    "Referer": "https://vigie.example/",
}
HARMLESS = {"Accept": "a/b", "Accept-Language": "fr", "If-None-Match": '"x"', "If-Modified-Since": "yesterday"}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_and_remembered(serve, gate_to, ok, status: int) -> None:
    peer = serve({"/old": ok(b"moved", "Location: /new?a=1", status=f"{status} Moved"), "/new": ok(b"here")})
    got = gate_to(peer).get(f"{peer.url}/old")
    assert got.text == "here"
    assert str(got.url) == f"{peer.url}/new?a=1"
    assert [(hop.status_code, str(hop.url)) for hop in got.history] == [(status, f"{peer.url}/old")]
    assert got.history[0].headers["location"] == "/new?a=1"
    assert peer.connections == 1


def test_a_redirect_is_not_followed_when_the_caller_says_so(serve, gate_to, ok) -> None:
    peer = serve({"/old": ok(b"", "Location: /new", status="301 Moved")})
    got = gate_to(peer).get(f"{peer.url}/old", follow_redirects=False)
    assert (got.status_code, got.history) == (301, [])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_what_changes_something_is_never_redirected(serve, gate_to, ok, method: str, status: int) -> None:
    peer = serve({"/hook": ok(b"", "Location: /other", "Connection: close", status=f"{status} Moved")})
    got = gate_to(peer).request(method, f"{peer.url}/hook", json={"a": 1}, follow_redirects=True)
    assert got.status_code == status
    assert len(peer.requests) == 1


def test_a_head_stays_a_head(serve, gate_to, ok) -> None:
    peer = serve({"/old": ok(b"", "Location: /new", status="302 Found"), "/new": ok()})
    gate_to(peer).head(f"{peer.url}/old")
    assert [request.split(" ")[0] for request in peer.requests] == ["HEAD", "HEAD"]


def test_five_redirects_are_followed_and_six_are_not(serve, gate_to, ok) -> None:
    steps = {f"/{n}": ok(b"", f"Location: /{n - 1}", status="302 Found") for n in range(1, 7)}
    peer = serve({**steps, "/0": ok(b"end")})
    gate = gate_to(peer)
    assert len(gate.get(f"{peer.url}/5").history) == 5
    with pytest.raises(BadRedirect, match="more than 5 times"):
        gate.get(f"{peer.url}/6")


def test_a_loop_of_redirects_ends(serve, gate_to, ok) -> None:
    peer = serve({"/": ok(b"", "Location: /", status="302 Found")})
    with pytest.raises(httpx2.TooManyRedirects):
        gate_to(peer).get(peer.url)
    assert len(peer.requests) == 6


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/",
        "http://127.0.0.1:22/",
        "http://localhost/",
        "//169.254.169.254/latest/meta-data/",
        "http://0x7f000001/",
        "http://[::1]/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "javascript:alert(1)",
        "http://user:password@example.com/",
        "http://127.0.0.1:80\\@example.com/",
        "\\\\169.254.169.254\\",
        "http://[::1",
        "http://%31%32%37.0.0.1/",
        "http://" + "a" * 3000 + ".example/",
    ],
)
def test_every_hop_is_judged(serve, gate_to, ok, location: str) -> None:
    peer = serve({"/": ok(b"", f"Location: {location}", status="302 Found")})
    with pytest.raises(Blocked, match="this address is not allowed"):
        gate_to(peer).get(peer.url)


def test_a_redirect_to_a_private_server_never_reaches_it(serve, gate_to, ok) -> None:
    canary = serve({"/": ok(b"secret")})
    peer = serve({"/": ok(b"", f"Location: {canary.url}/", status="302 Found")})
    with pytest.raises(Blocked):
        gate_to(peer).get(peer.url)
    assert canary.connections == 0


def test_secrets_stay_on_their_origin(serve, gate_to, ok) -> None:
    other = serve({"/": ok(b"here")})
    peer = serve({"/": ok(b"", f"Location: {other.url}/", status="302 Found")})
    gate_to(peer, other).get(peer.url, headers={**SECRETS, **HARMLESS}, auth=("user", "password"))
    for name in SECRETS:
        assert peer.heads(name) != [None]
        assert other.heads(name) == [None]
    for name, value in HARMLESS.items():
        assert other.heads(name) == [value.lower()]
    assert other.heads("host") == [other.host]


def test_secrets_go_along_on_the_same_origin(serve, gate_to, ok) -> None:
    peer = serve({"/": ok(b"", "Location: /next", status="302 Found"), "/next": ok()})
    gate_to(peer).get(peer.url, headers=SECRETS, auth=("user", "password"))
    for name in SECRETS:
        first, second = peer.heads(name)
        assert first == second


def test_an_answer_without_location_is_no_redirect(serve, gate_to, ok) -> None:
    peer = serve({"/": ok(b"choose", status="302 Found"), "/multi": ok(b"x", "Location: /", status="300 Multiple")})
    gate = gate_to(peer)
    assert gate.get(peer.url).status_code == 302
    assert gate.get(f"{peer.url}/multi").status_code == 300


def test_a_location_with_a_space_or_an_accent_is_understood(serve, gate_to, ok) -> None:
    peer = serve({"/": ok(b"", "Location: /a b/\xe9", status="302 Found"), "/a%20b/%C3%A9": ok(b"here")})
    assert gate_to(peer).get(peer.url).text == "here"


def test_what_is_wrong_with_the_body_of_a_redirect_does_not_matter(serve, gate_to, ok) -> None:
    peer = serve(
        {
            "/": ok(b"a" * 1_000_000, "Location: /next", status="302 Found"),
            "/next": ok(b"not gzip", "Content-Encoding: gzip", "Location: /end", status="302 Found"),
            "/end": ok(b"here"),
        }
    )
    assert gate_to(peer).get(peer.url).text == "here"


def test_digest_authentication_works_through_the_gate(serve, gate_to, ok) -> None:
    challenge = 'WWW-Authenticate: Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256'
    peer = serve({"/": ok(b"", challenge, status="401 Unauthorized")})
    got = gate_to(peer).get(peer.url, auth=httpx2.DigestAuth("user", "password"))
    assert got.status_code == 401
    first, second = peer.heads("authorization")
    assert first is None
    assert second is not None
    assert second.startswith("digest ")
