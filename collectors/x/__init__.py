"""X: a search in the posts of the last seven days, or the posts that name an account; paid by the post."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2

from collectors._kit.paging import capped
from collectors.base import Collector, Cursor, Meter, Page, Window
from ground.notice import Json, Notice

from .posts import POST, at_of, id_at
from .refusals import TooOld
from .search import LARGEST, Part, Reading, number, walk

FIRST = 20
"""Posts of the very first page: a trial shows no more, and each of them is paid."""
MOST = 1_000
HISTORY = timedelta(days=7, minutes=-2)
"""X refuses ids of posts that leave its seven days while the request is on its way."""
SETTLED = timedelta(seconds=30)
"""X shows posts some seconds after they are written, and refuses ends that are later than that."""
GAP = Notice("X shows the last 7 days only: what was posted before them was not read")
"""What is said when a source was not read for longer than X goes back."""


def pages(params: Reading, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What is newer than the cursor's `newest`, newest first, 1,000 posts at most.

    Until the last page the cursor also holds `since` and `until`: what lies between has still to be read, and the next
    run begins with it. Nothing is read twice on purpose, since all is paid: X shows posts once they are settled.
    """
    known, until, lost = number(cursor.get("newest")), number(cursor.get("until")), None
    if until:
        try:
            for page in _rest(params, known, number(cursor.get("since")), until, http):
                yield page
                lost = page.warning or lost
                if page.asked is not None:
                    return
        except TooOld:
            lost = GAP
        else:
            cursor = {"newest": str(known)}
    for page in _news(params, known, http):
        warning = page.warning or lost
        quiet = not (page.mentions or page.broken or warning) and page.cursor == cursor
        yield replace(page, warning=warning, unchanged=quiet)


def _rest(params: Reading, newest: int, since: int, until: int, http: httpx2.Client) -> Iterator[Page]:
    """What a run that was cut short had left. Raises TooOld."""
    for part in walk(params, since, until, http):
        until = part.oldest or until
        left = {"since": str(since), "until": str(until)} if part.more else {}
        yield _page(part, {"newest": str(newest), **left}, warning=GAP if part.gap else None)


def _news(params: Reading, known: int, http: httpx2.Client) -> Iterator[Page]:
    """A search that begins nowhere begins seven days ago."""
    since = known or (0 if params.mode == "search" else id_at(datetime.now(UTC) - HISTORY))
    newest, oldest, count = known, 0, 0
    for part in walk(params, since, 0, http, LARGEST if known else FIRST):
        newest, oldest = max(newest, part.newest), part.oldest or oldest
        count += len(part.mentions) + len(part.broken)
        full = part.more and count >= MOST
        cursor: dict[str, Json] = {"newest": str(newest)} if newest else {}
        if part.more and oldest and not full:
            cursor |= {"since": str(since), "until": str(oldest)}
        yield _page(part, cursor, warning=capped(MOST) if full else GAP if part.gap else None)
        if full:
            return


