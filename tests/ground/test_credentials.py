"""The secrets in addresses: found, masked, put back."""

from __future__ import annotations

import pytest

from ground.credentials import (
    MASK,
    credentials,
    filled_in,
    masked,
    masked_as,
    masked_whole,
    names_secret,
    without_secret,
)


@pytest.mark.parametrize(
    ("url", "shown", "found"),
    [
        ("https://a.example/feed", "https://a.example/feed", {}),
        ("https://a.example/feed?page=2", "https://a.example/feed?page=2", {}),
        ("https://a.example/f?api_key=k1&q=x", f"https://a.example/f?api_key={MASK}&q=x", {"api_key": "k1"}),
        ("https://a.example/f?q=x;token=k1#top", f"https://a.example/f?q=x;token={MASK}#top", {"token": "k1"}),
        (
            "https://a.example/f?X-Amz-Signature=s",
            f"https://a.example/f?X-Amz-Signature={MASK}",
            {"X-Amz-Signature": "s"},
        ),
        ("https://a.example/f?feedKey=s", f"https://a.example/f?feedKey={MASK}", {"feedKey": "s"}),
        ("https://ana:pw@a.example:8443/f", f"https://{MASK}@a.example:8443/f", {"@": "ana:pw"}),
        ("https://a.example/f?token=", "https://a.example/f?token=", {}),
        (f"https://a.example/f?token={MASK}", f"https://a.example/f?token={MASK}", {}),
    ],
)
def test_an_address_is_shown_without_the_secrets_it_carries(url: str, shown: str, found: dict[str, str]) -> None:
    assert (masked(url), credentials(url)) == (shown, found)
    assert masked(shown) == shown
    assert filled_in(shown, url) == url


@pytest.mark.parametrize(
    "name", ["keyword", "q", "page", "author", "design", "language", "keys_of", "monkey", "passage"]
)
def test_ordinary_parameters_carry_no_secret(name: str) -> None:
    assert not names_secret(name)


@pytest.mark.parametrize(
    "name",
    ["key", "api_key", "apikey", "APIKEY", "private_token", "access-token", "userKey", "sig", "code", "auth[key]"],
)
def test_parameters_that_carry_a_secret_are_known_by_their_names(name: str) -> None:
    assert names_secret(name)


def test_of_an_address_whose_path_is_the_secret_only_the_host_is_shown() -> None:
    url = "https://chat.example:444/api/webhooks/123/abc?wait=true"
    assert masked_whole(url) == f"https://chat.example:444/{MASK}"
    assert masked_whole(masked_whole(url)) == masked_whole(url)
    assert filled_in(masked_whole(url), url) == url


def test_other_parts_of_a_masked_address_may_change() -> None:
    assert filled_in(f"https://a.example/new?n=5&token={MASK}", "https://a.example/old?token=t1") == (
        "https://a.example/new?n=5&token=t1"
    )
    assert MASK in filled_in(f"https://a.example/new?other_token={MASK}", "https://a.example/old?token=t1")


def test_the_next_page_of_a_feed_is_masked_where_it_repeats_the_secret_of_the_feed() -> None:
    feed, following = "https://a.example/feed?token=t1", "https://a.example/feed?token=t1&page_token=p2"
    assert masked_as(following, feed) == f"https://a.example/feed?token={MASK}&page_token=p2"
    assert filled_in(masked_as(following, feed), feed) == following


def test_a_text_that_quotes_an_address_is_cleaned_of_it() -> None:
    url = "https://chat.example/api/webhooks/123/abcdef?key=k12345"
    for quoted in (url, "/api/webhooks/123/abcdef?key=k12345", "/api/webhooks/123/abcdef", "k12345"):
        cleaned = without_secret(f"Cannot POST {quoted} today", url)
        assert cleaned == f"Cannot POST {MASK} today"
    assert without_secret("/ is not found", "https://chat.example/") == "/ is not found"
