"""Google Play: the reviews of your own app, those of the last week, which is all that Google gives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Annotated, Any

import httpx2
from pydantic import Field, SecretStr, StringConstraints

from ._kit.answers import Count, Part, Text, answer_of, each
from ._kit.fetch import fetch, host_of
from ._kit.fields import BaseUrl, Interface, Params
from ._kit.items import fit_id
from ._kit.newest import Listing, forward, look_back
from ._kit.stars import SCALE, stars
from ._kit.times import moment
from ._platforms.google import TOKEN_URL, judge, service_token
from .base import Collector, Cursor, Page, RawMention, SourceError, SourceRefused

SCOPE = "https://www.googleapis.com/auth/androidpublisher"
PAGE_SIZE, MOST_PAGES = 100, 50  # 200 calls an hour are allowed for one app
OVERLAP = timedelta(days=1)

NOT_THERE = (
    "Google Play knows no app {package} that this service account may see: check the name of its package, and invite "
    "the account in the Play Console"
)
NO_RIGHT = (
    "this service account may not read reviews: in the Play Console, «Users and permissions», give it the right "
    "«Reply to reviews» for the app"
)


class App(Params):
    base_url: Interface = Field("https://androidpublisher.googleapis.com", title="Address of the interface")
    package: Annotated[
        str,
        StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)+$", max_length=200),
    ] = Field(title="Package name", description="As in the address of its page", examples=["com.example.bikes"])
    service_account: SecretStr = Field(
        title="Service account", description="The whole text of its JSON file", max_length=10_000
    )
    token_url: BaseUrl = Field(TOKEN_URL, title="Address of tokens", description="Leave it as it is")


class Modified(Part):
    seconds: Any = None


class UserComment(Part):
    text: Text = ""
    original: Text = Field("", alias="originalText")
    modified: Modified | None = Field(None, alias="lastModified")
    stars: float | None = Field(None, alias="starRating")
    language: Text = Field("", alias="reviewerLanguage")
    version: Text = Field("", alias="appVersionName")
    thumbs_up: Count = Field(None, alias="thumbsUpCount")
    thumbs_down: Count = Field(None, alias="thumbsDownCount")


class Comment(Part):
    """What a user wrote, or what the publisher answered: the answer is no mention."""

    user: UserComment | None = Field(None, alias="userComment")


class Review(Part):
    id: Annotated[str, Field(min_length=1, alias="reviewId")]
    author: Text = Field("", alias="authorName")
    comments: list[Comment] = Field(default_factory=list)


class Tokens(Part):
    next: Text = Field("", alias="nextPageToken")


class Answer(Part):
    """Without any review, the list is left out."""

    reviews: Annotated[list[Any], Field(max_length=1_000)] = Field(default_factory=list)
    tokens: Tokens | None = Field(None, alias="tokenPagination")


def pages(params: App, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What was written or changed since the cursor's `newest`, less a day."""
    known = moment(cursor.get("newest"))
    since = look_back(known, OVERLAP)
    token = service_token(http, params.service_account, params.token_url, SCOPE)
    for step in forward(partial(_ask, params, http, token), known, since, MOST_PAGES):
        now: Cursor = {"newest": step.newest.isoformat()} if step.last and step.newest else cursor
        new = step.listing
        yield Page(new.mentions, now, broken=new.broken, warning=step.warning)


def _ask(params: App, http: httpx2.Client, token: str, mark: str | None) -> Listing:
    asked: dict[str, str | int] = {"maxResults": PAGE_SIZE, **({"token": mark} if mark else {})}
    url = f"{params.base_url}/androidpublisher/v3/applications/{params.package}/reviews"
    told = partial(_judge, params.package)
    got = fetch(http, url, headers={"Authorization": f"Bearer {token}"}, params=asked, judge=told)
    answer = answer_of(Answer, got)
    to_mention = partial(mention, params.package)
    mentions, broken = each(Review, answer.reviews, to_mention, host_of(params.base_url), "reviewId")
    times = tuple(one.published_at for one in mentions if one.published_at)
    return Listing(mentions, broken, answer.tokens.next or None if answer.tokens else None, times)


