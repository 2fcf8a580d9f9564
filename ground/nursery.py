"""The process from which the children of `isolate` are forked, and the life of a child.

The nursery is a fresh interpreter with one thread: forking it is safe, and forking the caller would not be. It imports
and loads once what its children need; they share it, and start in milliseconds. It takes orders over a socket, starts
and ends children, and ends with all of them when that socket closes, so that nothing survives a killed caller.
"""

from __future__ import annotations

import gc
import os
import pickle
import resource
import signal
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from zlib import compress, decompress

START, END = b"+", b"-"
NUMBER = 8
TRIES, MOMENT = 40, 0.005
"""How often, and after how many seconds each, a child is asked whether it has ended by itself."""
"""Bytes of a number: a process id, the status that a process ended with, the length of a message."""

WarmUp = tuple[Callable[..., object], tuple[object, ...]]


class NotCarriedOver(Exception):
    """What the function returned or raised cannot be pickled."""


def run(handle: int) -> None:
    """The life of the nursery: warms up, says so with one byte, then starts and ends children on demand.

    `handle` is that of the socket from which it takes its orders.
    """
    orders = socket.socket(fileno=handle)
    for number in (signal.SIGINT, signal.SIGTERM):  # these are for the caller, which closes the socket
        signal.signal(number, signal.SIG_IGN)
    os.dup2(2, 1)
    _warm_up(pickle.loads(read(orders)))  # noqa: S301  # written by our own parent
    gc.collect()
    gc.freeze()  # the collector of a child would write to, and so copy, what it shares
    children: set[int] = set()
    try:
        orders.sendall(START)
        while True:
            order, handles, _flags, _address = socket.recv_fds(orders, 1, 1)
            if order == START:
                pid = _fork(orders, socket.socket(fileno=handles[0]))
                children.add(pid)
                orders.sendall(pid.to_bytes(NUMBER, "big"))
            elif order == END:
                pid = int.from_bytes(exactly(orders, NUMBER), "big")
                status = _end(pid) if pid in children else 0  # a child of an earlier nursery is not ours to kill
                children.discard(pid)
                orders.sendall(status.to_bytes(NUMBER, "big"))
            else:
                return
    except (EOFError, OSError):
        return
    finally:
        for pid in children:
            _end(pid)


def _warm_up(calls: Sequence[WarmUp]) -> None:
    for function, args in calls:
        with suppress(Exception):  # a child that needs it will meet the same error, and report it
            function(*args)


def _fork(orders: socket.socket, channel: socket.socket) -> int:
    pid = os.fork()
    if pid:
        channel.close()
        return pid
    try:
        orders.close()
        _be_ended_first()
        serve(channel)
    finally:
        os._exit(0)


def _be_ended_first() -> None:
    """Where memory runs out, has Linux end this child rather than the worker: its text is then read again."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _end(pid: int) -> int:
    """Kills a child, unless it ends by itself. Returns the status that it ended with, as `os.waitpid` does.

    A child that is ending has closed its channel some moments before it has a status; killed in between, it would have
    ours, and nobody would know why it ended.
    """
    for _ in range(TRIES):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return status
        time.sleep(MOMENT)
    os.kill(pid, signal.SIGKILL)  # until it is waited for, its number is given to nobody else
    return os.waitpid(pid, 0)[1]


def serve(channel: socket.socket) -> None:
    """The life of a child: answers until its channel ends. What a function prints goes to standard error."""
    with suppress(EOFError, OSError):
        while True:
            function, args, seconds, memory = pickle.loads(read(channel))  # noqa: S301  # written by our own caller
            _limit(seconds, memory)
            answer = _answer(function, args)
            _unlimit()
            write(channel, answer)


def _answer(function: Callable[..., object], args: tuple[object, ...]) -> bytes:
    try:
        result: tuple[object, Exception | None] = (function(*args), None)
    except Exception as problem:  # it is the caller's, whatever it is
        problem.__cause__ = problem.__context__ = None
        result = (None, problem.with_traceback(None))
    try:
        return pickle.dumps(result)
    except Exception:  # a result or an exception may hold something that cannot be pickled
        return pickle.dumps((None, NotCarriedOver(f"{result[1] or type(result[0])!r}")))


def _limit(seconds: float, memory: int) -> None:
    """Bounds the task: SIGPROF, unhandled, ends the process once it has used up its processor time."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    with suppress(ValueError, OSError):  # macOS knows the limit and refuses it
        resource.setrlimit(resource.RLIMIT_AS, (memory, hard))


def _unlimit() -> None:
    """Lifts the bounds, so that an idle child can wait and a busy one can pickle its answer."""
    signal.setitimer(signal.ITIMER_PROF, 0)
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def pack(value: object) -> bytes:
    """A value that a child hands on to be kept small: a list of rows takes a tenth of the room, or less."""
    return compress(pickle.dumps(value), 1)


def unpack(packed: bytes) -> object:
    """What a child of ours has packed; never what a stranger sent."""
    return pickle.loads(decompress(packed))  # noqa: S301  # written by our own child


def write(channel: socket.socket, message: bytes) -> None:
    """Sends a message. Raises OSError; TimeoutError past the channel's time-out."""
    channel.sendall(len(message).to_bytes(NUMBER, "big"))
    channel.sendall(message)


def read(channel: socket.socket) -> bytes:
    """Receives a message. Raises EOFError where the channel ends, OSError; TimeoutError past the channel's time-out."""
    return exactly(channel, int.from_bytes(exactly(channel, NUMBER), "big"))


def exactly(channel: socket.socket, size: int) -> bytes:
    """Receives `size` bytes. Raises as `read` does."""
    body = bytearray(size)
    room = memoryview(body)
    while room:
        count = channel.recv_into(room)
        if not count:
            raise EOFError
        room = room[count:]
    return bytes(body)
