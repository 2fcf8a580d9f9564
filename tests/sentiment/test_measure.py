from __future__ import annotations

import numpy as np
import pytest

from sentiment.correction import unmeasured
from sentiment.measure import calibration_error, confusion, corrected_shares, figures, is_read, macro_f1

NOTHING = unmeasured()


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
    labels = np.array([0] * 600 + [1] * 300 + [2] * 100)
    rows = np.array([[0.9, 0.1, 0.0], [0.1, 0.8, 0.1], [0.0, 0.1, 0.9]])[labels]
    found = figures(rows, labels, ["fr"] * 500 + ["en"] * 500, NOTHING)
    assert found.macro_f1 == 100
    assert found.score_error_counted == pytest.approx(0)
    assert abs(found.score_error) < 3
    assert corrected_shares(rows, ["fr"] * 1_000, NOTHING) == pytest.approx([0.6, 0.3, 0.1], abs=0.02)
    assert found.as_json()["confusion"] == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


@pytest.mark.parametrize(
    ("table", "read"),
    [
        ([[60, 20, 20], [20, 60, 20], [20, 20, 60]], True),
        ([[40, 30, 30], [30, 40, 30], [30, 30, 40]], False),
        ([[90, 5, 5], [5, 90, 5], [40, 25, 35]], False),
        ([[60, 0, 40], [0, 0, 0], [40, 0, 60]], True),
        ([[56, 0, 44], [0, 0, 0], [44, 0, 56]], False),
        ([[50, 0, 0], [0, 0, 0], [0, 0, 0]], False),
    ],
    ids=["well", "near chance", "one label is missed", "two labels", "two labels near chance", "one label"],
)
def test_a_language_is_read_where_the_labels_are_told_apart(table: list[list[int]], read: bool) -> None:
    assert is_read(np.array(table)) is read


def test_a_missing_label_has_no_row_in_the_confusion() -> None:
    found = figures(np.array([[0.8, 0.1, 0.1]]), np.array([0]), [None], NOTHING)
    assert found.confusion == ((1, 0, 0), None, None)


def test_nothing_cannot_be_measured() -> None:
    with pytest.raises(ValueError, match="no text"):
        figures(np.zeros((0, 3)), np.zeros(0, dtype=np.int64), [], NOTHING)
