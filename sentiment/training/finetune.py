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
from torch.nn.functional import cross_entropy, kl_div, log_softmax
from torch.nn.utils import clip_grad_norm_

from sentiment.encoder import pad
from sentiment.measure import Labels
from sentiment.quantify import Floats

from .network import Network

BATCH = 32
POOL = 24  # batches sorted by length together
RATE, HEAD_RATE = 1.2e-4, 1e-3  # learning rates of the last layer, and of the head and the marks
LOWER = 0.88  # the rate of each layer, of that of the one above it
WARM_UP = 0.08  # share of the steps in which the rate rises; after them it falls to zero
DECAY = 0.01
CLIP = 1.0
TAUGHT = 0.7  # the share of the loss that is the distance from a teacher, where there is one
WARMTH = 1.5  # the temperature at which teacher and pupil are compared


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """What is learnt from: the numbers of each text's pieces, labels (n,), offsets (n, 3), how often each text is drawn
    in proportion to the others (n,), and the logits of a teacher (n, 3) where there is one: not a number for a text
    that it cannot read."""

    pieces: Sequence[Sequence[int]]
    labels: Labels
    offsets: Floats
    shares: Floats
    taught: Floats | None = None


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
    answers = network(torch.from_numpy(pad([lesson.pieces[row] for row in rows])))
    offsets = torch.from_numpy(lesson.offsets[rows]).to(torch.float32)
    losses = cross_entropy(answers + offsets, torch.from_numpy(lesson.labels[rows]), reduction="none")
    if lesson.taught is not None:
        teacher = torch.from_numpy(lesson.taught[rows]).to(torch.float32)
        known = ~torch.isnan(teacher[:, 0])
        softened = (1 - TAUGHT) * losses + TAUGHT * _distance(answers, torch.nan_to_num(teacher))
        losses = torch.where(known, softened, losses)
    loss = losses.mean()
    optimiser.zero_grad()
    loss.backward()
    clip_grad_norm_(network.parameters(), CLIP)
    optimiser.step()
    return float(loss.detach())


def _distance(pupil: Tensor, teacher: Tensor) -> Tensor:
    """(n,) Kullback-Leibler divergences of softened answers, scaled as the slope of the loss: Hinton et al., 2015."""
    soft = log_softmax(pupil / WARMTH, dim=1), log_softmax(teacher / WARMTH, dim=1)
    distances: Tensor = WARMTH**2 * kl_div(*soft, reduction="none", log_target=True).sum(dim=1)
    return distances


def _rate(done: float) -> float:
    return done / WARM_UP if done < WARM_UP else (1 - done) / (1 - WARM_UP)


def _optimiser(network: Network) -> torch.optim.AdamW:
    """Lower layers learn slower: what they know of languages is worth keeping."""
    depth = len(network.layers)
    groups = [
        {"params": list(layer.parameters()), "full": RATE * LOWER ** (depth - 1 - place)}
        for place, layer in enumerate(network.layers)
    ]
    begun_here = [*network.head.parameters(), *network.marks.parameters()]
    groups += [
        {"params": list(network.normed.parameters()), "full": RATE * LOWER**depth},
        {"params": begun_here, "full": HEAD_RATE},
    ]
    return torch.optim.AdamW(groups, lr=RATE, weight_decay=DECAY)


def _save(network: Network, optimiser: torch.optim.Optimizer, memory: Path) -> None:
    """Writes all that the next step depends on to one file, which is never half-written."""
    kept = {f"network.{name}": value for name, value in learnt(network).items()}
    for number, state in optimiser.state_dict()["state"].items():
        kept |= {f"optimiser.{number}.{name}": value for name, value in state.items()}
    part = memory.with_suffix(".part")
    save_file({name: value.contiguous() for name, value in kept.items()}, part)
    part.replace(memory)


def learnt(network: Network) -> dict[str, Tensor]:
    """The weights that training changes, by name."""
    return {name: value.detach() for name, value in network.named_parameters() if value.requires_grad}


def _restore(network: Network, optimiser: torch.optim.Optimizer, memory: Path) -> int:
    """Reads what `_save` wrote. Returns the step to go on with, 0 where nothing was saved."""
    if not memory.exists():
        return 0
    kept = load_file(memory)
    saved = {name.removeprefix("network."): value for name, value in kept.items() if name.startswith("network.")}
    network.load_state_dict(saved, strict=False)
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in kept.items():
        if name.startswith("optimiser."):
            _, number, field = name.split(".")
            state.setdefault(int(number), {})[field] = value
    optimiser.load_state_dict({**optimiser.state_dict(), "state": state})
    return int(next(iter(state.values()))["step"])
