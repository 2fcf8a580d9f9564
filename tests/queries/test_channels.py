"""The channels of a workspace."""

from __future__ import annotations

import pytest

from app.db import Database
from app.problems import Problem
from app.queries.channels import channel, channels
from app.viewer import Viewer
from tests.queries.conftest import Add
from tests.rows import channel_row


def test_channels_are_listed_oldest_first_and_found_in_their_workspace_only(
    db: Database, viewer: Viewer, elsewhere: Viewer, add: Add
) -> None:
    first, second = channel_row(viewer.workspace_id, "Zed"), channel_row(viewer.workspace_id, "Hook")
    add(first, second)
    with db.reading() as session:
        assert [row.name for row in channels(session, viewer).items] == ["Zed", "Hook"]
        assert channels(session, elsewhere).items == []
        assert channel(session, viewer, first.id).name == "Zed"
        with pytest.raises(Problem) as missing:
            channel(session, elsewhere, first.id)
        assert missing.value.status == 404
