"""The life of a child: it answers over its channel, and what it answers can be carried over."""

from __future__ import annotations

import operator
import pickle
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from ground.nursery import NUMBER, NotCarriedOver, exactly, read, serve, write


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    ours.settimeout(5)
    yield ours, theirs
    ours.close()
    theirs.close()


def answers(ends: tuple[socket.socket, socket.socket], *tasks: tuple[Any, tuple[Any, ...]]) -> list[Any]:
    """What a child answers to these tasks. It runs on a thread here, within wide bounds."""
    ours, theirs = ends
    child = threading.Thread(target=serve, args=(theirs,))
    child.start()
    got = []
    for function, args in tasks:
        write(ours, pickle.dumps((function, args, 60.0, 1 << 50)))
        got.append(pickle.loads(read(ours)))
    ours.close()
    child.join(5)
    assert not child.is_alive()
    return got


def test_a_child_answers_one_task_after_the_other_until_its_channel_ends(ends: Any) -> None:
    assert answers(ends, (operator.add, (2, 3)), (sorted, ((3, 1),))) == [(5, None), ([1, 3], None)]


def test_the_error_of_a_task_is_its_answer(ends: Any) -> None:
    ((result, error), (after, _)) = answers(ends, (operator.truediv, (1, 0)), (operator.add, (1, 1)))
    assert (result, type(error), after) == (None, ZeroDivisionError, 2)


def test_what_cannot_be_pickled_is_said_to_be_so(ends: Any) -> None:
    ((result, error),) = answers(ends, (threading.Lock, ()))
    assert result is None
    assert isinstance(error, NotCarriedOver)
    assert "lock" in str(error)


def test_a_message_of_any_length_arrives_whole(ends: Any) -> None:
    ours, theirs = ends
    for message in (b"", b"x", bytes(range(256)) * 4_000):
        sender = threading.Thread(target=write, args=(theirs, message))
        sender.start()
        assert read(ours) == message
        sender.join()


def test_a_channel_that_ends_within_a_message_is_no_message(ends: Any) -> None:
    ours, theirs = ends
    theirs.sendall((100).to_bytes(NUMBER, "big") + b"half")
    theirs.close()
    with pytest.raises(EOFError):
        read(ours)
    with pytest.raises(EOFError):
        exactly(ours, 1)
