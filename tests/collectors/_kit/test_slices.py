"""A stretch of time read slice by slice: all of it, in few questions, whatever is in it and wherever it stops."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from collectors._kit.slices import Read, backward, forward
from collectors.base import Page, RawMention, Window

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=10)
MOST = 10
Said = list[datetime]


class Platform:
    """Gives at most MOST of what was said in a window. `counts`: it tells how many there are; else only «more»."""

    def __init__(self, said: Said, *, counts: bool = True, pause_at: int = 0) -> None:
        self.said, self.counts, self.pause_at = said, counts, pause_at
        self.asked: list[Window] = []

    def __call__(self, window: Window) -> Read:
        self.asked.append(window)
        here = [(n, at) for n, at in enumerate(self.said) if window.since <= at < window.until]
        full = len(here) / MOST if self.counts or len(here) <= MOST else 2.0
        pause = timedelta(seconds=0.2) if len(self.asked) == self.pause_at else None
        return Read(tuple(RawMention(str(n), published_at=at) for n, at in here[:MOST]), (), full, pause)


def ids(pages: list[Page]) -> list[str]:
    return [mention.external_id for page in pages for mention in page.mentions]


seconds = st.integers(0, 10 * 86_400 - 1).map(lambda second: SINCE + timedelta(seconds=second))
busy_hour = st.integers(0, 3_599).map(lambda second: SINCE + timedelta(days=4, seconds=second))


@given(said=st.lists(seconds | busy_hour, max_size=300, unique=True), counts=st.booleans())
def test_everything_is_given_once_backwards_and_each_page_says_how_far(said: Said, counts: bool) -> None:
    pages = list(backward({}, Window(SINCE, UNTIL), Platform(said, counts=counts), most=MOST))
    assert sorted(ids(pages), key=int) == [str(n) for n in range(len(said))]
    reached = [page.reached for page in pages if page.reached]
    assert reached == sorted(reached, reverse=True)
    assert reached[-1] == SINCE
    for number, page in enumerate(pages, 1):
        assert page.reached is not None
        later = {str(n) for n, at in enumerate(said) if at >= page.reached}
        assert later == set(ids(pages[:number]))


@given(said=st.lists(seconds, max_size=200, unique=True), stop=st.integers(1, 20), pause_at=st.integers(0, 6))
def test_it_goes_on_from_any_page_and_after_any_pause(said: Said, stop: int, pause_at: int) -> None:
    window = Window(SINCE, UNTIL)
    begun = list(islice(backward({}, window, Platform(said, counts=False, pause_at=pause_at), most=MOST), stop))
    rest = list(backward(begun[-1].cursor, window, Platform(said, counts=False), most=MOST))
    assert set(ids(begun + rest)) == {str(n) for n in range(len(said))}
    assert rest[-1].reached == SINCE


def test_a_pause_is_obeyed_before_the_next_question_even_of_a_fifth_of_a_second() -> None:
    platform = Platform([SINCE + timedelta(minutes=n) for n in range(200)], pause_at=1)
    [page] = backward({}, Window(SINCE, UNTIL), platform, most=MOST)
    assert (len(platform.asked), page.asked, page.reached) == (1, timedelta(seconds=0.2), UNTIL)
    platform.pause_at = 0
    list(backward(page.cursor, Window(SINCE, UNTIL), platform, most=MOST))
    assert platform.asked[1].since > SINCE + timedelta(days=8)


def test_few_questions_are_asked_for_much() -> None:
    platform = Platform([SINCE + timedelta(seconds=n * 400) for n in range(2_000)])
    assert len(ids(list(backward({}, Window(SINCE, UNTIL), platform, most=MOST)))) == 2_000
    assert len(platform.asked) < 350


def test_a_second_that_holds_more_than_an_answer_is_told() -> None:
    platform = Platform([SINCE + timedelta(days=1)] * 15)
    pages = list(backward({}, Window(SINCE, UNTIL), platform, most=MOST))
    assert [str(page.warning) for page in pages if page.warning] == [
        "more than 10 hits: narrow the query, or shorten the interval"
    ]
    assert len(set(ids(pages))) == 10


def test_an_empty_window_is_done_at_once() -> None:
    window = Window(SINCE, SINCE)
    [page] = backward({}, window, Platform([]), most=MOST)
    assert (page.mentions, page.reached) == ((), SINCE)
    [again] = backward(page.cursor, window, Platform([]), most=MOST)
    assert again.reached == SINCE


def test_what_lies_before_all_that_is_known_is_not_asked_for() -> None:
    platform = Platform([SINCE + timedelta(days=n) for n in range(10)])
    pages = list(backward({}, Window(SINCE, UNTIL), platform, most=MOST, oldest=SINCE + timedelta(days=7)))
    assert (len(ids(pages)), pages[-1].reached) == (3, SINCE)
    assert min(one.since for one in platform.asked) == SINCE + timedelta(days=7)
    [nothing] = backward({}, Window(SINCE, UNTIL), platform, most=MOST, oldest=UNTIL + timedelta(days=1))
    assert (nothing.mentions, nothing.reached) == ((), SINCE)


HOUR = timedelta(hours=1)


def ahead(cursor: dict[str, str | int], platform: Platform) -> list[Page]:
    kept = {**cursor}
    return list(forward(kept, platform, overlap=HOUR, first=timedelta(days=7), most=MOST))


@given(spread=st.lists(st.integers(60, 7 * 86_400 - 7_200), max_size=120, unique=True), stop=st.integers(1, 8))
def test_what_is_new_is_lost_at_no_interruption(spread: list[int], stop: int) -> None:
    said = [datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=second) for second in spread]
    whole = ahead({}, Platform(said))
    assert set(ids(whole)) == {str(n) for n in range(len(said))}
    begun = list(islice(forward({}, Platform(said), overlap=HOUR, first=timedelta(days=7), most=MOST), stop))
    rest = list(forward(begun[-1].cursor, Platform(said), overlap=HOUR, first=timedelta(days=7), most=MOST))
    assert set(ids(begun + rest)) == {str(n) for n in range(len(said))}


def test_what_comes_late_is_found_by_looking_back_an_hour() -> None:
    now = datetime.now(UTC)
    first = ahead({}, Platform([]))
    late = Platform([now - timedelta(minutes=50)])
    assert ids(list(forward(first[-1].cursor, late, overlap=HOUR, first=HOUR, most=MOST))) == ["0"]
    assert late.asked[0].since > now - timedelta(minutes=61)


def test_a_pause_keeps_the_place_and_the_next_reading_asks_for_less() -> None:
    now = datetime.now(UTC)
    said = [now - timedelta(minutes=2 * n + 90) for n in range(500)]
    platform = Platform(said, counts=False, pause_at=1)
    begun = ahead({}, platform)
    assert (len(begun), begun[0].asked) == (1, timedelta(seconds=0.2))
    platform.pause_at = 0
    rest = list(forward(begun[0].cursor, platform, overlap=HOUR, first=timedelta(days=7), most=MOST))
    assert set(ids(begun + rest)) == {str(n) for n in range(500)}
    first, second = platform.asked[:2]
    assert abs(second.since - first.since) < timedelta(seconds=2)
    assert second.until - second.since < (first.until - first.since) / 2
