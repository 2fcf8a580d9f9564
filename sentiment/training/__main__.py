"""`python -m sentiment.training --data FOLDER --out sentiment/model`: trains, measures and writes the shipped model."""

from __future__ import annotations

import sys

EXTRA = ("torch", "onnx", "safetensors", "scipy")
"""The packages of the extra «training» that the command imports at its start."""


def main() -> int:
    """Runs the command, which exits by itself. Returns 2, with a sentence, when a package that it needs is missing."""
    try:
        from .command import main as run
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in EXTRA:
            raise
        print(f"training needs {package}: pip install 'vigie[training]'", file=sys.stderr)
        return 2
    run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
