"""Reads mentions from an uploaded file: CSV, JSON Lines or XLSX, with columns named in English or French.

A rating is out of the row's scale, else written 4/5, else out of 5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from app.pipeline.files.cells import (
    Unread,
    count_of,
    date_of,
    hash_of,
    number_of,
    order_of_dates,
    text_of,
    with_clock,
    zone_said,
)
from app.pipeline.files.columns import OTHER_DAYS, Vocabulary, listing
from app.pipeline.files.limits import BadRow, Cell, UnreadableFile, is_filled
from app.pipeline.files.profiles import MENTIONS
from app.pipeline.files.tables import AS_FOUND, FileOptions, Row, Shape, Table, open_table, shape_of
from collectors.base import RawMention
from ground.dates import Order

FIELDS: Mapping[str, tuple[str, ...]] = {
    "text": (
        *("texte", "full text", "texte intégral", "texte complet", "contenu", "content", "message", "body"),
        *("review content", "review text", "review body", "texte de l'avis", "contenu de l'avis", "post text"),
        *("verbatim", "commentaire", "comment", "commentaire client", "avis", "avis client", "review", "témoignage"),
        *("mention content", "contenu de la mention", "hit sentence", "description", "snippet", "extrait"),
        *(
            "commentaires",
            "comments",
            "résumé",
            "summary",
            "reseña",
            "rezension",
            "recensione",
            "kommentar",
            "comentario",
        ),
    ),
    "title": (
        "titre",
        "sujet",
        "subject",
        "headline",
        "objet",
        "review title",
        "titre de l'avis",
        "titre de l'article",
    ),
    "date": (
        *("published_at", "published", "created_at", "date_publication", "publié le", "publie_le"),
        *(
            "date de publication",
            "publication date",
            "published date",
            "date published",
            "review date",
            "date de l'avis",
        ),
        *("created time", "create time", "created", "créé le", "date de création", "creation date", "posted at"),
        *(
            "post date",
            "posted",
            "date (utc)",
            "date et heure",
            "horodateur",
            "horodatage",
            "timestamp",
            "submitted at",
        ),
        *("sent date", "sent at", "envoyé le", "date d'envoi", "review created (utc)", "datum", "fecha", "data"),
    ),
    "time": ("heure", "hour", "heure de publication", "publication time"),
    "author": (
        *("auteur", "author_name", "nom de l'auteur", "full name", "nom complet", "reviewer name", "reviewer"),
        *("review consumer name", "consumer name", "screen name", "twitter screen name", "nom d'utilisateur"),
        *("nom", "user", "user name", "username", "utilisateur", "pseudo", "client", "nom du client", "influencer"),
        *("nickname", "autor", "autore", "kunde", "cliente", "demandeur"),
    ),
    "author_id": ("id_auteur", "user_id", "id de l'auteur"),
    "author_followers": (
        *("followers", "abonnés", "abonnes", "follower count", "followers count", "nombre d'abonnés", "x followers"),
        "twitter followers",
    ),
    "url": (
        *("lien", "link", "adresse", "permalink", "permalien", "mention url", "post url", "article url", "review url"),
        *("review link", "lien de l'avis", "url de l'article", "url de la mention", "source url", "adresse web"),
    ),
    "id": ("external_id", "identifiant", "guid", "uuid", "review id", "post id", "mention id", "tweet id"),
    "language": ("langue", "lang", "language code", "code langue", "reviewer language"),
    "rating": (
        *("note", "stars", "étoiles", "etoiles", "star rating", "review stars", "review rating", "nombre d'étoiles"),
        *("note sur 5", "score", "bewertung", "calificación", "valutazione", "avaliação", "puntuación"),
    ),
    "rating_scale": ("échelle", "echelle", "scale", "note_max"),
    "platform": (
        *("plateforme", "réseau", "reseau", "network", "social network", "réseau social", "source type"),
        *("type de source", "page type", "type de page", "media type", "canal"),
    ),
    "outlet": (
        *("média", "media", "support", "site", "source name", "nom de la source", "domain", "domaine", "publication"),
        *("site name", "nom du site", "source"),
    ),
    "likes": ("j'aime", "jaime", "like count", "nombre de j'aime", "x likes", "reactions", "réactions"),
    "shares": ("partages", "retweets", "reposts", "share count", "nombre de partages", "x retweets", "x reposts"),
    "comments": ("commentaires", "replies", "réponses", "reponses", "comment count", "nombre de commentaires"),
    "reach": ("portée", "portee", "audience", "views", "vues", "reach (new)", "potential reach", "impressions"),
}
"""Our fields, and the other names that their columns may have, the best first."""
_NOT_SAID = r"(?!.*(\breply\b|réponse|\brepl|modifi|mise à jour|updat|\bid\b|number|nombre|count|\bnb\b))"
VOCABULARY = Vocabulary(
    what="mention",
    titles=FIELDS,
    profiles=MENTIONS,
    hints={
        "date": re.compile(
            rf"(?!.*({OTHER_DAYS.pattern}))(?!.*(\bid\b|number|nombre|count))"
            r"^.{0,50}(\bdate\b|horodat|timestamp|\bpubli(é|ée|shed)\b|\bposted\b|\bcreated\b|\bsubmi(t|tted)\b)"
        ),
        "url": re.compile(_NOT_SAID + r"(?!.*(image|photo|avatar|profil))^.{0,50}(\burl\b|\blien\b|\blink\b|\bpermal)"),
        "rating": re.compile(_NOT_SAID + r"^.{0,50}(\brating\b|\bétoiles?\b|\bstars?\b|^note \b)"),
        "author": re.compile(
            _NOT_SAID + r"(?!.*(\burl|follow|abonn|langu|country|\bpays|mail|\btype|ville|\bcity|location))"
            r"^.{0,50}(\bauteur\b|\bauthor\b|\breviewer\b)"
        ),
    },
    prose="text",
    numbers=("comments",),
)

DEFAULT_SCALE = 5.0
_FRACTION = re.compile(r"([\d.,]+)\s*(?:/|sur|out of)\s*([\d.,]+)", re.ASCII)
_STARS = re.compile(r"(★+)☆*")
_SPELLED = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5"}
"""How Google's exports write a number of stars."""


