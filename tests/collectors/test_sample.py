"""The sample world is the same every time, believable in numbers, and honest about being invented."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any, get_args

import httpx2
import pytest
from pydantic import ValidationError

from collectors.base import RawMention
from collectors.sample import BRANDS, PARTS, Part, SampleWorld, collector, produce
from collectors.sample.texts import texts
from collectors.sample.timeline import BUZZ_HOURS

STARTED = datetime(2026, 11, 20, 14, 3, 30, tzinfo=UTC)
TOLD: tuple[Part, ...] = ("feeds", "forum", "reviews")
MORNING = STARTED.replace(second=0) - timedelta(hours=BUZZ_HOURS)


def told(part: Part, started: datetime = STARTED, seed: int = 1) -> tuple[RawMention, ...]:
    return produce(SampleWorld(part=part, started=started, seed=seed), started)


def everything(started: datetime = STARTED) -> list[RawMention]:
    return [mention for part in TOLD for mention in told(part, started)]


def at(mention: RawMention) -> datetime:
    assert mention.published_at is not None
    return mention.published_at


def names(mention: RawMention) -> set[str]:
    words = f"{mention.title} {mention.text}".lower()
    return {brand.name for brand in BRANDS if brand.name.lower() in words}


def test_every_part_has_a_title() -> None:
    assert set(PARTS) == set(get_args(Part))


@pytest.mark.parametrize(
    "started", [STARTED, STARTED + timedelta(hours=11), datetime(2027, 3, 1, tzinfo=timezone(timedelta(hours=9)))]
)
def test_thirty_days_hold_a_few_hundred_mentions_half_in_each_language(started: datetime) -> None:
    mentions = everything(started)
    languages = Counter(mention.language for mention in mentions)
    assert 300 <= len(mentions) <= 400
    assert 0.45 <= languages["fr"] / len(mentions) <= 0.55
    assert languages["fr"] + languages["en"] == len(mentions)
    assert all(started - timedelta(days=30) <= at(mention) <= started for mention in mentions)


def test_ids_are_unique_and_links_lead_nowhere_real() -> None:
    mentions = everything()
    assert len({mention.external_id for mention in mentions}) == len(mentions)
    assert len({mention.url for mention in mentions}) == len(mentions)
    assert all(re.match(r"https://[a-z-]+\.example/", mention.url or "") for mention in mentions)


def test_the_same_params_give_the_same_mentions_and_another_seed_others() -> None:
    for part in TOLD:
        assert told(part) == told(part)
        assert told(part) == told(part, STARTED.astimezone(timezone(timedelta(hours=5))))
        assert told(part) != told(part, seed=2)


def test_both_brands_are_spoken_of_at_times_together_at_times_neither() -> None:
    spoken = Counter(frozenset(names(mention)) for mention in everything())
    own, rival = BRANDS[0].name, BRANDS[1].name
    assert spoken[frozenset({own})] > spoken[frozenset({rival})] > 20
    assert spoken[frozenset({own, rival})] >= 10
    assert spoken[frozenset()] >= 15


def test_reviews_have_stars_and_their_words_follow_them() -> None:
    reviews = told("reviews")
    assert {mention.rating for mention in reviews} == {1, 2, 3, 4, 5}
    assert all(mention.rating_scale == 5 for mention in reviews)
    good = {sentence for mood in texts().reviews.values() for sentence in mood["good"].titles}
    assert all((mention.title in good) == ((mention.rating or 0) >= 4) for mention in reviews)


def test_a_thread_begins_with_its_opener_and_every_reply_has_its_parent() -> None:
    ids = {mention.external_id: mention for mention in told("forum")}
    for mention in ids.values():
        assert mention.thread_id
        if mention.parent_id:
            assert at(ids[mention.parent_id]) <= at(mention)
            assert ids[mention.parent_id].thread_id == mention.thread_id
    assert sum(mention.parent_id is None for mention in ids.values()) == len(texts().forum) + 2


def test_agency_stories_are_printed_nearly_the_same_by_several_outlets() -> None:
    stories = Counter(mention.title for mention in told("feeds"))
    copied = [title for title, count in stories.items() if count >= 4]
    assert len(copied) >= 3
    for title in copied:
        prints = [mention for mention in told("feeds") if mention.title == title]
        assert len({mention.outlet for mention in prints}) == len(prints)
        assert 1 < len({mention.text for mention in prints}) <= 3


def test_the_six_hours_before_are_all_about_one_fault() -> None:
    mentions = everything()
    angry = [
        m
        for m in mentions
        if MORNING <= at(m) <= MORNING + timedelta(hours=BUZZ_HOURS) and "ercolune" in m.title + m.text
    ]
    told_of = [m for m in mentions if re.search(r"4\.2|détartrage|descal", m.title) and "ercolune" in m.title]
    assert min(told_of, key=at).text == texts().buzz.first
    assert at(min(told_of, key=at)) == MORNING
    assert len(angry) >= 55
    usual = Counter(at(m).date() for m in mentions if "ercolune" in m.title + m.text)
    for day in {MORNING.date(), STARTED.date()}:
        del usual[day]
    assert len(angry) > 3 * max(usual.values())


def test_people_write_by_day_rather_than_by_night() -> None:
    hours = Counter(at(mention).hour for mention in everything())
    assert sum(hours[h] for h in range(5)) < 0.1 * sum(hours.values())


def test_there_are_many_different_sentences() -> None:
    sentences = {s for m in everything() for s in re.split(r"(?<=[.!?…]) ", m.text)}
    assert len(sentences) >= 350


def test_no_place_is_left_unfilled() -> None:
    live = produce(SampleWorld(part="live", started=STARTED), STARTED + timedelta(hours=5), STARTED)
    assert not [mention for mention in (*everything(), *live) if re.search(r"[{}]", mention.text + mention.title)]


def test_live_says_the_same_in_the_same_minute_whoever_asks() -> None:
    params = SampleWorld(part="live", started=STARTED)
    until = STARTED + timedelta(hours=1)
    whole = produce(params, until, STARTED)
    halves = [
        *produce(params, STARTED + timedelta(minutes=20, seconds=30), STARTED),
        *produce(params, until, STARTED + timedelta(minutes=20, seconds=30)),
    ]
    assert list(whole) == halves
    assert 60 <= len(whole) <= 180
    assert all(names(mention) for mention in whole)
    assert len({mention.text for mention in whole}) > 0.6 * len(whole)


def test_live_does_not_make_up_for_a_long_absence() -> None:
    params = SampleWorld(part="live", started=STARTED)
    until = STARTED + timedelta(days=40)
    assert all(at(mention) > until - timedelta(hours=6) for mention in produce(params, until, STARTED))
    assert all(at(mention) > until - timedelta(minutes=5) for mention in produce(params, until))
    assert produce(params, STARTED - timedelta(hours=1)) == ()


@pytest.mark.parametrize("part", TOLD)
def test_a_second_run_yields_nothing_new(part: Part, http: httpx2.Client) -> None:
    started = datetime.combine(datetime.now(UTC).date(), time(tzinfo=UTC))
    params = SampleWorld(part=part, started=started)
    (first,) = collector.pages(params, {}, http)
    (second,) = collector.pages(params, first.cursor, http)
    assert first.mentions
    assert (second.mentions, second.unchanged) == ((), True)
    assert second.cursor["until"] >= first.cursor["until"]  # type: ignore[operator]  # both are ISO dates


@pytest.mark.parametrize(
    "given", [{}, {"started": "2026-11-02T08:00:00"}, {"started": "2026-11-02T08:00:00Z", "part": "x"}]
)
def test_params_that_say_no_moment_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        SampleWorld.model_validate(given)
