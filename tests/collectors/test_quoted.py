"""Kind by kind: what an author only quotes is none of the words that are looked through and scored."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from app.pipeline.sift.fingerprint import PLATFORM
from app.pipeline.sift.normalise import OnlyQuotes, Poison, clean
from app.pipeline.sift.page import queries_json, sift
from app.pipeline.sift.queries import Asked
from collectors import hackernews, peertube, reddit_feed, threads
from collectors._feeds.feed import Feed, read_feed
from collectors._platforms import atproto
from collectors._platforms import mastodon as fediverse
from collectors.askbot import questions as askbot
from collectors.base import RawMention
from collectors.discourse import forum as discourse
from collectors.flarum import forum as flarum
from collectors.lemmy import posts as lemmy
from collectors.reddit import things as reddit
from collectors.stackexchange import Question, question
from collectors.telegram import preview as telegram
from collectors.telegram_bot import messages as bot
from collectors.webpage.items import Selectors, read_page
from collectors.x import posts as x

NOW = datetime(2026, 11, 30, tzinfo=UTC)
SAID, OWN = "Cobaltine est une honte", "Je ne suis pas d'accord"
MARKDOWN = f"> {SAID}\nvraiment {SAID}\n\n{OWN}"
HTML = f"<blockquote><p>{SAID}</p></blockquote>\n<p>{OWN}</p>"


def of_feed(item: str) -> RawMention:
    spaces = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    feed = read_feed(f"<rss {spaces}><channel><item>{item}</item></channel></rss>".encode(), "", "https://a.example/f")
    assert isinstance(feed, Feed)
    return feed.mentions[0]


def described(inside: str) -> RawMention:
    return of_feed(f"<link>https://a.example/1</link><description><![CDATA[{inside}]]></description>")


def of_reddit(**data: Any) -> RawMention | None:
    return reddit.mention(reddit.Thing.model_validate({"data": {"author": "ann", "subreddit": "velo", **data}}))


def of_hackernews(text: str) -> RawMention:
    return hackernews.mention(hackernews.Hit.model_validate({"objectID": "1", "comment_text": text, "parent_id": 2}))


def of_lemmy(content: str) -> RawMention | None:
    post = {"ap_id": "https://a.example/post/1", "name": ""}
    view = {"post": post, "comment": {"ap_id": "https://a.example/comment/2", "content": content, "path": "0.2"}}
    return lemmy.mention_of(lemmy.View.model_validate(view), {})


def of_mastodon(content: str) -> RawMention | None:
    quoted = {"state": "accepted", "quoted_status": {"content": f"<p>{SAID}</p>"}}
    status = {"id": "1", "uri": "https://m.example/1", "content": content, "quote": quoted, "visibility": "public"}
    reader = fediverse.Reader("https://m.example", all_authors=True)
    return reader.mention(fediverse.Status.model_validate({**status, "account": {"acct": "ann"}}))


def of_bluesky(view: dict[str, Any]) -> RawMention:
    return RawMention("1", text=atproto.text_of(atproto.Record.model_validate({"text": OWN}), view))


def of_telegram(inside: str) -> RawMention:
    text = f'<div class="tgme_widget_message_text js-message_text">{inside}</div>'
    page = f'<div class="tgme_channel_history"><div class="tgme_widget_message" data-post="chan/1">{text}</div></div>'
    return RawMention("1", text=telegram.read_preview(page.encode()).messages[0].text)


def of_bot(**more: Any) -> RawMention | None:
    message = {"message_id": 1, "chat": {"id": -1001, "type": "supergroup"}, "date": 1, **more}
    return bot.mention(bot.Update.model_validate({"update_id": 1, "message": message}))


def of_page(inside: str) -> RawMention:
    page = f'<div class="c" id="1"><div class="t">{inside}</div></div>'.encode()
    selectors = Selectors(item=".c", text=".t")
    return read_page(page, "text/html", "https://a.example/", "https://a.example/", selectors, NOW).mentions[0]


MENTIONS: dict[str, Callable[[], RawMention | None]] = {
    "reddit comment": lambda: of_reddit(name="t1_1", body=MARKDOWN),
    "reddit comment with entities": lambda: of_reddit(name="t1_1", body=MARKDOWN.replace(">", "&gt;")),
    "reddit post": lambda: of_reddit(name="t3_1", selftext=MARKDOWN),
    "reddit crosspost": lambda: of_reddit(
        name="t3_1", selftext=OWN, crosspost_parent_list=[{"author": "ben", "title": SAID, "selftext": SAID}]
    ),
    "reddit feed": lambda: reddit_feed._message(described(f"<!-- SC_OFF --><div>{HTML}</div><!-- SC_ON -->")),
    "hacker news": lambda: of_hackernews(f"&gt; {SAID}<p>&gt;&gt;<i>{SAID}</i><p>{OWN}"),
    "hacker news, by lines": lambda: of_hackernews(f"&gt;{SAID}\n{OWN}<p><i>&gt; {SAID}</i></p>"),
    "lemmy": lambda: of_lemmy(MARKDOWN),
    "peertube": lambda: peertube.mention(
        peertube.Video.model_validate(
            {"uuid": "1", "url": "https://p.example/w/1", "name": "x", "description": MARKDOWN}
        )
    ),
    "mastodon quote": lambda: of_mastodon(f"<p>{OWN}</p>"),
    "mastodon markup": lambda: of_mastodon(f'<p class="quote-inline">RE: {SAID}</p>{HTML}'),
    "bluesky quote": lambda: of_bluesky({"record": {"value": {"text": SAID}}}),
    "bluesky quote with media": lambda: of_bluesky({"record": {"record": {"value": {"text": SAID}}}, "media": {}}),
    "threads quote": lambda: threads.mention(
        threads.Post.model_validate({"id": "1", "text": OWN, "quoted_post": {"id": "2", "text": SAID}})
    ),
    "x quote": lambda: x.mention(
        x.Post.model_validate({"id": "1", "text": OWN, "referenced_tweets": [{"type": "quoted", "id": "2"}]}), {}, NOW
    ),
    "telegram": lambda: of_telegram(f"<blockquote>{SAID}</blockquote>{OWN}"),
    "telegram bot, passage": lambda: of_bot(text=OWN, quote={"text": SAID, "position": 0}),
    "telegram bot, marked": lambda: of_bot(
        text=f"😡{SAID}\n{OWN}",
        entities=[
            {"type": "bold", "offset": 0, "length": 9},
            {"type": "blockquote", "offset": 0, "length": len(SAID) + 2},
        ],
    ),
    "discourse": lambda: discourse.mention_of(
        discourse.Post(id=1, topic_id=1, post_number=1, cooked=f'<aside class="quote no-group">{SAID}</aside>{HTML}'),
        "https://d.example",
    ),
    "flarum": lambda: flarum.mention_of(
        flarum.Item(id="1", attributes={"contentType": "comment", "contentHtml": HTML}),
        flarum.Item(id="1"), {}, "https://f.example",
    ),
    "stack exchange": lambda: question(Question.model_validate({"question_id": 1, "body": HTML}), "so"),
    "askbot": lambda: askbot.question_of(askbot.Question(id=1, summary=HTML), "https://a.example"),
    "a page": lambda: of_page(
        f'<div class="bbcode_quote">{SAID}</div><blockquote class="uncited">{SAID}</blockquote>{OWN}'
    ),
    "phpBB": lambda: described(f'<blockquote class="uncited"><div>{SAID}</div></blockquote>{OWN}'),
    "phpBB with a name": lambda: described(f"<blockquote><div><cite>Léa</cite>{SAID}</div></blockquote>{OWN}"),
    "XenForo 2": lambda: described(f'<blockquote class="bbCodeBlock bbCodeBlock--quote">{SAID}</blockquote>{OWN}'),
    "XenForo 1": lambda: described(f'<div class="bbCodeBlock bbCodeQuote"><aside>{SAID}</aside></div>{OWN}'),
    "vBulletin 3": lambda: described(f'<table><tr><td class="alt2"><b>Léa</b>{SAID}</td></tr></table>{OWN}'),
    "vBulletin 4": lambda: described(
        f'<div class="bbcode_container"><div class="bbcode_quote">{SAID}</div></div>{OWN}'
    ),
    "SMF": lambda: described(
        f'<div class="quoteheader">{SAID}</div><blockquote class="bbc_standard_quote">{SAID}</blockquote>{OWN}'
    ),
    "Invision": lambda: described(f'<blockquote class="ipsQuote">{SAID}</blockquote><p>{OWN}</p>'),
    "BBCode as it is": lambda: described(f"[quote=Léa]{SAID}[/quote]{OWN}"),
    "comments of WordPress": lambda: of_feed(
        f"<title>By: Ann</title><content:encoded><![CDATA[{HTML}]]></content:encoded>"
    ),
    "issues of GitHub": lambda: described(
        f'<div class="email-fragment"><blockquote>{SAID}</blockquote><p>{OWN}</p></div>'
    ),
    "pushed BBCode": lambda: RawMention("1", text=f"[quote]{SAID}[/quote] {OWN}"),
}  # fmt: skip


@pytest.mark.parametrize("build", MENTIONS.values(), ids=MENTIONS)
def test_only_the_author_s_own_words_count(build: Callable[[], RawMention | None]) -> None:
    mention = build()
    assert mention is not None
    words = clean(mention)
    assert "Cobaltine" not in words.title + words.text
    assert OWN in words.text


ALONE: dict[str, Callable[[], RawMention | None]] = {
    "reddit": lambda: of_reddit(name="t1_1", body=f"> {SAID}"),
    "lemmy": lambda: of_lemmy(f"> {SAID}\n{SAID}"),
    "hacker news": lambda: of_hackernews(f"&gt; {SAID}"),
    "a board": lambda: described(f'<blockquote class="uncited">{SAID}</blockquote>'),
    "BBCode": lambda: RawMention("1", text=f"[quote]{SAID}[/quote]"),
}


@pytest.mark.parametrize("build", ALONE.values(), ids=ALONE)
def test_who_only_quotes_says_nothing_and_nothing_is_set_aside(build: Callable[[], RawMention | None]) -> None:
    mention = build()
    if mention is None:
        return
    with pytest.raises(OnlyQuotes):
        clean(mention)
    queries = queries_json([Asked(UUID(int=1), "cobaltine")])
    assert sift("rss", [mention], NOW, PLATFORM, UUID(int=1), queries) == [None]


def test_what_has_no_words_at_all_is_still_told() -> None:
    with pytest.raises(Poison, match="neither a title nor a text"):
        clean(RawMention("1", text="<img src=x>", html=True))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("&gt;50% of our orders came late", ">50% of our orders came late"),
        ("&gt;:( late again", ">:( late again"),
        ("<pre><code>&gt; run\n</code></pre>", "> run"),
        ("a &gt; b", "a > b"),
    ],
)
def test_a_sign_is_no_quote_by_itself(text: str, kept: str) -> None:
    assert clean(of_hackernews(text)).text == kept


def test_the_words_of_one_s_own_crosspost_stay() -> None:
    mine = of_reddit(name="t3_1", selftext="", crosspost_parent_list=[{"author": "ann", "selftext": OWN}])
    assert mine is not None
    assert mine.text == OWN