def backfill(params: Reading, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """What was posted in the window, newest first. The cursor holds `until`, the oldest id that was read."""
    now = datetime.now(UTC)
    start = max(window.since, now - HISTORY) if params.mode == "search" else window.since
    warning = GAP if start > window.since else None
    until = number(cursor.get("until")) or (id_at(window.until) if window.until < now - SETTLED else 0)
    since = max(id_at(start) - 1, 0)
    if until and until <= since + 1:
        yield Page((), dict(cursor), warning=warning, reached=window.since)
        return
    for part in walk(params, since, until, http):
        until = part.oldest or until
        reached = _reached(until, window) if part.more else window.since
        yield _page(part, {"until": str(until)} if until else {}, warning=warning, reached=reached)


def _reached(oldest: int, window: Window) -> datetime:
    return max(window.since, min(at_of(str(oldest)) or window.until, window.until))


def _page(
    part: Part, cursor: Mapping[str, Json], *, warning: Notice | None = None, reached: datetime | None = None
) -> Page:
    return Page(part.mentions, dict(cursor), part.asked, warning=warning, broken=part.broken, reached=reached)


collector = Collector(
    kind="x",
    title={"en": "X (Twitter)", "fr": "X (Twitter)"},
    params=Reading,
    pages=pages,
    backfill=backfill,
    platform="x",
    group="social",
    auth="token",
    help={
        "en": "Public posts that a search finds, or that name your account. X is paid by the post: a budget that you "
        "set is never passed.",
        "fr": "Les posts publics qu'une recherche trouve, ou qui nomment votre compte. X se paie au post : le budget "
        "que vous fixez n'est jamais dépassé.",
    },
    steps={
        "en": (
            "Open console.x.com, log in with an X account and accept the developer terms.",
            (
                "Buy credits there (Billing): a post that is read costs 0.005 dollar. Set a spending limit too: a "
                "second safety net."
            ),
            "Create an app (Apps, Create). Its purpose is monitoring what is said of your brand.",
            "In the app, open «Keys and tokens» and generate the Bearer Token. It is shown once: paste it here.",
            (
                "To read what names your account, choose «mentions» and give the number of the account, which a search "
                "by name in the console tells."
            ),
            "Set the budget for a month. Begin low: the page of the source shows what a month will come to.",
        ),
        "fr": (
            "Ouvrez console.x.com, connectez-vous avec un compte X et acceptez les conditions pour développeurs.",
            (
                "Achetez-y des crédits (Billing) : un post lu coûte 0,005 dollar. Fixez-y aussi un plafond : "
                "c'est un second garde-fou."
            ),
            "Créez une application (Apps, Create). Son but est la veille de ce qui se dit de votre marque.",
            (
                "Dans l'application, ouvrez «Keys and tokens» et générez le Bearer Token, montré une seule fois : "
                "collez-le ici."
            ),
            (
                "Pour lire ce qui nomme votre compte, choisissez «mentions» et donnez le numéro du compte, qu'une "
                "recherche par nom dans la console indique."
            ),
            "Fixez le budget d'un mois. Commencez bas : la page de la source montre ce que coûtera le mois.",
        ),
    },
    blind={
        "en": (
            "Posts older than 7 days, those of private accounts, and direct messages.",
            "What was said while the budget was used up, once that is more than 7 days ago.",
            (
                "What is deleted on X stays here: X tells only who asks again for each post, and charges for it. Its "
                "terms want such posts gone within 24 hours of a request: delete the mention when somebody asks you to."
            ),
            (
                "Reposts: they are counted as shares of the original, as far as X had counted when the post was read. "
                "Later likes and shares are not followed."
            ),
            "Who wrote, and what a post quotes, unless you choose to pay for it.",
        ),
        "fr": (
            "Les posts de plus de 7 jours, ceux des comptes privés, et les messages privés.",
            "Ce qui s'est dit pendant que le budget était épuisé, une fois passés 7 jours.",
            (
                "Ce qui est supprimé sur X reste ici : X ne le dit qu'à qui redemande chaque post, et le facture. Ses "
                "conditions veulent ces posts effacés sous 24 heures après une demande : supprimez alors la mention."
            ),
            (
                "Les reposts : ils comptent comme partages de l'original, tels que X les comptait à la lecture. Les "
                "mentions j'aime et partages ultérieurs ne sont pas suivis."
            ),
            "Qui a écrit, et ce qu'un post cite, sauf si vous choisissez de le payer.",
        ),
    },
    history={
        "en": "the posts of the last 7 days, 1,000 at most",
        "fr": "les posts des 7 derniers jours, 1 000 au plus",
    },
    history_days=7,
    min_interval=timedelta(minutes=15),
    default_interval=timedelta(hours=1),
    cost=POST / 1_000_000,
    meters={
        "dollars": Meter(
            limit="monthly_budget",
            period="month",
            unit={"en": "US dollars", "fr": "dollars américains"},
            scale=1_000_000,
        )
    },
    may_train=False,
)
