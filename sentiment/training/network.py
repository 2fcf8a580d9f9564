"""The shape of the encoder in training: a BERT of few layers; the mean over the pieces of a text gives three logits."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTH, HEADS, INNER, POSITIONS = 384, 12, 1_536, 64
LAYERS = 2  # the first of the six pretrained ones: each more costs a third of the speed
LABELS = 3


class Layer(nn.Module):
    """Attention, then two dense layers, each added to its input and normalised (Devlin et al., NAACL 2019).

    The names of its parts are keys of the weights that an interrupted training has saved.
    """

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.asked, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)  # query, key and value at once
        self.wide, self.narrow = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.attended, self.answered = nn.LayerNorm(WIDTH, eps=1e-12), nn.LayerNorm(WIDTH, eps=1e-12)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, hidden: Tensor) -> Tensor:
        n, length, _ = x.shape
        query, key, value = self.asked(x).view(n, length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4).unbind(0)
        weights = torch.softmax(query @ key.transpose(2, 3) / math.sqrt(WIDTH // HEADS) + hidden, dim=-1)
        mixed = (self.dropout(weights) @ value).transpose(1, 2).reshape(n, length, WIDTH)
        x = self.attended(x + self.dropout(self.out(mixed)))
        return self.answered(x + self.dropout(self.narrow(functional.gelu(self.wide(x)))))


class Network(nn.Module):
    """Numbers of pieces (n, length), 0 after the end of a text → logits (n, 3)."""

    def __init__(self, pieces: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.pieces = nn.Embedding(pieces, WIDTH)
        self.positions = nn.Embedding(POSITIONS, WIDTH)
        self.normed = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))
        self.head = nn.Linear(WIDTH, LABELS)
        self.dropout = nn.Dropout(dropout)

    def forward(self, ids: Tensor) -> Tensor:
        places = torch.arange(ids.shape[1], device=ids.device)
        return self.read(self.pieces(ids) + self.positions(places), (ids != 0).to(torch.float32))

    def read(self, embedded: Tensor, seen: Tensor) -> Tensor:
        """Embedded pieces (n, length, WIDTH) and where there is one (n, length), 1 or 0 → logits (n, 3)."""
        hidden = (1 - seen)[:, None, None, :] * -10_000.0
        x = self.dropout(self.normed(embedded))
        for layer in self.layers:
            x = layer(x, hidden)
        mean = (x * seen[:, :, None]).sum(dim=1) / seen.sum(dim=1, keepdim=True).clamp(min=1)
        answer: Tensor = self.head(self.dropout(mean))
        return answer


def pretrained_state(stored: dict[str, Tensor], table: Tensor) -> dict[str, Tensor]:
    """The weights of a pretrained BERT under this network's names, with `table` (pieces, WIDTH) for its pieces.

    The embedding of the first segment is added to every position. The head is left out.
    """
    state = {
        "pieces.weight": table,
        "positions.weight": stored["embeddings.position_embeddings.weight"][:POSITIONS]
        + stored["embeddings.token_type_embeddings.weight"][0],
    }
    names = {"embeddings.LayerNorm": "normed"}
    for layer in range(LAYERS):
        there, here = f"encoder.layer.{layer}", f"layers.{layer}"
        names |= {
            f"{there}.attention.output.dense": f"{here}.out",
            f"{there}.attention.output.LayerNorm": f"{here}.attended",
            f"{there}.intermediate.dense": f"{here}.wide",
            f"{there}.output.dense": f"{here}.narrow",
            f"{there}.output.LayerNorm": f"{here}.answered",
        }
    for part in ("weight", "bias"):
        for there, here in names.items():
            state[f"{here}.{part}"] = stored[f"{there}.{part}"]
        for layer in range(LAYERS):
            three = [f"encoder.layer.{layer}.attention.self.{name}.{part}" for name in ("query", "key", "value")]
            state[f"layers.{layer}.asked.{part}"] = torch.cat([stored[name] for name in three])
    return state
