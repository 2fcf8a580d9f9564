"""The shape of the encoder in training: a BERT of few layers. The mean over the pieces of a text gives three logits, or
over the marks of the brand asked about where there are any (target pooling: Gao et al., IEEE Access 7, 2019)."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from .pretrained import Pretrained

WIDTH, HEADS, INNER, POSITIONS = 384, 12, 1_536, 64
LABELS = 3
MARKS = 2
"""Pieces of our own, for the brand that a question is about and for the others: `named.OWN` and `named.OTHER`."""
DROPOUT = 0.1


class Layer(nn.Module):
    """Attention, then two dense layers, each added to its input and normalised (Devlin et al., NAACL 2019).

    The names of its parts are keys of the weights that an interrupted training has saved.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)  # query, key and value at once
        self.wide, self.narrow = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.attended, self.answered = nn.LayerNorm(WIDTH, eps=1e-12), nn.LayerNorm(WIDTH, eps=1e-12)
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, x: Tensor, hidden: Tensor) -> Tensor:
        n, length, _ = x.shape
        query, key, value = self.asked(x).view(n, length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4).unbind(0)
        weights = torch.softmax(query @ key.transpose(2, 3) / math.sqrt(WIDTH // HEADS) + hidden, dim=-1)
        mixed = (weights @ value).transpose(1, 2).reshape(n, length, WIDTH)
        x = self.attended(x + self.dropout(self.out(mixed)))
        return self.answered(x + self.dropout(self.narrow(functional.gelu(self.wide(x)))))


class Network(nn.Module):
    """Numbers of pieces (n, length), 0 after the end of a text → logits (n, 3).

    The table of the pretrained pieces and the places stay as they came; the marks, which follow them, are learnt.
    """

    def __init__(self, pieces: int, layers: int) -> None:
        super().__init__()
        self.pieces = nn.Embedding(pieces, WIDTH)
        self.marks = nn.Embedding(MARKS, WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.normed = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(layers))
        self.head = nn.Linear(WIDTH, LABELS)
        self.dropout = nn.Dropout(DROPOUT)
        self.pieces.weight.requires_grad_(False)
        self.positions.weight.requires_grad_(False)

    def forward(self, ids: Tensor) -> Tensor:
        first = self.pieces.num_embeddings
        known, marks = self.pieces(ids.clamp(max=first - 1)), self.marks((ids - first).clamp(min=0))
        embedded = torch.where((ids >= first)[:, :, None], marks, known)
        places = torch.arange(ids.shape[1], device=ids.device)
        own, seen = ids == first, ids != 0
        asked = torch.where(own.any(dim=1, keepdim=True), own, seen)
        return self.read(embedded + self.positions(places), seen.to(torch.float32), asked.to(torch.float32))

    def read(self, embedded: Tensor, seen: Tensor, asked: Tensor) -> Tensor:
        """Embedded pieces (n, length, WIDTH), where there is one (n, length), 1 or 0, and the same for those that the
        answer is read from → logits (n, 3)."""
        hidden = (1 - seen)[:, None, None, :] * -10_000.0
        x = self.dropout(self.normed(embedded))
        for layer in self.layers:
            x = layer(x, hidden)
        mean = (x * asked[:, :, None]).sum(dim=1) / asked.sum(dim=1, keepdim=True).clamp(min=1)
        answer: Tensor = self.head(self.dropout(mean))
        return answer

    def table(self) -> Tensor:
        """(pieces + MARKS, WIDTH): the embeddings of all pieces, the marks last."""
        return torch.cat([self.pieces.weight, self.marks.weight]).detach()


def pretrained_state(pretrained: Pretrained, rows: list[int], layers: int) -> dict[str, Tensor]:
    """The pretrained weights under this network's names, with these rows of the table for its pieces.

    The embedding of the first segment is added to every position. A mark starts near the mean of the table. The head is
    left out.
    """
    table = torch.from_numpy(pretrained.table(rows))
    places = pretrained.floats("emb.pos").reshape(-1, WIDTH)[:POSITIONS] + pretrained.floats("emb.type")[:WIDTH]
    state = {
        "pieces.weight": table,
        "marks.weight": table.mean(dim=0) + 0.5 * table.std(dim=0) * torch.randn(MARKS, WIDTH),
        "positions.weight": torch.from_numpy(places),
        "normed.weight": torch.from_numpy(pretrained.floats("emb.ln.w")),
        "normed.bias": torch.from_numpy(pretrained.floats("emb.ln.b")),
    }
    for layer in range(layers):
        state |= _layer_state(pretrained, f"l{layer}", f"layers.{layer}")
    return state


def _layer_state(pretrained: Pretrained, there: str, here: str) -> dict[str, Tensor]:
    dense = {"ao": ("out", WIDTH), "fi": ("wide", WIDTH), "fo": ("narrow", INNER)}
    norms = {"aln": "attended", "oln": "answered"}
    three = [pretrained.matrix(f"{there}.{name}.w", WIDTH) for name in "qkv"]
    biases = [pretrained.floats(f"{there}.{name}.b") for name in "qkv"]
    state = {f"{here}.asked.weight": np.concatenate(three), f"{here}.asked.bias": np.concatenate(biases)}
    for name, (ours, columns) in dense.items():
        state[f"{here}.{ours}.weight"] = pretrained.matrix(f"{there}.{name}.w", columns)
    for name, ours in norms.items():
        state[f"{here}.{ours}.weight"] = pretrained.floats(f"{there}.{name}.w")
    for name, ours in {**{name: ours for name, (ours, _) in dense.items()}, **norms}.items():
        state[f"{here}.{ours}.bias"] = pretrained.floats(f"{there}.{name}.b")
    return {name: torch.from_numpy(value) for name, value in state.items()}
