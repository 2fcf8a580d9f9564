"""The entry point of `vigie` and of `python -m app`: the verbs are in app/cli."""

from __future__ import annotations

from app.cli.verbs import main

__all__ = ["main"]

if __name__ == "__main__":
    main(prog_name="vigie")
