"""How the tools that people come from name their columns in French and in English, where that says more than the titles
that anybody may give (`importing`, `answering`)."""

from __future__ import annotations

from app.pipeline.files.columns import Profile

MENTIONS: tuple[Profile, ...] = (
    Profile(
        "Brandwatch",
        (("query id", "query name"), ("query name", "full text"), ("nom de la requête", "texte intégral")),
        {
            "text": ("full text", "texte intégral", "texte complet", "snippet", "extrait"),
            "title": ("title", "titre"),
            "date": ("date",),
            "url": ("url", "original url"),
            "id": ("mention id", "resource id", "id de la mention"),
            "author": ("author", "auteur", "full name"),
            "author_followers": ("x followers", "twitter followers", "followers", "abonnés x"),
            "platform": ("page type", "type de page", "content source", "content source name"),
            "outlet": ("domain", "domaine", "site name"),
            "language": ("language", "langue"),
            "rating": ("star rating", "rating", "étoiles"),
            "reach": ("reach (new)", "reach", "portée (nouveau)", "portée", "potential audience"),
            "likes": ("likes", "x likes", "facebook likes", "instagram likes"),
            "shares": ("x retweets", "x reposts", "twitter retweets", "facebook shares", "shares"),
            "comments": ("comments", "facebook comments", "instagram comments", "x replies", "twitter replies"),
        },
    ),
    Profile(
        "Talkwalker",
        (("indexed", "published"), ("search indexed",), ("content snippet", "url"), ("title snippet", "url")),
        {
            "text": ("content", "contenu", "content snippet"),
            "title": ("title", "titre", "title snippet"),
            "date": ("published", "publié", "date de publication", "indexed", "search indexed"),
            "author": ("extra author attributes.name", "extra author attributes.short name", "author", "auteur"),
            "author_id": ("extra author attributes.id",),
            "author_followers": ("article extended attributes.num followers", "extra author attributes.followers"),
            "url": ("url", "parent url"),
            "outlet": ("extra source attributes.name", "domain url", "host url", "root url"),
            "platform": ("source type", "type de source", "post type"),
            "language": ("lang", "language", "langue"),
            "reach": ("reach", "portée"),
            "likes": ("article extended attributes.facebook likes", "likes"),
            "shares": (
                "article extended attributes.twitter retweets",
                "article extended attributes.facebook shares",
                "shares",
            ),
            "comments": ("article extended attributes.num comments", "comments"),
        },
    ),
    Profile(
        "Mention",
        (("source name", "source type"), ("source name", "tone"), ("nom de la source", "type de source")),
        {
            "text": ("description", "content", "contenu"),
            "title": ("title", "titre"),
            "date": ("published at", "publié le", "date"),
            "author": ("author name", "nom de l'auteur", "author", "auteur"),
            "outlet": ("source name", "nom de la source"),
            "platform": ("source type", "type de source"),
            "reach": ("reach", "portée", "cumulative reach"),
        },
    ),
    Profile(
        "Brand24",
        (
            ("influence score",),
            ("social media reach",),
            ("score d'influence",),
            ("date", "hour", "source"),
            ("date", "heure", "source"),
        ),
        {
            "text": ("content", "contenu", "mention", "mention content", "text", "texte", "description"),
            "title": ("title", "titre"),
            "date": ("date", "created date"),
            "time": ("hour", "heure", "time"),
            "author": ("author", "auteur", "author name", "nickname"),
            "author_followers": ("followers", "followers count", "abonnés", "nombre d'abonnés"),
            "url": ("url", "link", "lien", "mention url", "source url"),
            "outlet": ("domain", "domaine", "source"),
            "platform": ("category", "catégorie", "source category", "source type"),
            "reach": ("social media reach", "estimated social media reach", "estimated reach", "reach", "portée"),
            "likes": ("likes", "likes count", "j'aime"),
            "shares": ("shares", "shares count", "partages"),
            "comments": ("comments", "comments count", "commentaires"),
        },
    ),
    Profile(
        "Meltwater",
        (("hit sentence",), ("opening text", "headline"), ("input name", "headline"), ("phrase d'accroche",)),
        {
            "text": ("hit sentence", "opening text", "phrase d'accroche", "texte d'ouverture"),
            "title": ("headline", "title", "titre"),
            "date": ("date", "published date"),
            "time": ("time", "heure"),
            "author": ("influencer", "twitter screen name", "author name", "author", "auteur", "influenceur"),
            "author_followers": ("twitter followers", "followers", "author followers"),
            "id": ("document id", "tweet id"),
            "url": ("url", "link"),
            "outlet": ("source", "source name", "nom de la source"),
            "platform": ("source type", "information type", "media type", "content type"),
            "reach": ("reach", "portée", "estimated views"),
            "likes": ("likes",),
            "shares": ("shares", "reposts"),
            "comments": ("replies", "comments"),
        },
    ),
    Profile(
        "Hootsuite",
        (("post message",), ("post permalink",), ("social network", "message"), ("réseau social", "message")),
        {
            "text": ("post message", "message", "post text", "texte du message", "texte de la publication"),
            "date": ("date", "sent date", "published date", "date (gmt)", "date de publication"),
            "author": ("author", "from", "posted by", "profile name", "auteur", "nom du profil"),
            "id": ("post id", "message id", "identifiant de publication"),
            "url": ("post permalink", "permalink", "message url", "lien", "lien permanent"),
            "platform": ("social network", "network", "réseau social", "réseau"),
            "likes": ("likes", "reactions", "j'aime", "réactions"),
            "shares": ("shares", "retweets", "partages"),
            "comments": ("comments", "replies", "commentaires"),
        },
    ),
    Profile(
        "Trustpilot",
        (("review content",), ("review stars",), ("contenu de l'avis", "titre de l'avis")),
        {
            "text": ("review content", "review text", "contenu de l'avis", "texte de l'avis"),
            "title": ("review title", "titre de l'avis"),
            "date": (
                "review created (utc)",
                "review created",
                "review created at",
                "review date",
                "avis créé le (utc)",
                "avis créé le",
                "date de l'avis",
            ),
            "author": ("review consumer name", "consumer name", "reviewer name", "nom du consommateur", "username"),
            "author_id": ("review consumer user id", "consumer user id", "consumer id"),
            "id": ("review id", "id de l'avis", "identifiant de l'avis"),
            "url": ("review url", "review link", "lien de l'avis"),
            "rating": ("review stars", "stars", "étoiles", "nombre d'étoiles", "note de l'avis"),
        },
    ),
    Profile(
        "Google",
        (("reviewer name", "star rating"), ("reviewer display name",), ("star rating", "create time")),
        {
            "text": ("comment", "review", "review text", "commentaire", "avis"),
            "date": ("create time", "review date", "date", "update time"),
            "author": ("reviewer name", "reviewer display name", "reviewer"),
            "id": ("review id", "name"),
            "rating": ("star rating", "rating", "stars"),
        },
    ),
)
"""Exports of mentions and of reviews."""

ANSWERS: tuple[Profile, ...] = (
    Profile(
        "Google Forms",
        (("horodateur",), ("timestamp",), ("horodatage",)),
        {
            "date": ("horodateur", "horodatage", "timestamp"),
            "respondent": ("adresse e-mail", "nom d'utilisateur", "email address", "username"),
        },
    ),
    Profile(
        "Typeform",
        (("#", "network id"), ("#", "submit date (utc)"), ("#", "submitted at"), ("#", "start date (utc)")),
        {
            "id": ("#", "token", "response id"),
            "date": ("submit date (utc)", "submitted at", "submit date", "date de soumission (utc)"),
            "channel": ("response type",),
        },
    ),
)
"""Exports of answers to surveys."""
