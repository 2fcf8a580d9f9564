"""A query that cannot be read stops nothing but its own brand."""

from __future__ import annotations

from uuid import UUID

from structlog.testing import capture_logs

from app.pipeline.sift.queries import Asked, readable

ONE, TWO = UUID(int=1), UUID(int=2)


def test_a_brand_whose_query_cannot_be_read_is_left_out_and_named() -> None:
    with capture_logs() as logs:
        assert readable([Asked(ONE, "brumelo AND ("), Asked(TWO, "zephyrine")]) == [Asked(TWO, "zephyrine")]
    assert [line["brand"] for line in logs] == [str(ONE)]
