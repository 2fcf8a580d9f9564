"""A Facebook Page of one's own: what visitors post and comment, where the Page is tagged, and how it is rated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

import httpx2
from pydantic import Field, SecretStr, StringConstraints

from collectors._kit.fields import Interface, Params
from collectors._kit.signatures import check_hub, hub_challenge
from collectors._platforms.graph import Graph
from collectors.base import Collector, Cursor, Inbound, Page, Received, Window

from .reading import What, read_page, read_window
from .webhooks import received


class FacebookPage(Params):
    """The Page, what to read of it, and the two secrets for what Meta sends by itself."""

    page: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{3,25}$")] = Field(
        title="Page id",
        description="The number under «About», «Page transparency» on the Page",
        examples=["102030405060708"],
    )
    token: SecretStr = Field(title="Page access token", max_length=2_000)
    posts: bool = Field(default=True, title="What visitors post on the Page")
    comments: bool = Field(default=True, title="Comments under the posts of the Page")
    tagged: bool = Field(default=True, title="Posts of others in which the Page is tagged")
    ratings: bool = Field(
        default=False,
        title="Recommendations",
        description="Meta gives them up to version v21.0 only; with later ones they arrive by the webhook «ratings»",
    )
    own: bool = Field(
        default=False, title="What the Page itself writes", description="Its own posts and answers, as mentions too"
    )
    app_secret: SecretStr = Field(
        default=SecretStr(""),
        title="App secret",
        description="For what Meta sends by itself (webhooks)",
        max_length=200,
    )
    verify_token: SecretStr = Field(
        default=SecretStr(""),
        title="Verify token",
        description="A word you make up, and give to Meta with the address of the webhook",
        max_length=200,
    )
    version: Annotated[str, StringConstraints(pattern=r"^v[0-9]{1,2}\.[0-9]$")] = Field(
        default="v26.0", title="Version of the Graph API"
    )
    base_url: Interface = Field(default="https://graph.facebook.com", title="Address of the Graph API")


def pages(params: FacebookPage, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What a webhook named, the posts of the last 30 days, the comments under those that changed, tags and ratings."""
    return read_page(_what(params), cursor, _graph(params, http))


def backfill(params: FacebookPage, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The posts of the window with their comments, newest first."""
    return read_window(_what(params), cursor, window, _graph(params, http))


def receive(params: FacebookPage, sent: Inbound) -> Received:
    """What Meta sends about the Page, and its question whether the address is ours."""
    if sent.method == "GET":
        return Received(reply=hub_challenge(sent.query, params.verify_token.get_secret_value()))
    check_hub(params.app_secret.get_secret_value(), sent.headers, sent.body)
    return received(sent.body, params.page, params.own)


def _what(params: FacebookPage) -> What:
    return What(params.page, params.posts, params.comments, params.tagged, params.ratings, params.own)


def _graph(params: FacebookPage, http: httpx2.Client) -> Graph:
    return Graph(http, f"{params.base_url}/{params.version}", params.token.get_secret_value())


collector = Collector(
    kind="facebook",
    title={"en": "Facebook Page", "fr": "Page Facebook"},
    params=FacebookPage,
    pages=pages,
    backfill=backfill,
    receive=receive,
    help={
        "en": "What people post, comment and recommend on your own Page, and posts that tag it. "
        "Facebook offers no search in the public posts of others.",
        "fr": "Ce que l'on publie, commente et recommande sur votre propre Page, et les publications qui l'identifient."
        " Facebook n'offre aucune recherche dans les publications publiques d'autrui.",
    },
    steps={
        "en": (
            "On developers.facebook.com, create an app of type «Business» and link it to your Meta business account.",
            (
                "Ask for the permissions pages_show_list, pages_read_engagement, pages_read_user_content and "
                "pages_manage_metadata. Reading what others write needs Meta's approval (App Review), which takes "
                "days to weeks; the account that owns the app may try it before."
            ),
            (
                "In Business Settings, «System users», create one, give it the Page, and generate a token with these "
                "permissions that never expires."
            ),
            (
                "In the Graph API Explorer, ask for /me/accounts with this token: the access_token shown next to "
                "your Page is the one to paste here, and its id is the Page id."
            ),
            (
                "For news at once rather than at the next reading: in the app, «Webhooks», «Page», paste the address "
                "that Vigie shows for this source and the verify token you made up, subscribe to feed, mention and "
                "ratings, and install the app on the Page (subscribed_apps)."
            ),
        ),
        "fr": (
            (
                "Sur developers.facebook.com, créez une application de type «Business» et reliez-la à votre compte "
                "professionnel Meta."
            ),
            (
                "Demandez les autorisations pages_show_list, pages_read_engagement, pages_read_user_content et "
                "pages_manage_metadata. Lire ce qu'écrivent les autres demande l'accord de Meta (App Review), en "
                "quelques jours ou semaines ; le compte qui possède l'application peut essayer avant."
            ),
            (
                "Dans les paramètres de l'entreprise, «Utilisateurs système», créez-en un, confiez-lui la Page, et "
                "générez un jeton sans expiration avec ces autorisations."
            ),
            (
                "Dans l'explorateur de l'API Graph, demandez /me/accounts avec ce jeton : l'access_token affiché à "
                "côté de votre Page est celui à coller ici, et son id est l'identifiant de la Page."
            ),
            (
                "Pour être averti aussitôt plutôt qu'à la prochaine lecture : dans l'application, «Webhooks», "
                "«Page», collez l'adresse que Vigie affiche pour cette source et le jeton de vérification que vous "
                "avez inventé, abonnez-vous à feed, mention et ratings, puis installez l'application sur la Page "
                "(subscribed_apps)."
            ),
        ),
    },
    blind={
        "en": (
            "Everything outside your Page that does not tag it: Facebook has no search for it; groups and profiles.",
            "Who wrote, when the author has not allowed it; private messages; stories; posts that are a picture alone.",
            "Recommendations without words, and those made before the webhook, from version v22.0 on.",
            "New comments under posts older than 30 days, unless the webhook tells of them.",
            "What was deleted, unless the webhook tells of it.",
        ),
        "fr": (
            (
                "Tout ce qui, hors de votre Page, ne l'identifie pas : Facebook n'a pas de recherche pour cela. De "
                "même les groupes et les profils."
            ),
            (
                "Qui a écrit, si l'auteur ne l'a pas permis ; les messages privés ; les stories ; les publications "
                "faites d'une image seule."
            ),
            "Les recommandations sans texte et, à partir de la version v22.0, celles d'avant le webhook.",
            "Les nouveaux commentaires sous des publications de plus de 30 jours, sauf si le webhook les signale.",
            "Ce qui a été supprimé, sauf si le webhook le signale.",
        ),
    },
    platform="facebook",
    group="social",
    auth="token",
    min_interval=timedelta(minutes=10),
    history={
        "en": "all posts of the Page with their comments; tags and recommendations of the last 7 days",
        "fr": "toutes les publications de la Page et leurs commentaires ; identifications et recommandations des 7 "
        "derniers jours",
    },
    may_train=False,
    deletions=True,
)