@dataclass(slots=True)
class Made:
    """What is known of a file that is being read: by the id or the link of a row, the first words that had it."""

    zone: tzinfo
    order: Order | None = None
    words: dict[str, str] = field(default_factory=dict)


def read_mentions(
    content: bytes, filename: str, how: FileOptions = AS_FOUND
) -> tuple[Shape, Iterator[tuple[int, RawMention | BadRow]]]:
    """How a file was read, and its mentions with their lines, in order; rows that cannot be read with the reason.

    A row without an id takes its link as id, else author, date and text together: importing a file again gives the
    same mentions. Where several rows of a file share an id or a link but not their words (reviews of one page, ids
    that a spreadsheet rounded), the words count too.

    Raises UnreadableFile when the file as a whole cannot be read, before the first row or when it passes a limit.
    """
    table = open_table(content, filename, how, VOCABULARY)
    if table.shape.header_row and not _says_anything(table.shape.fields):
        raise _no_text(table.shape)
    zone = zone_said(table.shape.fields.get("date", ""), how.zone)
    return table.shape, _mentions(table, Made(zone))


def shape_of_mentions(content: bytes, filename: str, how: FileOptions = AS_FOUND) -> Shape:
    """How a file of mentions would be read. Raises UnreadableFile."""
    return shape_of(content, filename, how, VOCABULARY)


def _says_anything(fields: Mapping[str, object]) -> bool:
    return "text" in fields or "title" in fields


def _no_text(shape: Shape) -> UnreadableFile:
    return UnreadableFile(
        "No column holds the text. Columns found: {found}. One named {expected} is needed.",
        found=listing(shape.columns),
        expected=" or ".join(("text", "texte", "contenu", "title", "titre")),
    )


def _mentions(table: Table, made: Made) -> Iterator[tuple[int, RawMention | BadRow]]:
    rows = list(table.rows)
    made.order = order_of_dates(row.cells for row in rows if isinstance(row, Row))
    for row in rows:
        yield row.line, row if isinstance(row, BadRow) else _mention(row, made)


def _mention(row: Row, made: Made) -> RawMention | BadRow:
    try:
        return _read(row.cells, made)
    except Unread as error:
        return BadRow(row.line, error.notice)


def _read(cells: Mapping[str, Cell], made: Made) -> RawMention:
    texts = {name: text_of(cells.get(name)) for name in ("text", "title", "author", "url", "id", "platform", "outlet")}
    if not _says_anything({name: text for name, text in texts.items() if text}):
        raise Unread("This row has neither a text nor a title.")
    published = _published_at(cells, made.zone, made.order)
    rating, scale = _rating(text_of(cells.get("rating")), number_of("rating_scale", cells.get("rating_scale")))
    counts = {name: count_of(name, cells.get(name)) for name in ("likes", "shares", "comments")}
    external_id, undated_id = _ids_of(texts, published, made.words)
    return RawMention(
        external_id=external_id,
        undated_id=undated_id,
        url=texts["url"] or None,
        title=texts["title"],
        text=texts["text"],
        author=texts["author"],
        author_id=text_of(cells.get("author_id")),
        author_followers=count_of("author_followers", cells.get("author_followers")),
        platform=texts["platform"],
        outlet=texts["outlet"],
        language=text_of(cells.get("language")) or None,
        published_at=published,
        rating=rating,
        rating_scale=scale,
        reach=count_of("reach", cells.get("reach")),
        engagement={name: count for name, count in counts.items() if count is not None},
    )


def _published_at(cells: Mapping[str, Cell], zone: tzinfo, order: Order | None) -> datetime | None:
    """When a row was published. A column of hours without one of days is no date."""
    day = cells.get("date")
    return date_of(with_clock(day, cells.get("time")), zone, order) if is_filled(day) else None


def _ids_of(texts: Mapping[str, str], published: datetime | None, known: dict[str, str]) -> tuple[str, str]:
    """The id of a row, and the one that it would have without its date; empty where its date has no part in it.

    Rows that differ only in their dates are several: two customers may both write "Very good".
    """
    words, undated = (
        hash_of(texts["author"], date, texts["title"], texts["text"])
        for date in (published.isoformat() if published else "", "")
    )
    own = texts["id"] or (hash_of(texts["url"]) if texts["url"] else "")
    if not own:
        return words, undated
    if known.setdefault(own, words) == words:
        return own, "" if texts["id"] else own
    return hash_of(texts["id"] or texts["url"], words), hash_of(texts["id"] or texts["url"], undated)


def _rating(written: str, scale: float | None) -> tuple[float, float] | tuple[None, None]:
    if not written:
        return None, None
    if fraction := _FRACTION.fullmatch(written):
        written, scale = fraction[1], number_of("rating_scale", fraction[2])
    if stars := _STARS.fullmatch(written):
        written, scale = str(len(stars[1])), float(len(written))
    written = _SPELLED.get(written.casefold(), written)
    rating, out_of = number_of("rating", written), DEFAULT_SCALE if scale is None else scale
    if rating is None or not 0 <= rating <= out_of:
        raise Unread(
            "The rating {rating} is not between 0 and {scale}: add a column “scale” or write it 8/10.",
            rating=written[:40],
            scale=f"{out_of:g}",
        )
    return rating, out_of
