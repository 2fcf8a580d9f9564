"""Fine-tunes the pretrained encoder. A run can be interrupted at any step, and gives the same result for a seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.nn.utils import clip_grad_norm_

from sentiment.encoder import pad
from sentiment.measure import Labels
from sentiment.quantify import Floats

from .network import Network

BATCH = 64
POOL = 24  # batches sorted by length together
RATE, TABLE_RATE = 1.2e-4, 6e-5  # learning rates of the layers, and of the table of pieces
WARM_UP = 0.06  # share of the steps in which the rate rises; after them it falls to zero
DECAY = 0.01
CLIP = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What is learnt from: the numbers of each text's pieces, labels (n,), offsets (n, 3), and how often each text is
    drawn in proportion to the others (n,)."""

    pieces: Sequence[Sequence[int]]
    labels: Labels
    offsets: Floats
    shares: Floats


@dataclass(frozen=True, slots=True)
class Course:
    """How many texts are drawn, repeats included, by which seed, and after how many steps the state is saved."""

    drawn: int
    seed: int = 1
    saved_every: int = 200


def finetune(network: Network, lesson: Lesson, course: Course, memory: Path, say: Callable[[str], None]) -> None:
    """Trains `network` on the texts drawn. The file `memory` holds the state from which an interrupted run goes on; it
    is removed at the end."""
    batches = _batches(lesson, course)
    optimiser = _optimiser(network)
    first = _restore(network, optimiser, memory)
    if first:
        say(f"going on at step {first}")
    network.train()
    losses: list[float] = []
    for step in range(first, len(batches)):
        torch.manual_seed(course.seed * 1_000_003 + step)
        for group in optimiser.param_groups:
            group["lr"] = group["full"] * _rate(step / len(batches))
        losses.append(_step(network, optimiser, lesson, batches[step]))
        if (step + 1) % 50 == 0:
            say(f"  step {step + 1} of {len(batches)}, loss {np.mean(losses[-50:]):.3f}")
        if (step + 1) % course.saved_every == 0:
            _save(network, optimiser, memory)
    network.eval()
    memory.unlink(missing_ok=True)


def logits(network: Network, pieces: Sequence[Sequence[int]]) -> Floats:
    """(n, 3) logits of each text, in order."""
    network.eval()
    order = np.argsort([len(row) for row in pieces], kind="stable")
    every = np.zeros((len(pieces), 3))
    with torch.inference_mode():
        for start in range(0, len(order), 4 * BATCH):
            chosen = order[start : start + 4 * BATCH]
            ids = torch.from_numpy(pad([pieces[row] for row in chosen]))
            every[chosen] = network(ids).numpy()
    return every


def _batches(lesson: Lesson, course: Course) -> list[NDArray[np.int64]]:
    """The rows of each step, drawn in proportion to their shares; those of one step are similar in length."""
    dice = np.random.default_rng(course.seed)
    expected = lesson.shares / lesson.shares.sum() * course.drawn
    times = np.floor(expected + dice.random(len(expected))).astype(np.int64)
    rows = dice.permutation(np.repeat(np.arange(len(times)), times))
    lengths = np.array([len(row) for row in lesson.pieces])
    batches: list[NDArray[np.int64]] = []
    for start in range(0, len(rows), POOL * BATCH):
        pool = rows[start : start + POOL * BATCH]
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        cut = [pool[at : at + BATCH] for at in range(0, len(pool), BATCH)]
        batches += [cut[number] for number in dice.permutation(len(cut))]
    return batches


def _step(network: Network, optimiser: torch.optim.Optimizer, lesson: Lesson, rows: NDArray[np.int64]) -> float:
    ids = torch.from_numpy(pad([lesson.pieces[row] for row in rows]))
    offsets = torch.from_numpy(lesson.offsets[rows]).to(torch.float32)
    loss = cross_entropy(network(ids) + offsets, torch.from_numpy(lesson.labels[rows]))
    optimiser.zero_grad()
    loss.backward()
    clip_grad_norm_(network.parameters(), CLIP)
    optimiser.step()
    return float(loss.detach())


def _rate(done: float) -> float:
    return done / WARM_UP if done < WARM_UP else (1 - done) / (1 - WARM_UP)


def _optimiser(network: Network) -> torch.optim.AdamW:
    table = [network.pieces.weight, network.positions.weight]
    of_table = {id(each) for each in table}
    rest = [each for each in network.parameters() if id(each) not in of_table]
    dense, biases = [each for each in rest if each.dim() > 1], [each for each in rest if each.dim() == 1]
    groups = [
        {"params": table, "full": TABLE_RATE, "weight_decay": 0.0},
        {"params": dense, "full": RATE, "weight_decay": DECAY},
        {"params": biases, "full": RATE, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=RATE)


def _save(network: Network, optimiser: torch.optim.Optimizer, memory: Path) -> None:
    """Writes all that the next step depends on to one file, which is never half-written."""
    kept: dict[str, Tensor] = {f"network.{name}": value for name, value in network.state_dict().items()}
    for number, state in optimiser.state_dict()["state"].items():
        kept |= {f"optimiser.{number}.{name}": value for name, value in state.items()}
    part = memory.with_suffix(".part")
    save_file({name: value.contiguous() for name, value in kept.items()}, part)
    part.replace(memory)


def _restore(network: Network, optimiser: torch.optim.Optimizer, memory: Path) -> int:
    """Reads what `_save` wrote. Returns the step to go on with, 0 where nothing was saved."""
    if not memory.exists():
        return 0
    kept = load_file(memory)
    network.load_state_dict(
        {name.removeprefix("network."): value for name, value in kept.items() if name.startswith("network.")}
    )
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in kept.items():
        if name.startswith("optimiser."):
            _, number, field = name.split(".")
            state.setdefault(int(number), {})[field] = value
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})
    return int(next(iter(state.values()))["step"])
