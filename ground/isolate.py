"""Runs a function on hostile input in a process that can be killed.

A child is a fresh interpreter that talks over its standard pipes, never a fork: the caller may have threads. It serves
many calls, of about 2 ms each. It ends when its pipe closes, and by itself past its deadline, so that nothing survives
a killed parent.
"""

from __future__ import annotations

import atexit
import os
import pickle
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import BoundedSemaphore, Event, Timer
from typing import IO, Any, TypeVar, cast

T = TypeVar("T")

MIB = 1 << 20
MEMORY = 1024 * MIB
CHILDREN = min(8, os.cpu_count() or 1)
TASKS_PER_CHILD = 5_000  # a new child takes up to 1.5 s to import and load what it needs
GRACE = 2.0  # seconds past the deadline after which a child ends itself, in case its parent is gone
START = "import sys; sys.path[:] = sys.argv[1:]; from ground.isolate import serve; serve()"


class Isolated(Exception):
    """The function gave no answer."""


class TooSlow(Isolated):
    """The child was killed at its deadline."""


class Crashed(Isolated):
    """Its process died, needed more memory than allowed, or gave an answer that cannot be pickled."""


class _Child:
    """One interpreter, and how many tasks it has done."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603  # our own interpreter and path
            [sys.executable, "-c", START, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # there is a child per core already
        )
        self.done = 0

    def ask(self, task: bytes, seconds: float) -> bytes:
        """Sends a task and returns the raw answer. Raises TooSlow, or Crashed when the pipe ends first."""
        late = Event()

        def kill() -> None:
            late.set()
            self.process.kill()

        timer = Timer(seconds, kill)
        timer.start()
        try:
            return self._exchange(task)
        except (OSError, EOFError) as error:
            if late.is_set():
                raise TooSlow(f"no answer within {seconds:g} seconds") from None
            raise Crashed("the process died") from error
        finally:
            timer.cancel()
            self.done += 1

    def _exchange(self, task: bytes) -> bytes:
        there, back = self.process.stdin, self.process.stdout
        assert there is not None
        assert back is not None
        _write(there, task)
        return _read(back)

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(OSError):  # closing flushes, to a process that is gone
                    pipe.close()


_idle: deque[_Child] = deque()
_seats = BoundedSemaphore(CHILDREN)


def isolated(function: Callable[..., T], *args: object, seconds: float = 20, memory: int = MEMORY) -> T:
    """Runs `function(*args)` in a child process, and returns or raises what it does.

    The child finds `function` by its name, so it must live at the top of a module; arguments and result are pickled.
    `memory` bounds the address space in bytes where the system can do that (Linux). At most CHILDREN run at once; other
    callers wait for a seat, which does not count towards `seconds`. Raises TooSlow and Crashed. Safe from any thread.
    """
    task = pickle.dumps((function, args, seconds, memory))
    with _seats:
        child = _take_seat()
        healthy = False
        try:
            answer = child.ask(task, seconds)
            healthy = True
        finally:
            _give_back(child, healthy and child.done < TASKS_PER_CHILD)
    value, error = _unpack(answer)
    if isinstance(error, MemoryError):
        raise Crashed(f"it needed more than {memory // MIB} MiB of memory") from error
    if error is not None:
        raise error
    return cast(T, value)


def close() -> None:
    """Ends the idle children."""
    while _idle:
        _idle.pop().end()


def _take_seat() -> _Child:
    while True:
        try:
            child = _idle.pop()
        except IndexError:
            return _Child()
        if child.process.poll() is None:
            return child
        child.end()


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


def _write(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(len(message).to_bytes(8, "big"))
    pipe.write(message)
    pipe.flush()


def _read(pipe: IO[bytes]) -> bytes:
    head = pipe.read(8)
    size = int.from_bytes(head, "big")
    body = pipe.read(size) if len(head) == 8 else b""
    if len(head) < 8 or len(body) < size:
        raise EOFError
    return body


def serve() -> None:
    """The life of a child: it answers until its standard input ends. What a function prints goes to standard error."""
    tasks, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes the pipe
    with suppress(EOFError, BrokenPipeError):
        while True:
            function, args, seconds, memory = pickle.loads(_read(tasks))  # noqa: S301  # written by our own parent
            _limit(seconds, memory)
            answer = _answer(function, args)
            _unlimit()
            _write(answers, answer)


def _answer(function: Callable[..., object], args: tuple[object, ...]) -> bytes:
    try:
        result: tuple[object, Exception | None] = (function(*args), None)
    except Exception as problem:  # it is the caller's, whatever it is
        problem.__cause__ = problem.__context__ = None
        result = (None, problem.with_traceback(None))
    try:
        return pickle.dumps(result)
    except Exception:  # a result or an exception may hold something that cannot be pickled
        return pickle.dumps((None, Crashed(f"its answer cannot be carried over: {result[1] or type(result[0])!r}")))


def _limit(seconds: float, memory: int) -> None:
    """Bounds the task from within the child: SIGALRM, unhandled, ends the process, whatever it is doing."""
    if sys.platform == "win32":
        return
    import resource

    signal.setitimer(signal.ITIMER_REAL, seconds + GRACE)
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    with suppress(ValueError, OSError):  # macOS knows the limit and refuses it
        resource.setrlimit(resource.RLIMIT_AS, (memory, hard))


def _unlimit() -> None:
    """Lifts the bounds, so that an idle child can wait and a busy one can pickle its answer."""
    if sys.platform == "win32":
        return
    import resource

    signal.setitimer(signal.ITIMER_REAL, 0)
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


atexit.register(close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)  # children answer to the process that started them
