"""A server of streams to follow."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.collectors.streams import Jet, jetstream


@pytest.fixture
def jet() -> Iterator[Jet]:
    with jetstream(Jet()) as served:
        yield served
