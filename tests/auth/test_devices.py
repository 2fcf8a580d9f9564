"""A browser in words, and only the beginning of its address."""

from __future__ import annotations

import pytest

from app.auth.devices import program_of, short_network, system_of

MOZILLA = "Mozilla/5.0"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "program", "system"),
    [
        (f"{MOZILLA} (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox", "Linux"),
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0 Safari/537.36", "Chrome", "Windows"),
        (f"{MOZILLA} (Windows NT 10.0) {WEBKIT} Chrome/142.0 Safari/537.36 Edg/142.0", "Edge", "Windows"),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/18.1 Safari/605.1", "Safari", "macOS"),
        (
            f"{MOZILLA} (iPhone; CPU iPhone OS 18_1 like Mac OS X) {WEBKIT} Version/18.1 Mobile/15E1 Safari/604.1",
            "Safari",
            "iPhone",
        ),
        (f"{MOZILLA} (Linux; Android 15; Pixel 9) {WEBKIT} Chrome/142.0 Mobile Safari/537.36", "Chrome", "Android"),
        ("curl/8.9", "", ""),
        ("", "", ""),
    ],
)
def test_a_browser_is_known_by_what_it_says(agent: str, program: str, system: str) -> None:
    assert (program_of(agent), system_of(agent)) == (program, system)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("1.2.3.4", "1.2.3.…"),
        ("::ffff:1.2.3.4", "1.2.3.…"),
        ("2a01:e0a:7:1:2:3:4:5", "2a01:e0a:7::…"),
        ("127.0.0.1", "here"),
        ("::1", "here"),
        ("192.168.1.20", "local"),
        ("testclient", ""),
    ],
)
def test_an_address_is_kept_short(address: str, shown: str) -> None:
    assert short_network(address) == shown
