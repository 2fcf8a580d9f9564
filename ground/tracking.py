"""Query parameters that only say where a reader came from: without them, two links lead to the same page.

Collected from the lists of AdGuard (TrackParamFilter/sections/general_url.txt in AdguardTeam/AdguardFilters), Brave
(components/query_filter/utils.cc in brave/brave-core), ClearURLs (data.min.json in ClearURLs/Rules) and Miniflux
(internal/reader/urlcleaner in miniflux/v2), which link to the documentation of most senders; for the others, the
table below says who adds them. A parameter too few leaves one page under two keys; one too many merges two pages:
names that some sites use for content (`source`, `cid`, `campaign_id`) are left out for that reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

ANYWHERE: Mapping[str, str] = {
    # campaigns
    "Google Analytics": "utm_.* _ga _gl",
    "Google Ads": "gclid gclsrc gbraid wbraid dclid gad_source gad_campaignid",
    "Matomo": "mtm_.* pk_(?:campaign|kwd|keyword|source|medium|content|cid) piwik_(?:campaign|kwd|keyword)",
    "AT Internet": (
        "at_(?:medium|campaign.*|custom.*|link_.*|bbc_.*|format|ptr_name|creation|variant) xtor xts"  # Le Monde, BBC
    ),
    "Adobe": "s_cid s_kwcid",
    "Mapp": "wt_mc",
    "Comscore": "ns_(?:mchannel|source|campaign|linkname|fee)",
    "publishers": "cmpid cmp ncid srnd smid",  # AOL (ncid), Bloomberg (srnd), The New York Times (smid)
    # letters
    "Mailchimp": "mc_[ce]id",
    "HubSpot": "hsa_.* _hsenc _hsmi",
    "Marketo": "mkt_tok",
    "Vero": "vero_(?:id|conv)",
    "Olytics": "oly_(?:anon|enc)_id rb_clickid",
    # clicks on advertisements and shared links
    "Facebook": "fbclid fb_(?:ref|source|action_ids|action_types) mibextid",
    "Instagram": "igshid igsh ig_rid",
    "X": "twclid ref_(?:src|url) __twitter_impression",
    "Microsoft": "msclkid",
    "Yandex": "yclid ysclid",
    "TikTok": "ttclid",
    "LinkedIn": "li_fat_id",
    "Pinterest": "epik",
    "Alibaba": "spm",
    "Yahoo": "guccounter guce_referrer(?:_sig)?",
    "Ghost, Medium and many others": "ref",
}
"""Patterns of whole names on every site, by whoever adds them, separated by spaces; case does not matter."""

ON_HOSTS: Mapping[str, frozenset[str]] = {
    "youtube.com": frozenset({"si", "feature", "pp", "ab_channel"}),
    "youtu.be": frozenset({"si", "feature"}),
    "twitter.com": frozenset({"s", "t"}),
    "x.com": frozenset({"s", "t"}),
    "reddit.com": frozenset({"share_id", "rdt", "context"}),
    "tiktok.com": frozenset({"_r", "_t", "is_from_webapp", "sender_device"}),
    "linkedin.com": frozenset({"trk", "trackingid", "lipi"}),
    "news.google.com": frozenset({"oc", "hl", "gl", "ceid"}),
}
"""Names in lower case that track on one site, by its host without `www.`, and may mean something on another."""

SESSIONS = re.compile(
    r"(?:phpsessid|jsessionid|sessionid|session_id|sessid|zenid|oscsid|osid|cfid|cftoken|cftrackid|aspsessionid\w*)=.*"
    r"|(?:s|sid|session|zid)=[0-9a-f]{16,64}",  # short names mean a session only with such a value: phpBB, vBulletin
    re.IGNORECASE | re.ASCII,
)
"""A parameter that names the visit: a site without cookies writes another one into its links for every reader."""

IN_IDS = "utm_[a-z]+ fbclid gclid mc_[a-z]+ igshid ref"
"""What the ids of feed items leave out of links. These ids are stored: with a longer list, known items would be
stored again."""


def pattern_of(names: str) -> re.Pattern[str]:
    """Matches one of these names, whatever its case."""
    return re.compile("|".join(f"(?:{name})" for name in names.split()), re.IGNORECASE)


_ANYWHERE = pattern_of(" ".join(ANYWHERE.values()))
_IN_IDS = pattern_of(IN_IDS)


def tracks(name: str, host: str) -> bool:
    """Whether a parameter of this name, on this host without `www.`, only says where a reader came from."""
    return name.lower() in ON_HOSTS.get(host, ()) or _ANYWHERE.fullmatch(name) is not None


def names_session(pair: str) -> bool:
    """Whether `pair`, a parameter with its value (`sid=1f2e…`), only names the visit."""
    return SESSIONS.fullmatch(pair) is not None


def tracks_in_ids(name: str) -> bool:
    """Whether the ids of feed items leave a parameter of this name out."""
    return _IN_IDS.fullmatch(name) is not None
