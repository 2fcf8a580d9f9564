"""Gives the sample's texts their times: thirty ordinary days, one bad morning, and live posts from minute to minute."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import count
from random import Random

from collectors.base import RawMention
from ground.accents import in_ascii

from .texts import Language, Mood, Story, Thread, texts

DAYS = 30
BUZZ_HOURS = 6  # until now, so that the person who loads the sample finds an alert that has just begun
LONGEST_TALK = timedelta(hours=30)
LIVE_MOST = timedelta(hours=6)
LIVE_FIRST = timedelta(minutes=5)
# How busy each hour of the day is, in UTC: France and Britain asleep, at breakfast, at lunch, on the sofa.
RHYTHM = (2, 1, 1, 1, 1, 3, 8, 12, 12, 9, 8, 10, 11, 8, 7, 7, 8, 10, 12, 13, 12, 9, 6, 3)
MODELS = {"Percolune": ("Percolune One", "Percolune One", "Percolune Duo"), "Brumelo": ("Brumelo S",)}
STARS = {"Percolune": (5, 5, 5, 5, 4, 4, 3, 3, 2, 1), "Brumelo": (5, 5, 5, 4, 4, 3, 3, 2, 1, 1)}
REVIEWS = {"Percolune": 76, "Brumelo": 36}
SITES = {"fr": "AvisClair", "en": "StarCritic"}
BOARDS = {"fr": "Forum Café Maison", "en": "Home Baristas"}
NAMES = {
    "fr": ("Maëlle_44", "jp.durand", "Cafeïnomane", "Nanou", "Le Grand Yves", "sophie.lm", "Titouan", "expressoman",
           "Aline R.", "Karim B.", "mamie_gateau", "Lucas75", "Inès", "bzh_coffee", "Clémence", "Hervé L."),
    "en": ("dave_k", "CremaQueen", "Priya S.", "northern_moka", "Tom", "the_real_grinder", "Hannah W.", "beanthere",
           "Owen", "flatwhite88", "Lizzie", "MrPuck", "Aoife", "stuart.g", "Nell", "Femi A."),
}  # fmt: skip
REACH = {"Agence Littoral": 0, "Harbour Newswire": 0, "Kettle & Crema": 4_000, "Radio Estuaire": 60_000}


def feeds(started: datetime, seed: int) -> Iterator[RawMention]:
    """The press: articles, and agency stories that several outlets print within a day, cut or with a dateline."""
    random = Random(f"{seed}-feeds")  # noqa: S311  # a story, not a secret
    for story in texts().press:
        yield from _print(story, _moment(random, started), timedelta(hours=9), random)
    for story in texts().buzz.press:
        yield from _print(story, _buzz_start(started) + timedelta(hours=2), timedelta(hours=3), random)


def forum(started: datetime, seed: int) -> Iterator[RawMention]:
    """Conversations of some hours or days, and the two of the bad morning."""
    random, buzz, morning = Random(f"{seed}-forum"), texts().buzz, _buzz_start(started)  # noqa: S311  # as above
    for number, thread in enumerate(texts().forum):
        start = _moment(random, started, LONGEST_TALK)
        times = [start + timedelta(hours=5 * n * random.random()) for n in range(len(thread.posts))]
        yield from _conversation(thread, f"t{number}", sorted(times), random)
    angry = (("fr", buzz.title_fr, buzz.first, buzz.board_fr), ("en", buzz.title_en, buzz.first_en, buzz.board_en))
    for lang, title, first, replies in angry:
        thread = Thread.model_validate({"lang": lang, "title": title, "posts": (first, *replies)})
        start = morning if lang == "fr" else morning + timedelta(minutes=25)
        times = [start, *sorted(_angry_moment(random, start, morning) for _ in replies)]
        yield from _conversation(thread, f"buzz-{lang}", times, random)


def reviews(started: datetime, seed: int) -> Iterator[RawMention]:
    """Reviews with one to five stars, and the one-star reviews of the bad morning."""
    random, buzz, morning = Random(f"{seed}-reviews"), texts().buzz, _buzz_start(started)  # noqa: S311  # as above
    number = count()
    for brand, many in REVIEWS.items():
        for n in range(many):
            lang: Language = "fr" if n % 2 else "en"
            stars = random.choice(STARS[brand])
            mood = _mood(lang, stars)
            text, title = _review_text(mood, brand, stars, random), random.choice(mood.titles)
            yield _review(lang, next(number), stars, title, text, _moment(random, started), random)
    for lang, angry in (("fr", buzz.reviews_fr), ("en", buzz.reviews_en)):
        for text in angry:
            at = _angry_moment(random, morning + timedelta(hours=1), morning)
            title = random.choice(_mood(lang, 1).titles)
            yield _review(lang, next(number), 1, title, text, at, random)


def live(started: datetime, seed: int, since: datetime | None, until: datetime) -> Iterator[RawMention]:
    """One to three posts for each whole minute of ]since, until]; a minute always has the same posts.

    The first call looks five minutes back, later ones six hours at most.
    """
    oldest = max(started, until - LIVE_MOST, since or until - LIVE_FIRST)
    minute = oldest.astimezone(UTC).replace(second=0, microsecond=0)
    while minute <= until:
        random = Random(f"{seed}-{minute:%Y%m%d%H%M}")  # noqa: S311  # as above
        for n in range(random.randint(1, 3)):
            mention = _post(
                f"live-{seed}-{minute:%Y%m%d%H%M}-{n}", minute + timedelta(seconds=random.randrange(60)), random
            )
            if oldest < _date_of(mention) <= until:
                yield mention
        minute += timedelta(minutes=1)


PAST: dict[str, Callable[[datetime, int], Iterator[RawMention]]] = {"feeds": feeds, "forum": forum, "reviews": reviews}


@lru_cache(maxsize=8)
def history(part: str, started: datetime, seed: int) -> tuple[RawMention, ...]:
    """All mentions of one part, oldest first."""
    return tuple(sorted(PAST[part](started, seed), key=_date_of))


def _print(story: Story, at: datetime, within: timedelta, random: Random) -> Iterator[RawMention]:
    slug = _slug(story.title)
    for n, outlet in enumerate((story.outlet, *story.copies)):
        site = f"{_slug(outlet)}.example"
        yield RawMention(
            external_id=f"{site}/{slug}",
            url=f"https://{site}/{at:%Y/%m}/{slug}",
            title=story.title,
            text=_reprint(story, n),
            author=random.choice(NAMES[story.lang]) if n == 0 and not story.copies else "",
            platform="press",
            outlet=outlet,
            language=story.lang,
            published_at=at if n == 0 else at + within * random.random(),
            reach=REACH.get(outlet, random.randrange(20_000, 400_000, 1_000)) or None,
            engagement={"shares": random.randrange(0, 90)},
        )


def _reprint(story: Story, n: int) -> str:
    """The original, or the copy number `n`: whole, with a dateline, or without its last sentence."""
    if n % 3 == 1:
        return f"{story.outlet} — {story.text}"
    if n % 3 == 2:
        return story.text[: story.text.rstrip(".").rfind(". ") + 1]
    return story.text


def _conversation(thread: Thread, key: str, times: Sequence[datetime], random: Random) -> Iterator[RawMention]:
    board = f"{_slug(BOARDS[thread.lang])}.example"
    people = random.sample(NAMES[thread.lang], k=len(NAMES[thread.lang]))
    thread_id = f"{board}/{key}"
    for n, (post, at) in enumerate(zip(thread.posts, times, strict=True)):
        by_opener = n == 0 or post.startswith("OP: ")
        author = people[0] if by_opener else people[1 + (n - 1) % (len(people) - 1)]
        yield RawMention(
            external_id=f"{thread_id}/{n + 1}",
            url=f"https://{board}/t/{_slug(thread.title)}/{n + 1}",
            title=thread.title if n == 0 else f"Re: {thread.title}",
            text=post.removeprefix("OP: "),
            author=author,
            author_id=f"{board}/u/{_slug(author)}",
            platform="forum",
            outlet=BOARDS[thread.lang],
            language=thread.lang,
            published_at=at,
            thread_id=thread_id,
            parent_id=f"{thread_id}/1" if n else None,
            engagement={"likes": random.randrange(0, 24 if "buzz" in key else 6)},
        )


def _review(lang: Language, number: int, stars: int, title: str, text: str, at: datetime, random: Random) -> RawMention:
    site = f"{SITES[lang].lower()}.example"
    author = random.choice(NAMES[lang])
    return RawMention(
        external_id=f"{site}/{number}",
        url=f"https://{site}/reviews/{number}",
        title=title,
        text=text,
        author=author,
        author_id=f"{site}/u/{_slug(author)}",
        platform="reviews",
        outlet=SITES[lang],
        language=lang,
        published_at=at,
        rating=stars,
        rating_scale=5,
        engagement={"likes": random.randrange(0, 8)},
    )


def _post(external_id: str, at: datetime, random: Random) -> RawMention:
    lang: Language = random.choice(("fr", "en"))
    if random.random() < 0.5:
        text = random.choice(texts().live[lang])
    else:
        brand = random.choice(("Percolune", "Percolune", "Brumelo"))
        stars = random.choice(STARS[brand])
        text = _review_text(_mood(lang, stars), brand, stars, random)
    author = random.choice(NAMES[lang])
    return RawMention(
        external_id=external_id,
        url=f"https://social.example/{_slug(author)}/{external_id}",
        text=text,
        author=author,
        author_id=f"social.example/{_slug(author)}",
        author_followers=random.randrange(20, 9_000),
        platform="social",
        outlet="social.example",
        language=lang,
        published_at=at,
        engagement={"likes": random.randrange(0, 40), "shares": random.randrange(0, 6)},
    )


def _mood(lang: Language, stars: int) -> Mood:
    return texts().reviews[lang]["good" if stars >= 4 else "mid" if stars == 3 else "bad"]


def _review_text(mood: Mood, brand: str, stars: int, random: Random) -> str:
    """An opener, one or two details on different subjects, then a reservation (4 stars) or sometimes a closer."""
    subjects = [subject for subject in (mood.taste, mood.use, mood.care) if subject]
    chosen = random.sample(subjects, k=min(len(subjects), random.randint(1, 2)))
    parts = [random.choice(mood.openers), *(random.choice(subject) for subject in chosen)]
    if stars == 4:
        parts.append(random.choice(mood.reservations))
    elif random.random() < 0.6:
        parts.append(random.choice(mood.closers))
    model = random.choice(MODELS[brand])
    return " ".join(parts).format(m=model, b=brand)


def _moment(random: Random, started: datetime, spare: timedelta = timedelta()) -> datetime:
    """A random moment of the thirty days before `started`, less `spare`, at hours when people write."""
    oldest, newest = started - timedelta(days=DAYS), started - spare
    while True:
        day = (oldest + (newest - oldest) * random.random()).astimezone(UTC)
        hour = random.choices(range(24), weights=RHYTHM)[0]
        at = day.replace(hour=hour, minute=random.randrange(60), second=random.randrange(60), microsecond=0)
        if oldest <= at < newest:
            return at


def _buzz_start(started: datetime) -> datetime:
    return started.astimezone(UTC).replace(second=0, microsecond=0) - timedelta(hours=BUZZ_HOURS)


def _angry_moment(random: Random, earliest: datetime, morning: datetime) -> datetime:
    """A random moment of the bad morning after `earliest`, most often about two hours after it began."""
    hours = random.triangular((earliest - morning) / timedelta(hours=1), BUZZ_HOURS, 2)
    return (morning + timedelta(hours=hours)).replace(microsecond=0)


def _date_of(mention: RawMention) -> datetime:
    assert mention.published_at is not None, "every mention of the sample has a time"
    return mention.published_at


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", in_ascii(text).lower()).strip("-")
