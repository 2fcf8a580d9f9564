"""An Instagram business account of one's own: comments, media that tag or name it; and the media of hashtags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import httpx2
from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from collectors._kit.fields import Interface, Line, Params
from collectors._kit.signatures import check_hub, hub_challenge
from collectors._kit.watched import Watchlist
from collectors._platforms.graph import Graph
from collectors.base import Collector, Cursor, Inbound, Page, Received, Window

from .hashtags import MOST, read_hashtags
from .reading import read_comments, read_inbox, read_tags, read_window
from .webhooks import received

HASHTAG = re.compile(r"\w{1,100}")


def _hashtags(given: tuple[str, ...]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip().lstrip("#").casefold() for name in given))
    if any(not HASHTAG.fullmatch(name) for name in names):
        raise ValueError("write each hashtag as one word, without spaces or signs")
    if len(names) > MOST:
        raise ValueError("Meta allows 30 different hashtags in 7 days: leave some out")
    return names


class InstagramAccount(Params):
    """The account, what to read of it, and the two secrets for what Meta sends by itself."""

    account: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{3,25}$")] = Field(
        title="Account id",
        description="The number of the business account, not its name",
        examples=["17841400000000001"],
    )
    token: SecretStr = Field(title="Access token", max_length=2_000)
    username: Line = Field(
        default="", title="Name of the account", description="So that its own answers are left out", examples=["acme"]
    )
    comments: bool = Field(default=True, title="Comments under the account's own media")
    tags: bool = Field(default=True, title="Media of others in which the account is tagged")
    hashtags: Annotated[tuple[str, ...], AfterValidator(_hashtags)] = Field(
        default=(),
        title="Hashtags",
        description="One a line, at most 30; needs the feature «Instagram Public Content Access»",
        examples=[["acmegrinder"]],
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


def pages(params: InstagramAccount, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """What a webhook named, the comments under the media that changed, tags, hashtags."""
    graph = _graph(params, http)
    watchlist = Watchlist.of(cursor, "hashtags", "ids", "tops", "again")
    yield from read_inbox(watchlist, params.account, params.username, graph, cursor.get("inbox"))
    if params.comments and not graph.pause:
        yield from read_comments(watchlist, params.account, params.username, graph)
    if params.tags and not graph.pause:
        yield from read_tags(watchlist, params.account, graph)
    if not graph.pause:
        yield from read_hashtags(watchlist, params.hashtags, params.account, graph)
    yield replace(watchlist.page(()), asked=graph.pause, warning=watchlist.warning)


def backfill(params: InstagramAccount, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The comments under the account's own media of the window, newest media first."""
    return read_window(params.account, params.username, cursor, window, _graph(params, http))


def receive(params: InstagramAccount, sent: Inbound) -> Received:
    """What Meta sends about the account, and its question whether the address is ours."""
    if sent.method == "GET":
        return Received(reply=hub_challenge(sent.query, params.verify_token.get_secret_value()))
    check_hub(params.app_secret.get_secret_value(), sent.headers, sent.body)
    return received(sent.body, params.account)


def _graph(params: InstagramAccount, http: httpx2.Client) -> Graph:
    return Graph(http, f"{params.base_url}/{params.version}", params.token.get_secret_value())


collector = Collector(
    kind="instagram",
    title={"en": "Instagram account", "fr": "Compte Instagram"},
    params=InstagramAccount,
    pages=pages,
    backfill=backfill,
    receive=receive,
    help={
        "en": "Comments under your own media, media that tag or mention your business account, and public media of up "
        "to 30 hashtags.",
        "fr": "Les commentaires sous vos propres publications, celles qui identifient ou mentionnent votre compte "
        "professionnel, et les publications publiques de 30 hashtags au plus.",
    },
    steps={
        "en": (
            "Make the Instagram account a professional one («Business»), and connect it to a Facebook Page of yours.",
            "On developers.facebook.com, create an app of type «Business» and add the product Instagram.",
            (
                "Ask for the permissions instagram_basic, instagram_manage_comments, pages_show_list and "
                "pages_read_engagement; for hashtags also for the feature «Instagram Public Content Access». Meta "
                "approves them one by one (App Review), which takes days to weeks."
            ),
            (
                "In Business Settings, «System users», generate a token with these permissions that never expires: "
                "it is the one to paste here."
            ),
            (
                "In the Graph API Explorer, ask for /me/accounts?fields=instagram_business_account with it: the id "
                "shown is the account id."
            ),
            (
                "To learn of mentions (Meta lists them nowhere): in the app, «Webhooks», «Instagram», paste the "
                "address that Vigie shows for this source and the verify token you made up, and subscribe to "
                "mentions and comments."
            ),
        ),
        "fr": (
            (
                "Passez le compte Instagram en compte professionnel («Entreprise») et reliez-le à une Page Facebook à "
                "vous."
            ),
            "Sur developers.facebook.com, créez une application de type «Business» et ajoutez le produit Instagram.",
            (
                "Demandez les autorisations instagram_basic, instagram_manage_comments, pages_show_list et "
                "pages_read_engagement ; pour les hashtags, aussi la fonctionnalité «Instagram Public Content Access». "
                "Meta "
                "les accorde une à une (App Review), en quelques jours ou semaines."
            ),
            (
                "Dans les paramètres de l'entreprise, «Utilisateurs système», générez un jeton sans expiration avec "
                "ces autorisations : c'est celui à coller ici."
            ),
            (
                "Dans l'explorateur de l'API Graph, demandez avec lui /me/accounts?fields=instagram_business_account "
                ": l'id affiché est l'identifiant du compte."
            ),
            (
                "Pour connaître les mentions (Meta ne les liste nulle part) : dans l'application, «Webhooks», "
                "«Instagram», collez l'adresse que Vigie affiche pour cette source et le jeton de vérification que "
                "vous avez inventé, puis abonnez-vous à mentions et comments."
            ),
        ),
    },
    blind={
        "en": (
            "Stories, private accounts, and captions that name the brand without tag, mention or hashtag.",
            "Who published the media of a hashtag: Meta does not tell. Those older than 24 hours.",
            "Mentions sent while the webhook was not set up: Meta does not send them again.",
            "New comments under media older than 30 days, and more than 50 replies to one comment.",
            "What was deleted there.",
        ),
        "fr": (
            (
                "Les stories, les comptes privés, et les légendes qui nomment la marque sans identification, mention "
                "ni hashtag."
            ),
            "Qui a publié sous un hashtag : Meta ne le dit pas. Ce qui y date de plus de 24 heures.",
            "Les mentions envoyées tant que le webhook n'était pas en place : Meta ne les renvoie pas.",
            (
                "Les nouveaux commentaires sous des publications de plus de 30 jours, et au-delà de 50 réponses à un "
                "même commentaire."
            ),
            "Ce qui y a été supprimé.",
        ),
    },
    platform="instagram",
    group="social",
    auth="token",
    min_interval=timedelta(minutes=10),
    history={
        "en": "comments under all media of the account; hashtags: the last 24 hours; mentions: none",
        "fr": "les commentaires de toutes les publications du compte ; hashtags : les dernières 24 heures ; mentions : "
        "aucun historique",
    },
    may_train=False,
)
