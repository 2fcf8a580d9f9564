"""Runs a function on hostile input in a process that can be killed.

Children are forked from the nursery (`nursery.py`), never from the caller, which may have threads. A child serves many
calls, of about 2 ms each. Two clocks bound a call. Its own processor time, counted from the moment it begins: an input
that uses it up is too slow on any machine. The clock on the wall, which says how long the caller will wait: a busy
machine can make it run out on healthy input, so it blames nobody.
"""

from __future__ import annotations

import atexit
import math
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from threading import BoundedSemaphore, Lock
from typing import Any, TypeVar, cast

from . import nursery
from .machine import MIB, address_space, children, cores, memory

T = TypeVar("T")

MEMORY = address_space(memory())
CHILDREN = children(cores(), memory())
TASKS_PER_CHILD = 5_000
PATIENCE = 300.0
"""Seconds that a caller waits for a child to be free and to answer; less within `waiting`."""
START = "import sys; sys.path[:] = sys.argv[2:]; from ground.nursery import run; run(int(sys.argv[1]))"


class Isolated(Exception):
    """The function gave no answer, and its input is to blame."""


class TooSlow(Isolated):
    """The function used up the processor time that it was given."""


class Crashed(Isolated):
    """Its process died, needed more memory than allowed, or gave an answer that cannot be pickled."""


class Starved(Exception):
    """The machine had no time for the call: nothing is known of its input, and it is to be tried again later."""


_warm_ups: list[nursery.WarmUp] = []
_deadline: ContextVar[float] = ContextVar("deadline", default=math.inf)


def warm_up(function: Callable[..., object], *args: object) -> None:
    """Has the nursery call `function(*args)` before it starts children, which then share what it imported and loaded.

    It is called where a module is imported; a nursery that runs already does not learn of it. `args` are harmless.
    """
    _warm_ups.append((function, args))


@contextmanager
def waiting(seconds: float) -> Iterator[None]:
    """Within it, all calls of `isolated` together wait at most so many seconds: for a caller whom others wait for."""
    token = _deadline.set(min(time.monotonic() + seconds, _deadline.get()))
    try:
        yield
    finally:
        _deadline.reset(token)


def isolated(function: Callable[..., T], *args: object, seconds: float = 20, memory: int = MEMORY) -> T:
    """Runs `function(*args)` in a child process, and returns or raises what it does.

    The child finds `function` by its name, so it must live at the top of a module; arguments and result are pickled.
    `seconds` are of the child's processor time. `memory` bounds its address space in bytes where the system can do that
    (Linux). At most CHILDREN run at once. Raises TooSlow and Crashed; Starved when the caller's patience ends first.
    Safe from any thread.
    """
    task = pickle.dumps((function, args, seconds, memory))
    deadline = min(time.monotonic() + PATIENCE, _deadline.get())
    with _seat(deadline):
        child = _take_child(deadline)
        healthy = False
        try:
            answer = child.ask(task, seconds, deadline)
            healthy = True
        finally:
            _give_back(child, healthy and child.done < TASKS_PER_CHILD)
    value, error = _unpack(answer)
    if isinstance(error, MemoryError):
        raise Crashed(f"it needed more than {memory // MIB} MiB of memory") from error
    if isinstance(error, nursery.NotCarriedOver):
        raise Crashed(f"its answer cannot be carried over: {error}")
    if error is not None:
        raise error
    return cast(T, value)


def close() -> None:
    """Ends the idle children and the nursery."""
    while _idle:
        _idle.pop().end()
    _home.close()


