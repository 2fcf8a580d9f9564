"""Makes a virtual environment for a peer, once for each content of its lock file."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

CACHE = Path(__file__).parents[1] / ".cache"


def python_of(peer: str) -> Path:
    """The interpreter of an environment with what `bench/peers/<peer>.txt` locks.

    Raises CalledProcessError with the installer's words, OSError when there is no installer.
    """
    lock = Path(__file__).with_name(f"{peer}.txt")
    folder = CACHE / f"{peer}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    python, done = folder / "bin/python", folder / ".installed"
    if done.exists():
        return python
    uv = Path(sys.executable).with_name("uv")
    install: list[str | Path] = ["pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", lock]
    create: list[str | Path] = [sys.executable, "-m", "venv", "--clear", "--without-pip", folder]
    for command in (create, [uv, *install]):
        subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    done.touch()
    return python


def ask(command: list[str | Path], *, cwd: Path | None = None, seconds: float = 300, **variables: str) -> str:
    """Runs a command, and returns what it printed. Raises CalledProcessError, TimeoutExpired, OSError."""
    # no setting of ours may change a peer: of our environment it gets the path of programs and a home
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(CACHE), **variables}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=seconds, check=True
    )
    return done.stdout
