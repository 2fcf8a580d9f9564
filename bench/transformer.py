"""A larger sentiment model behind `Scorer` beside plain `transformers.pipeline("text-classification")`.

The model is made of random numbers, in the shape of a MiniLM: 6 layers, 384 wide. Both read the same texts on the same
number of threads, in turns; the best turn of each counts, in processor time, so that a busy machine matters little.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench._bert import Shape, vocabulary, write
from bench.row import Row
from sentiment.base import Scorer, Text
from sentiment.model_files import ModelFiles, files_at
from sentiment.transformer import load

SHAPE = Shape(layers=6, width=384, heads=12, inner=1536, vocabulary=4000)
THREADS, TEXTS, TURNS = 1, 100, 3
Reader = Callable[[Sequence[str]], object]


def run() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "model", shape=SHAPE, forms=("onnx", "safetensors"))
        readers = {"ours, ONNX": ours(load(files_at(path), THREADS))}
        note = "torch is missing: .venv/bin/python -m pip install torch==2.13.0"
        with suppress(ImportError):
            readers |= with_torch(path)
            note = ""
        speeds = measure(readers, texts(TEXTS))
    for name, speed in speeds.items():
        yield Row(name, speed, "texts/s", note="of one core")
    plain = speeds.get("transformers.pipeline")
    for name in ("ours, ONNX", "ours, torch"):
        ratio = speeds[name] / plain if plain and name in speeds else None
        yield Row(f"{name}, against the plain pipeline", ratio, "×", target=3, note=note)


def texts(number: int) -> list[str]:
    """Made-up texts as long as mentions are: half of them under 20 words, some of several hundred."""
    dice, words = random.Random(1), vocabulary(2000)
    return [" ".join(dice.choices(words, k=max(1, int(dice.lognormvariate(3, 1))))) for _ in range(number)]


def ours(model: Scorer) -> Reader:
    return lambda every: model.score([Text(text) for text in every])


def with_torch(path: Path) -> dict[str, Reader]:
    """The readers that need torch. Raises ImportError where it is missing."""
    import torch
    import transformers

    torch.set_num_threads(THREADS)
    safe = load(ModelFiles("model", path, path / "model.safetensors"), THREADS)
    pipeline: Any = transformers.pipeline("text-classification", model=str(path), device="cpu")
    return {
        "ours, torch": ours(safe),
        "transformers.pipeline": lambda every: pipeline(list(every), truncation=True),
        "transformers.pipeline, batches of 32": lambda every: pipeline(list(every), truncation=True, batch_size=32),
    }


def measure(readers: dict[str, Reader], texts: Sequence[str]) -> dict[str, float]:
    """Texts per second of processor time that each reads, in turns."""
    best = dict.fromkeys(readers, 0.0)
    for _ in range(TURNS):
        for name, read in readers.items():
            start = time.process_time()
            read(texts)
            best[name] = max(best[name], len(texts) / (time.process_time() - start))
    return best
