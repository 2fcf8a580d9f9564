"""The texts that are held back to calibrate by."""

from __future__ import annotations

import numpy as np

from sentiment.training.calibrate import held_out


def test_a_share_of_each_kind_and_label_is_held_back() -> None:
    labels, kinds = np.array([0, 1, 2] * 100), ["a"] * 150 + ["b"] * 150
    held = held_out(labels, kinds, 1)
    assert [int(held[labels == label].sum()) for label in range(3)] == [12, 12, 12]
    assert int(held[:150].sum()) == int(held[150:].sum()) == 18
    assert (held == held_out(labels, kinds, 1)).all()
    assert (held != held_out(labels, kinds, 2)).any()
