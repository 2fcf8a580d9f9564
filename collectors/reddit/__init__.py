"""Reddit: a search over all of it or in one community, or all that a community writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

import httpx2
from pydantic import AfterValidator, Field, SecretStr, model_validator

from collectors._kit.fields import Interface, Line, Params, Words
from collectors.base import Collector, Cursor, Page, Window

from .api import Reddit
from .listings import Question, read_new, read_window

COMMUNITY = re.compile(r"(?:https?://(?:www\.|old\.)?reddit\.com)?/?(?:r/)?([A-Za-z0-9_]{2,50})/?", re.ASCII)


def _community(given: str) -> str:
    found = COMMUNITY.fullmatch(given) if given else None
    if given and found is None:
        raise ValueError("write the name of the community alone, such as coffee")
    return found[1] if found else ""


class RedditSearch(Params):
    """What is searched for and where, and the app that Reddit approved."""

    query: Line = Field(
        default="",
        title="Words",
        description="As in Reddit's own search; quotes keep words together",
        examples=['"acme"'],
    )
    subreddit: Annotated[Line, AfterValidator(_community)] = Field(
        default="", title="Community", description="Empty: all of Reddit", examples=["coffee"]
    )
    comments: bool = Field(
        default=True, title="Comments", description="All comments of the community: Reddit cannot search in comments"
    )
    client_id: Words = Field(title="Client id", examples=["p-jcoLKBynTLew"])
    client_secret: SecretStr = Field(title="Client secret", max_length=200)
    base_url: Interface = Field(default="https://oauth.reddit.com", title="Address of the API")
    login_url: Interface = Field(default="https://www.reddit.com", title="Address that gives the token")

    @model_validator(mode="after")
    def _asks_something(self) -> RedditSearch:
        if not self.query and not self.subreddit:
            raise ValueError("give words to search for, a community, or both")
        return self


def pages(params: RedditSearch, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What is new, then what became of what was read in the last 7 days."""
    return read_new(_questions(params), cursor, _reddit(params, http))


def backfill(params: RedditSearch, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """What was published in the window, as far back as Reddit's listings go."""
    return read_window(list(reversed(_questions(params))), cursor, window, _reddit(params, http))


def _questions(params: RedditSearch) -> list[Question]:
    if not params.subreddit:
        return [Question("posts", "/search", params.query)]
    inside = f"/r/{params.subreddit}"
    posts = Question("posts", f"{inside}/search", params.query) if params.query else Question("posts", f"{inside}/new")
    return [posts, Question("comments", f"{inside}/comments")] if params.comments else [posts]


def _reddit(params: RedditSearch, http: httpx2.Client) -> Reddit:
    client = (params.client_id, params.client_secret.get_secret_value())
    return Reddit(http, params.base_url, params.login_url, client)


collector = Collector(
    kind="reddit",
    title={"en": "Reddit", "fr": "Reddit"},
    params=RedditSearch,
    pages=pages,
    backfill=backfill,
    help={
        "en": "Posts found on all of Reddit or in one community, and all comments of a community. Reddit has to "
        "approve your app first; without it, the feed of a community can be read as a «Feed», more slowly.",
        "fr": "Les publications trouvées sur tout Reddit ou dans une communauté, et tous les commentaires d'une "
        "communauté. Reddit doit d'abord approuver votre application ; sans cela, le flux d'une communauté se lit "
        "comme un «Flux», plus lentement.",
    },
    steps={
        "en": (
            (
                "Since November 2025 Reddit approves each app by hand (Responsible Builder Policy): on "
                "support.reddithelp.com, send the request for access to the API, saying that you read public posts "
                "about your brand. Commercial use needs a contract, and many requests are refused."
            ),
            (
                "Once approved, open reddit.com/prefs/apps, «create another app», type «script», with any address of "
                "yours as redirect uri."
            ),
            "The client id stands under the name of the app, the client secret next to «secret»: paste both here.",
            (
                "Have your administrator set a contact address in Vigie (CONTACT): Reddit blocks apps that do not "
                "say who they are."
            ),
        ),
        "fr": (
            (
                "Depuis novembre 2025, Reddit approuve chaque application à la main (Responsible Builder Policy) : "
                "sur support.reddithelp.com, demandez l'accès à l'API en disant que vous lisez les publications "
                "publiques sur votre marque. L'usage commercial demande un contrat, et beaucoup de demandes sont "
                "refusées."
            ),
            (
                "Une fois l'accord obtenu, ouvrez reddit.com/prefs/apps, «create another app», type «script», avec une "
                "adresse à vous comme redirect uri."
            ),
            (
                "Le client id est écrit sous le nom de l'application, le client secret à côté de «secret» : collez "
                "les deux ici."
            ),
            (
                "Faites indiquer par votre administrateur une adresse de contact dans Vigie (CONTACT) : Reddit "
                "bloque les applications qui ne disent pas qui elles sont."
            ),
        ),
    },
    blind={
        "en": (
            "Comments outside the community you name: Reddit's search finds posts only.",
            "What lies beyond the newest 1,000 entries of a listing: Reddit gives no more.",
            "Private, quarantined and banned communities; images and videos without words.",
            "Deletions and new scores after 7 days, and beyond the newest 500 posts and comments read.",
            "How often a post was seen, and how many follow its author.",
        ),
        "fr": (
            "Les commentaires hors de la communauté indiquée : la recherche de Reddit ne trouve que des publications.",
            "Ce qui dépasse les 1 000 dernières entrées d'une liste : Reddit n'en donne pas plus.",
            "Les communautés privées, en quarantaine ou bannies ; les images et vidéos sans texte.",
            (
                "Les suppressions et les nouveaux scores au-delà de 7 jours, et des 500 dernières publications et "
                "commentaires lus."
            ),
            "Combien de fois une publication a été vue, et combien de personnes suivent son auteur.",
        ),
    },
    platform="reddit",
    group="social",
    auth="oauth",
    min_interval=timedelta(minutes=10),
    gap=timedelta(seconds=1),
    history={
        "en": "about 1,000 posts and 1,000 comments, however old",
        "fr": "environ 1 000 publications et 1 000 commentaires, quel que soit leur âge",
    },
    may_train=False,
    deletions=True,
)
