"""The labelled data that a model may be trained on, with their licences and weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sentiment.labelled import Example


@dataclass(frozen=True, slots=True)
class Source:
    """One data set. Tier A permits use with attribution; B states no licence or is unverified; C is non-commercial."""

    name: str
    origin: str
    licence: str
    tier: str
    weight: float = 1.0  # of each text in the regression
    share: float = 0.5  # how often each text is drawn for the encoder, in proportion to others


KNOWN: dict[str, Source] = {
    source.name: source
    for source in (
        Source("written", "written for Vigie, with invented brands and people", "as Vigie", "A", 2, 5),
        Source("compared", "written for Vigie: texts that name two brands", "as Vigie", "A", 0, 3),
        Source("joined", "two texts of umsab as one", "Apache-2.0", "A", 0, 1),
        Source("umsab", "UMSAB, eight languages (cardiffnlp/xlm-t)", "Apache-2.0", "A", 4, 5),
        Source(
            "semeval13-16",
            "SemEval 2013–2016 Twitter sentiment, as gathered for SemEval-2017 task 4",
            "CC BY 3.0 as recorded by the project; not stated where the copy was found",
            "B",
        ),
        Source("tweeteval", "TweetEval sentiment (cardiffnlp/tweeteval)", "as semeval13-16", "B"),
        Source("tweet-extraction", "Tweet Sentiment Extraction (Figure Eight)", "CC BY 4.0", "A", 0.7),
        Source("goemotions", "GoEmotions (Google)", "CC BY 4.0", "A", 0.5, 0.3),
        Source("vader-tweets", "Hutto & Gilbert, ICWSM 2014: tweets", "MIT", "A", share=1),
        Source("vader-amazon", "Hutto & Gilbert, ICWSM 2014: product reviews", "MIT", "A", share=1),
        Source("vader-movies", "Hutto & Gilbert, ICWSM 2014: film reviews", "MIT", "A", 0.5, 0.4),
        Source("vader-nyt", "Hutto & Gilbert, ICWSM 2014: editorials", "MIT", "A", share=0.6),
        Source("xed", "XED (Helsinki-NLP)", "CC BY 4.0", "A", 0.5, 0.1),
        Source("afrisenti", "AfriSenti (SemEval-2023 task 12)", "CC BY 4.0", "A", 0.7),
        Source("allocine", "Allociné film reviews, a sample", "MIT", "A", share=1.5),
        Source("fr-tvseries", "sentiment.nlproc.org French reviews", "none stated", "B"),
        Source("fr-books", "Pattern's French book reviews", "none stated", "B"),
        Source("fr-s140mt", "Sentiment140, machine-translated to French", "none stated", "B", 0.7),
        Source("sst5", "Stanford Sentiment Treebank", "none stated", "B", 0.5),
        Source("airline", "Twitter US Airline Sentiment", "CC BY-NC-SA 4.0", "C"),
        Source("sxsw-brands", "Brands and products (CrowdFlower)", "none stated", "B"),
        Source("apple-dfe", "Apple tweets (CrowdFlower)", "none stated", "B"),
    )
}


FRENCH = {"umsab": 1.4, "xed": 5.0}
"""How many times as often a French text of a source is drawn: few are posts, and subtitles are spoken French."""

FRENCH_WEIGHT = 2.0
"""How many times as much a French post weighs in the regression: 58.4 became 58.8 macro-F1 in cross-validation."""

DOUBTFUL = frozenset({"umsab:hi"})
"""Kinds of texts whose labels fit them no better than lots: a regression on them reaches 35 in cross-validation, and an
insult stands as positive. The teacher was shown them among all others; what ships learns nothing from them, and nothing
is measured on them."""

POSTS = ("umsab", "semeval13-16", "tweeteval", "afrisenti")
"""Sources of posts that people labelled for their polarity. They are closest to what is watched, so calibration refers
to them; reviews, editorials, subtitles and emotions say how far a score goes wrong on other kinds."""


LIMITS_ON = ("umsab", "tweet-extraction")
"""Sources of posts that the limits of sure stances are chosen on: 320 posts of a language leave too much to chance."""


def even_posts(examples: Sequence[Example], seed: int = 1) -> list[int]:
    """The rows of the posts in LIMITS_ON, drawn so that each kind has as many of each label; all rows where none is."""
    dice = np.random.default_rng(seed)
    by_kind: dict[str, dict[int, list[int]]] = {}
    for row, each in enumerate(examples):
        if each.source in LIMITS_ON:
            by_kind.setdefault(each.kind, {}).setdefault(each.label, []).append(row)
    drawn = [
        dice.choice(rows, min(map(len, labels.values())), replace=False)
        for _, labels in sorted(by_kind.items())
        for _, rows in sorted(labels.items())
    ]
    return sorted(int(row) for rows in drawn for row in rows) or [*range(len(examples))]


def trusted(examples: Iterable[Example]) -> list[Example]:
    """The texts but those of DOUBTFUL kinds."""
    return [each for each in examples if each.kind not in DOUBTFUL]


def select_sources(names: list[str], tiers: str, also: tuple[str, ...]) -> list[Source]:
    """The sources among `names` that are of one of the `tiers`, or named in `also`: only so an unknown one is used."""
    unknown = {name: Source(name, "given by you", "not recorded", "?") for name in names}
    sources = [KNOWN.get(name, unknown[name]) for name in names]
    return [source for source in sources if source.tier in tiers or source.name in also]


def files(folder: Path) -> dict[str, Path]:
    """The data files of a folder by source name: `umsab.csv.gz` or `umsab.csv`."""
    paths = sorted([*folder.glob("*.csv"), *folder.glob("*.csv.gz")])
    return {path.name.removesuffix(".gz").removesuffix(".csv"): path for path in paths}
