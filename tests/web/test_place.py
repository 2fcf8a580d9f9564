"""Where somebody is in the list, as addresses carry it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from starlette.testclient import TestClient

from app.web.place import place_of

Say = Callable[..., list[str]]


def test_what_is_said_once_and_what_is_empty_stay_behind() -> None:
    said = {"stance": "detractor", "done": "saved", "undo": "x", "open": "y", "q": "", "after": "abc"}
    assert place_of(said) == "stance=detractor&after=abc"


def test_the_page_of_a_mention_leads_back_to_the_same_filters(browser: TestClient, say: Say) -> None:
    [one] = say({"text": "Brumelo answers nobody"})
    row = re.search(rf'href="(/mentions/{one}\?[^"]+)"', browser.get("/?status=new&q=nobody&done=saved").text)
    assert row
    assert html.unescape(row[1]) == f"/mentions/{one}?status=new&q=nobody"
    page = browser.get(html.unescape(row[1])).text
    assert f'href="/?status=new&amp;q=nobody#m-{one}"' in page
    corrected = browser.post(f"/mentions/{one}/status", data={"status": "closed", "next": html.unescape(row[1])})
    assert f'href="/?status=new&amp;q=nobody#m-{one}"' in corrected.text
