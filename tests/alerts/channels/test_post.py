"""One POST, and what its reply or its failure means for a delivery."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import pytest

from alerts.base import DeliveryError
from alerts.channels._post import ENOUGH, Reply, post, refusal

URL = "https://hooks.example/services/T0/s3cret"


def answered(answer: httpx2.Response | Exception) -> Reply:
    def handle(request: httpx2.Request) -> httpx2.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    with httpx2.Client(transport=httpx2.MockTransport(handle)) as http:
        return post(http, URL, b"{}", {"Content-Type": "application/json"})


@pytest.mark.parametrize(
    ("status", "means"),
    [
        (200, None),
        (204, None),
        (302, {"permanent": True}),
        (400, {}),
        (410, {"permanent": True, "gone": True}),
        (429, {"wait": timedelta(seconds=7)}),
        (500, {"wait": timedelta(seconds=7)}),
    ],
)
def test_a_status_says_whether_to_try_again(status: int, means: dict[str, object] | None) -> None:
    error = refusal(Reply(status, "no", timedelta(seconds=7) if status in {429, 500} else None), "The receiver")
    if means is None:
        assert error is None
        return
    assert error is not None
    assert {"permanent": error.permanent, "gone": error.gone, "wait": error.wait} == {
        "permanent": False, "gone": False, "wait": None, **means,
    }  # fmt: skip
    assert str(error).startswith("The receiver ")


@pytest.mark.parametrize(
    ("raised", "permanent", "ambiguous"),
    [
        (httpx2.ConnectError("refused"), False, False),
        (httpx2.ConnectTimeout("slow"), False, False),
        (httpx2.UnsupportedProtocol("what"), True, False),
        (httpx2.ReadTimeout("no answer"), False, True),
        (httpx2.RemoteProtocolError("garbage"), False, True),
    ],
)
def test_a_failure_is_ambiguous_once_the_message_may_have_left(
    raised: Exception, permanent: bool, ambiguous: bool
) -> None:
    with pytest.raises(DeliveryError) as caught:
        answered(raised)
    assert (caught.value.permanent, caught.value.ambiguous) == (permanent, ambiguous)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("30", timedelta(seconds=30)),
        ("999999999999", timedelta(days=1)),
        ("Sat, 01 Jan 2000 00:00:00 GMT", timedelta()),
        pytest.param(
            format_datetime(datetime.now(UTC) + timedelta(days=9), usegmt=True), timedelta(days=1), id="in nine days"
        ),
        ("-5", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_pause_is_read_in_seconds_or_as_a_date_and_bounded(value: str, wait: timedelta | None) -> None:
    assert answered(httpx2.Response(429, headers={"Retry-After": value})).wait == wait


def test_a_reply_is_read_in_part_and_repeats_no_secret() -> None:
    assert len(answered(httpx2.Response(200, content=b"x" * 3 * ENOUGH)).body) == ENOUGH
    assert "s3cret" not in answered(httpx2.Response(404, text=f"no hook at {URL}")).body
    with pytest.raises(DeliveryError) as caught:
        answered(httpx2.ConnectError(f"cannot connect to {URL}"))
    assert "s3cret" not in str(caught.value)


def test_a_redirect_is_not_followed() -> None:
    assert answered(httpx2.Response(302, headers={"Location": "https://elsewhere.example/"})).status == 302
