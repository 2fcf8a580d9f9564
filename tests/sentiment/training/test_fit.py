"""The regression of the linear part."""

from __future__ import annotations

import numpy as np
import pytest

from sentiment.training.fit import label_offsets


def test_the_mix_of_each_kind_is_taken_out() -> None:
    offsets = label_offsets(np.array([0, 0, 2, 1, 1, 1]), ["a", "a", "a", "b", "b", "b"])
    assert np.exp(offsets[0]) == pytest.approx([2 / 3, 1e-6, 1 / 3])
    assert np.exp(offsets[5]) == pytest.approx([1e-6, 1, 1e-6])
