"""The linear part: int8 weights over hashed features."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sentiment.features import BLOCK_BITS, BUCKETS, grams
from sentiment.linear import load, quantise, save

TEXTS = ["merci", "quelle honte", "", "not good at all", "merci"]


@pytest.fixture(scope="module")
def weights() -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.random.default_rng(1).standard_normal((BUCKETS, 2))


def test_logits_are_those_of_the_weights_but_for_rounding(weights: np.ndarray) -> None:
    part = quantise(weights, np.array([0.5, -0.5]))
    features = grams(TEXTS)
    exact = np.tile([0.5, -0.5], (len(TEXTS), 1))
    np.add.at(exact, features.row, features.value[:, None] * weights[features.bucket])
    assert part.logits(TEXTS) == pytest.approx(exact, abs=0.2)
    assert part.logits(TEXTS)[2].tolist() == [0.5, -0.5]
    assert part.logits(TEXTS)[0].tolist() == part.logits(TEXTS)[4].tolist()
    assert part.logits([]).shape == (0, 2)


def test_each_block_and_label_has_a_scale_of_its_own(weights: np.ndarray) -> None:
    larger = weights.copy()
    larger[: 1 << BLOCK_BITS, 0] *= 100
    part = quantise(larger, np.zeros(2))
    assert part.scale[0, 0] == pytest.approx(100 * quantise(weights, np.zeros(2)).scale[0, 0])
    assert np.abs(part.weights.astype(int)).max() == 127


def test_a_part_comes_back_from_its_file_and_one_of_another_shape_is_refused(
    weights: np.ndarray, tmp_path: Path
) -> None:
    part = quantise(weights, np.array([0.1, 0.2]))
    save(tmp_path / "linear.npz", part)
    assert (load(tmp_path / "linear.npz").logits(TEXTS) == part.logits(TEXTS)).all()
    np.savez(tmp_path / "short.npz", weights=part.weights[:10], scale=part.scale, bias=part.bias)
    with pytest.raises(ValueError, match=r"short\.npz holds weights of \(10, 2\) int8"):
        load(tmp_path / "short.npz")
