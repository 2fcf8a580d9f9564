"""What a channel is given, and what it may report."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.base import DeliveryError, Message
from tests.alerts.messages import retold


@pytest.mark.parametrize(
    ("why", "opens"), [("opened", True), ("worsened", False), ("reminder", False), ("resolved", False)]
)
def test_only_the_first_message_about_an_incident_opens_its_thread(message: Message, why: str, opens: bool) -> None:
    assert retold(message, why=why).subject.opens_thread is opens


def test_an_error_may_be_tried_again_unless_it_says_otherwise() -> None:
    plain = DeliveryError("the server is busy")
    assert (str(plain), plain.permanent, plain.wait, plain.ambiguous, plain.gone) == (
        "the server is busy", False, None, False, False,
    )  # fmt: skip


def test_an_error_says_what_it_means_for_the_delivery() -> None:
    told = DeliveryError("closed", permanent=True, wait=timedelta(minutes=5), ambiguous=True, gone=True)
    assert (told.permanent, told.wait, told.ambiguous, told.gone) == (True, timedelta(minutes=5), True, True)