def _judge(package: str, answer: httpx2.Response) -> SourceError | None:
    told = judge(answer)
    if told is None and answer.status_code == 403:
        return SourceRefused(NO_RIGHT)
    if told is None and answer.status_code == 404:
        return SourceRefused(NOT_THERE, package=package)
    return told


def mention(package: str, review: Review) -> RawMention | None:
    """A title and a text are told apart by a tab. None for a review whose words are not given."""
    said = next((comment.user for comment in review.comments if comment.user), None)
    if said is None:
        return None
    title, tab, text = (said.original or said.text).partition("\t")
    title, text = (title.strip(), text.strip()) if tab else ("", title.strip())
    return RawMention(
        external_id=fit_id(review.id),
        url=f"https://play.google.com/store/apps/details?id={package}&reviewId={review.id}",
        title=title,
        text=text or ("" if title else stars(said.stars)),
        author=review.author,
        platform="google play",
        language=said.language or None,
        published_at=moment(said.modified.seconds) if said.modified else None,
        thread_id=package,
        rating=said.stars,
        rating_scale=SCALE if said.stars is not None else None,
        engagement={"likes": said.thumbs_up} if said.thumbs_up is not None else {},
    )


collector = Collector(
    kind="google_play",
    title={"en": "Google Play (your own app)", "fr": "Google Play (votre propre application)"},
    help={
        "en": "The reviews of your own Android app. Google gives those of the last seven days only: start early, and "
        "let it be read at least once a day.",
        "fr": "Les avis de votre propre application Android. Google ne donne que ceux des sept derniers jours : "
        "commencez tôt, et laissez lire au moins une fois par jour.",
    },
    params=App,
    pages=pages,
    steps={
        "en": (
            "In console.cloud.google.com, choose a project and switch on «Google Play Android Developer API».",
            "Under «IAM & Admin», «Service accounts», create an account named «vigie», without any role.",
            "Open it, then «Keys», «Add key», «Create new key», JSON: a file is downloaded.",
            "In play.google.com/console, «Users and permissions», invite the e-mail address of that account.",
            "Give it, for your app, the right «Reply to reviews», which includes reading them. It can take a day.",
            "Paste the whole text of the file here, and the package name, as in the address of the app's page.",
        ),
        "fr": (
            "Dans console.cloud.google.com, choisissez un projet et activez « Google Play Android Developer API ».",
            "Sous « IAM et administration », « Comptes de service », créez un compte « vigie », sans aucun rôle.",
            "Ouvrez-le, puis « Clés », « Ajouter une clé », « Créer une clé », JSON : un fichier est téléchargé.",
            "Dans play.google.com/console, « Utilisateurs et autorisations », invitez l'adresse de ce compte.",
            (
                "Donnez-lui, pour votre application, le droit « Répondre aux avis », qui permet aussi de les lire. "
                "Cela peut prendre un jour."
            ),
            "Collez ici tout le texte du fichier, et le nom du package, comme dans l'adresse de la page.",
        ),
    },
    blind={
        "en": (
            "Reviews older than a week: the interface does not give them, and a pause of more than a week loses some.",
            "Ratings without words, reviews of test versions, and the apps of others.",
            "When a review was first written: Google tells when it was last changed.",
            "Reviews that were deleted: they stay here until their retention ends.",
        ),
        "fr": (
            "Les avis de plus d'une semaine : l'interface ne les donne pas, et une pause plus longue en perd.",
            "Les notes sans texte, les avis des versions de test, et les applications des autres.",
            "La date du premier envoi d'un avis : Google donne celle de sa dernière modification.",
            "Les avis supprimés : ils restent ici jusqu'au terme de leur conservation.",
        ),
    },
    platform="google play",
    group="reviews",
    auth="oauth",
    min_interval=timedelta(minutes=30),
    default_interval=timedelta(hours=2),
    history={"en": "the last seven days", "fr": "les sept derniers jours"},
    history_days=7,
)
