"""The strata of a score that labels make: for each source what the model says of all, and the labels of a sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import numpy as np

from app.queries.bucket_sums import Slant
from app.queries.own_sample import LabelledText, Origin, probabilities_of
from app.queries.periods import Period
from app.queries.sums import Sum, effective_size
from sentiment.correction import PARTS
from sentiment.indices import voices_of_parts
from sentiment.quantify import Floats
from sentiment.sampled import Stratum


def counted(
    texts: Sequence[LabelledText], brand_id: UUID, period: Period, slant: Slant
) -> list[tuple[Origin, LabelledText]]:
    """The labelled texts that are a random sample of what a score counts: stories of the brand that the model judged.

    None where something else than stories is counted: only stories are drawn.
    """
    if slant.weight != "stories":
        return []
    begin = period.since.replace(minute=0, second=0, microsecond=0)
    found = [(text.origin, text) for text in texts if text.by_model and text.origin is not None]
    return [(origin, text) for origin, text in found if _is_counted(origin, brand_id, begin, period.until, slant)]


def _is_counted(origin: Origin, brand_id: UUID, begin: datetime, until: datetime, slant: Slant) -> bool:
    return (
        origin.brand_id == brand_id
        and begin <= origin.published_at < until
        and (not slant.sources or origin.source_id in slant.sources)
        and (not slant.languages or origin.language in slant.languages)
    )


def strata(
    sums: Mapping[UUID, Sum], sample: Sequence[tuple[Origin, LabelledText]], same_author: float
) -> list[Stratum]:
    """A stratum for each source that brought something; `sums` by source, `same_author` as `Sum.tally` wants it."""
    sources = sorted(sums)
    cells = [np.sum([sums[source].groups[part].histogram for part in PARTS], axis=0) for source in sources]
    squares = [sum(sums[source].groups[part].squares for part in PARTS) for source in sources]
    sizes = [float(each.sum()) for each in cells]
    voices = voices_of_parts(list(map(effective_size, sizes, squares)), sizes, same_author)
    return [
        _stratum(each, number, [pair for pair in sample if pair[0].source_id == source])
        for source, each, number in zip(sources, cells, voices, strict=True)
    ]


def _stratum(histogram: Floats, voices: float, sample: Sequence[tuple[Origin, LabelledText]]) -> Stratum:
    texts = [text for _, text in sample]
    return Stratum(
        histogram,
        voices,
        probabilities_of(texts),
        np.array([text.label for text in texts], dtype=np.int64),
        np.array([origin.author for origin, _ in sample], dtype=np.str_),
        np.array([origin.story for origin, _ in sample], dtype=np.str_),
    )