class _Home:
    """The nursery of this process, started when it is first needed, and again when it has died."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._orders: socket.socket | None = None
        self._is_warm = False

    def start_child(self, deadline: float) -> tuple[int, socket.socket]:
        """Starts a child. Returns its process id and our end of its channel. Raises Starved."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                return self._ask(nursery.START, deadline, theirs.fileno()), ours
            except BaseException:
                ours.close()
                raise

    def end_child(self, pid: int) -> int | None:
        """Kills a child, unless it has ended. Returns the status that it ended with; None where nobody knows it."""
        with suppress(Starved):
            return self._ask(nursery.END + pid.to_bytes(nursery.NUMBER, "big"), time.monotonic() + PATIENCE)
        return None

    def close(self) -> None:
        """Ends the nursery, which ends its children."""
        process, orders = self._process, self._orders
        self._process = self._orders = None
        self._is_warm = False
        if orders is not None:
            orders.close()
        if process is not None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(1)
            process.kill()
            process.wait()

    def _ask(self, order: bytes, deadline: float, *handles: int) -> int:
        if not self._lock.acquire(timeout=_seconds_until(deadline)):
            raise Starved("no child could be started in time")
        try:
            orders = self._warm(deadline)
            orders.settimeout(_seconds_until(deadline))
            socket.send_fds(orders, [order], handles) if handles else orders.sendall(order)
            return int.from_bytes(nursery.exactly(orders, nursery.NUMBER), "big")
        except (OSError, EOFError) as error:
            self.close()  # dead, or behind with its answers: the next call starts another one
            raise Starved("no child could be started in time") from error
        finally:
            self._lock.release()

    def _warm(self, deadline: float) -> socket.socket:
        """The socket to a nursery that is ready. Raises Starved; the nursery goes on warming up for the next caller."""
        if self._orders is None or self._process is None or self._process.poll() is not None:
            self._start()
        assert self._orders is not None
        if not self._is_warm:
            self._orders.settimeout(_seconds_until(deadline))
            try:
                nursery.exactly(self._orders, 1)
            except TimeoutError:
                raise Starved("the process that starts children is not ready yet") from None
            self._is_warm = True
        return self._orders

    def _start(self) -> None:
        self.close()
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and path
                [sys.executable, "-c", START, str(theirs.fileno()), *sys.path],
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # there is a child per core already
            )
        self._orders = ours
        nursery.write(ours, pickle.dumps(_warm_ups))


class _Child:
    """One process, and how many tasks it has done. Raises Starved when none can be started by the deadline."""

    def __init__(self, deadline: float) -> None:
        self._pid, self._channel = _home.start_child(deadline)
        self.done = 0

    @property
    def is_alive(self) -> bool:
        """Whether an idle child still waits for a task: a dead one has closed its end of the channel."""
        self._channel.settimeout(0)
        try:
            return self._channel.recv(1, socket.MSG_PEEK) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False

    def ask(self, task: bytes, seconds: float, deadline: float) -> bytes:
        """Sends a task and returns the raw answer. Raises TooSlow, Crashed, Starved; the child is then to be ended."""
        self.done += 1
        try:
            self._channel.settimeout(_seconds_until(deadline))
            nursery.write(self._channel, task)
            return nursery.read(self._channel)
        except TimeoutError:
            raise Starved("the machine had no time for it") from None
        except (OSError, EOFError) as error:
            status = self.end()
            if status is None:
                raise Starved("its process was lost") from error
            if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGPROF:
                raise TooSlow(f"it takes more than {seconds:g} seconds of processor time") from None
            raise Crashed("the process died") from error

    def end(self) -> int | None:
        """Ends the process, unless it has ended. Returns its status, as `os.waitpid` does, the first time."""
        self._channel.close()
        pid, self._pid = self._pid, 0
        return _home.end_child(pid) if pid else None


_home = _Home()
_idle: deque[_Child] = deque()
_seats = BoundedSemaphore(CHILDREN)


@contextmanager
def _seat(deadline: float) -> Iterator[None]:
    if not _seats.acquire(timeout=_seconds_until(deadline)):
        raise Starved("too many other texts are being read")
    try:
        yield
    finally:
        _seats.release()


def _seconds_until(deadline: float) -> float:
    """Seconds until a moment of the monotonic clock, and always some: a time-out of 0 means another thing."""
    return max(deadline - time.monotonic(), 0.001)


def _take_child(deadline: float) -> _Child:
    while _idle:
        child = _idle.pop()
        if child.is_alive:
            return child
        child.end()
    return _Child(deadline)


def _give_back(child: _Child, stays: bool) -> None:
    if stays:
        _idle.append(child)
    else:
        child.end()


def _unpack(answer: bytes) -> tuple[Any, Exception | None]:
    try:
        value, error = pickle.loads(answer)  # noqa: S301  # written by our own child
    except Exception as problem:  # an exception class may refuse to be rebuilt, in any way it likes
        raise Crashed("its answer cannot be carried over") from problem
    return value, error


def _forget() -> None:
    """After a fork of this process: its children answer to the process that started them."""
    global _home
    _idle.clear()
    _home = _Home()


atexit.register(close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
