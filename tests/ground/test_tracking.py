"""Which parameters only say where a reader came from."""

from __future__ import annotations

import pytest

from ground.tracking import ANYWHERE, IN_IDS, ON_HOSTS, tracks, tracks_in_ids


@pytest.mark.parametrize(
    "name", ["utm_source", "UTM_Medium", "fbclid", "at_campaign12", "pk_kwd", "ref", "ref_src", "spm"]
)
def test_these_say_so_on_every_site(name: str) -> None:
    assert tracks(name, "ex.org")


@pytest.mark.parametrize(
    "name", ["id", "q", "source", "cid", "campaign_id", "reference", "xutm_source", "pk_", "s", ""]
)
def test_these_may_be_the_page(name: str) -> None:
    assert not tracks(name, "ex.org")


@pytest.mark.parametrize(("host", "name"), [(host, name) for host, names in ON_HOSTS.items() for name in names])
def test_what_tracks_on_one_site_may_be_the_page_on_another(host: str, name: str) -> None:
    assert tracks(name.upper(), host)
    assert not tracks(name, "ex.org")


def test_each_name_stands_once() -> None:
    names = [name for group in ANYWHERE.values() for name in group.split()]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize(
    ("name", "left_out"),
    [
        ("utm_source", True),
        ("UTM_CAMPAIGN", True),
        ("mc_eid", True),
        ("mc_other", True),
        ("ref", True),
        ("utm_", False),
        ("utm_x1", False),
        ("gbraid", False),
        ("ref_src", False),
    ],
)
def test_the_ids_of_feed_items_leave_out_the_short_list_only(name: str, left_out: bool) -> None:
    """They are stored: see IN_IDS."""
    assert tracks_in_ids(name) is left_out
    assert IN_IDS == "utm_[a-z]+ fbclid gclid mc_[a-z]+ igshid ref"
