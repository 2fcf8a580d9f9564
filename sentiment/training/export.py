"""Writes the trained encoder as it ships: the table of its pieces, and the layers above it as ONNX, both in int8."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import ModelProto, helper, numpy_helper
from onnxruntime import InferenceSession
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from sentiment.encoder import Table, inputs, save_table

from .network import MARKS, POSITIONS, WIDTH, Network

BATCH = 16
Ranges = Mapping[str, tuple[float, float]]


class Layers(nn.Module):
    """A network without its embeddings: what is exported as ONNX."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, embedded: Tensor, seen: Tensor, asked: Tensor) -> Tensor:
        return self.network.read(embedded, seen, asked)


def export(network: Network, pieces: Sequence[Sequence[int]], table: Path, out: Path) -> None:
    """Writes the pieces of `network` to the file `table`, and its layers to the file `out`: embedded
    (n, length, WIDTH), seen and asked (n, length) → logits.

    Activations are rounded within the ranges they have over texts of these `pieces`. Dynamic quantisation takes the
    range of each batch, which would make the score of a text depend on the texts beside it.
    """
    network.eval()
    small = Table.quantise(network.table().numpy(), network.positions.weight.detach().numpy())
    save_table(table, small)
    with tempfile.TemporaryDirectory() as folder:
        whole, dynamic = Path(folder) / "whole.onnx", Path(folder) / "dynamic.onnx"
        _write(network, whole)
        quantize_dynamic(
            whole,
            dynamic,
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            reduce_range=True,  # without it, processors that lack VNNI overflow
            weight_type=QuantType.QInt8,
        )
        model = onnx.load(dynamic)
        observed = ranges(onnx.load(whole), list(_quantised_tensors(model)), small, pieces)
        onnx.save(with_fixed_ranges(model, observed), out)


def _write(network: Network, path: Path) -> None:
    seen = torch.ones((2, POSITIONS // 2))
    example = (torch.zeros((2, POSITIONS // 2, WIDTH)), seen, seen)
    names = ["embedded", "seen", "asked"]
    axes = {name: {0: "texts", 1: "length"} for name in names} | {"logits": {0: "texts"}}
    torch.onnx.export(
        Layers(network),
        example,
        path,
        input_names=names,
        output_names=["logits"],
        dynamic_axes=axes,
        dynamo=False,
    )


def _quantised_tensors(model: ModelProto) -> Iterator[str]:
    """The names of the tensors that a dynamically quantised model rounds."""
    yield from (node.input[0] for node in model.graph.node if node.op_type == "DynamicQuantizeLinear")


def ranges(whole: ModelProto, names: Sequence[str], table: Table, pieces: Sequence[Sequence[int]]) -> Ranges:
    """The least and the greatest value of each named tensor of the unrounded model, over texts of these pieces."""
    whole.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in names)
    session = InferenceSession(whole.SerializeToString(), providers=["CPUExecutionProvider"])
    own = len(table.values) - MARKS
    low, high = np.zeros(len(names)), np.zeros(len(names))  # zero is in every range: it must be kept exactly
    for start in range(0, len(pieces), BATCH):
        tensors = session.run(list(names), inputs(table, pieces[start : start + BATCH], own))
        low = np.minimum(low, [each.min() for each in tensors])
        high = np.maximum(high, [each.max() for each in tensors])
    return {name: (float(a), float(b)) for name, a, b in zip(names, low, high, strict=True)}


def with_fixed_ranges(model: ModelProto, known: Ranges) -> ModelProto:
    """A dynamically quantised model, made to use ranges that are known beforehand."""
    nodes = []
    for node in model.graph.node:
        if node.op_type != "DynamicQuantizeLinear":
            nodes.append(node)
            continue
        name, (whole, scale, zero) = node.input[0], node.output
        low, high = known[name]
        step = max(high - low, 1e-9) / 255
        model.graph.initializer.extend(
            [
                numpy_helper.from_array(np.array(step, dtype=np.float32), scale),
                numpy_helper.from_array(np.array(round(-low / step), dtype=np.uint8), zero),
            ]
        )
        nodes.append(helper.make_node("QuantizeLinear", [name, scale, zero], [whole], node.name))
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model
