from __future__ import annotations

from ground.notice import Notice, as_json


def test_a_notice_is_kept_as_its_template_and_what_fills_it() -> None:
    notice = Notice("{host} answered {status}", {"host": "example.org", "status": 404})
    assert as_json(notice) == {
        "text": "{host} answered {status}",
        "args": {"host": "example.org", "status": 404},
    }
    assert str(notice) == "example.org answered 404"


def test_no_notice_is_kept_as_nothing() -> None:
    assert as_json(None) is None
