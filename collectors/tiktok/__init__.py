"""A TikTok business account of one's own: the comments under its videos, with their replies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

import httpx2
from pydantic import Field, SecretStr, StringConstraints

from collectors._kit.fields import Interface, Params
from collectors._kit.watched import Watchlist
from collectors.base import Collector, Cursor, Page, Window

from .api import TikTok
from .comments import read_comments, read_window


class TikTokAccount(Params):
    """The account, its token, and whether hidden comments are read too."""

    business_id: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[\w.~-]{3,120}$")] = Field(
        title="Business id",
        description="The open_id that TikTok gave together with the token",
        examples=["dcfd4e1e-0000-4000-8000-000000000001"],
    )
    token: SecretStr = Field(title="Access token", max_length=2_000)
    hidden: bool = Field(
        default=True, title="Hidden comments", description="Also those that were hidden from the public"
    )
    base_url: Interface = Field(
        default="https://business-api.tiktok.com/open_api/v1.3", title="Address of the Business API"
    )


def pages(params: TikTokAccount, cursor: Cursor, http: httpx2.Client) -> Iterator[Page]:
    """The comments under the videos of the last 30 days whose number of comments changed."""
    tiktok, watchlist = _tiktok(params, http), Watchlist.of(cursor)
    yield from read_comments(watchlist, tiktok, _status(params))
    yield replace(watchlist.page(()), asked=tiktok.pause, warning=watchlist.warning)


def backfill(params: TikTokAccount, cursor: Cursor, window: Window, http: httpx2.Client) -> Iterator[Page]:
    """The comments under the videos of the window, newest video first."""
    return read_window(_tiktok(params, http), _status(params), cursor, window)


def _status(params: TikTokAccount) -> str:
    return "ALL" if params.hidden else "PUBLIC"


def _tiktok(params: TikTokAccount, http: httpx2.Client) -> TikTok:
    return TikTok(http, params.base_url, params.token.get_secret_value(), params.business_id)


collector = Collector(
    kind="tiktok",
    title={"en": "TikTok account", "fr": "Compte TikTok"},
    params=TikTokAccount,
    pages=pages,
    backfill=backfill,
    help={
        "en": "Comments and replies under the videos of your own TikTok business account. TikTok opens no search in "
        "the videos of others to companies: bring those by an import.",
        "fr": "Les commentaires et réponses sous les vidéos de votre propre compte TikTok professionnel. TikTok "
        "n'ouvre aux entreprises aucune recherche dans les vidéos d'autrui : apportez-les par un import.",
    },
    steps={
        "en": (
            "In the TikTok app, switch the account to a business account.",
            (
                "On business-api.tiktok.com, register as a developer, create an app, and apply for the «Accounts "
                "API» with the permissions to read videos and comments. TikTok reviews each application, which takes "
                "about a week."
            ),
            "Once approved, open the authorisation address shown in the app while logged in to the account, and agree.",
            (
                "Exchange the code you are sent back with for a token, as «Authentication» in its documentation "
                "shows: the answer holds access_token and open_id. Paste both here, the open_id as business id."
            ),
        ),
        "fr": (
            "Dans l'application TikTok, passez le compte en compte professionnel.",
            (
                "Sur business-api.tiktok.com, inscrivez-vous comme développeur, créez une application et demandez "
                "l'«Accounts API» avec les autorisations de lire vidéos et commentaires. TikTok examine chaque "
                "demande, en une semaine environ."
            ),
            (
                "Une fois l'accord obtenu, ouvrez l'adresse d'autorisation affichée dans l'application en étant "
                "connecté au compte, et acceptez."
            ),
            (
                "Échangez le code avec lequel vous êtes renvoyé contre un jeton, comme le montre «Authentication» "
                "dans la documentation : la réponse contient access_token et open_id. Collez les deux ici, l'open_id "
                "comme identifiant professionnel."
            ),
        ),
    },
    blind={
        "en": (
            "Everything outside your own account: TikTok's search is open to researchers of non-profit bodies only.",
            "New comments under videos older than 30 days; a comment added while another was deleted, until the next.",
            "Stickers and pictures without words; private messages; likes without a comment.",
            "What was deleted there: TikTok does not tell.",
        ),
        "fr": (
            (
                "Tout ce qui est hors de votre compte : la recherche de TikTok n'est ouverte qu'aux chercheurs "
                "d'organismes sans but lucratif."
            ),
            (
                "Les nouveaux commentaires sous des vidéos de plus de 30 jours ; un commentaire ajouté pendant qu'un "
                "autre était supprimé, jusqu'au suivant."
            ),
            "Les autocollants et images sans texte ; les messages privés ; les mentions j'aime sans commentaire.",
            "Ce qui y a été supprimé : TikTok ne le dit pas.",
        ),
    },
    platform="tiktok",
    group="video",
    auth="token",
    min_interval=timedelta(minutes=10),
    history={
        "en": "comments under all videos of the account",
        "fr": "les commentaires sous toutes les vidéos du compte",
    },
    may_train=False,
)
