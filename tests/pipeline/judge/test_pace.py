import pytest

from app.pipeline.judge.pace import FIRST, LEAST, MOST, Pace, seconds_left


def test_the_first_batch_is_small_and_the_next_last_about_two_seconds() -> None:
    assert Pace().size == FIRST
    assert Pace(200).size == 400
    assert Pace(1).size == LEAST
    assert Pace(100_000).size == MOST


def test_a_handful_of_texts_teaches_nothing() -> None:
    assert Pace(200).after(3, 1.0) == Pace(200)
    assert Pace().after(64, 0) == Pace()
    assert Pace().after(64, 0.5) == Pace(128)


def test_a_slower_machine_is_believed_little_by_little() -> None:
    assert 100 < Pace(200).after(100, 1.0).per_second < 200  # type: ignore[operator]


@pytest.mark.parametrize(
    ("waiting", "unsettled", "pace", "quick", "seconds"),
    [
        (0, 0, None, None, 0.0),
        (10, 0, None, None, None),
        (100, 0, 10.0, None, 10.0),
        (100, 900, 10.0, None, 100.0),
        (200, 0, 10.0, 1000.0, 20.0),
        (72_000, 0, 10.0, 1000.0, 72.0 + 7200.0),
        (72_000, 0, 10.0, None, 7200.0),
    ],
)
def test_what_waits_takes_as_long_as_it_takes_a_worker(
    waiting: int, unsettled: int, pace: float | None, quick: float | None, seconds: float | None
) -> None:
    assert seconds_left(waiting, unsettled, pace, quick) == seconds
