from __future__ import annotations

import numpy as np
import pytest

from sentiment.measure import calibration_error, confusion, corrected_shares, figures, macro_f1
from sentiment.quantify import GROUPS, Matrix

MEANS = np.array([[0.6, 0.2, 0.1], [0.3, 0.6, 0.3], [0.1, 0.2, 0.6]])
MATRICES = {group: Matrix(MEANS, np.zeros((3, 3, 3)), np.zeros((9, 9))) for group in GROUPS}


def test_f1_is_the_mean_over_the_labels_that_occur() -> None:
    table = confusion(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 2]))
    assert table.tolist() == [[1, 1, 0], [0, 1, 0], [0, 0, 1]]
    assert macro_f1(table) == pytest.approx(100 * (2 / 3 + 2 / 3 + 1) / 3)
    assert macro_f1(confusion(np.array([0, 2]), np.array([0, 0]))) == pytest.approx(100 * (2 / 3) / 2)


def test_a_calibrated_model_has_no_calibration_error() -> None:
    sure = np.tile([0.75, 0.15, 0.1], (4, 1))
    assert calibration_error(sure, np.array([0, 0, 0, 1])) == pytest.approx(0)
    assert calibration_error(sure, np.array([1, 1, 1, 1])) == pytest.approx(0.75)


def test_the_error_of_the_score_is_told_before_and_after_correction() -> None:
    labels = np.array([0] * 60 + [1] * 30 + [2] * 10)
    rows = MEANS.T[labels]
    found = figures(rows, labels, ["fr"] * 50 + ["en"] * 50, MATRICES)
    assert found.macro_f1 == 100
    assert found.score_error == pytest.approx(0, abs=1e-9)
    assert corrected_shares(rows, ["fr"] * 100, MATRICES) == pytest.approx([0.6, 0.3, 0.1])
    assert found.as_json()["confusion"] == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_a_missing_label_has_no_row_in_the_confusion() -> None:
    found = figures(np.array([[0.8, 0.1, 0.1]]), np.array([0]), [None], MATRICES)
    assert found.confusion == ((1, 0, 0), None, None)


def test_nothing_cannot_be_measured() -> None:
    with pytest.raises(ValueError, match="no text"):
        figures(np.zeros((0, 3)), np.zeros(0, dtype=np.int64), [], MATRICES)
