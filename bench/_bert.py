"""Makes a classifier of random numbers: a small BERT in a Hugging Face folder, as safetensors, as ONNX or both.

The ONNX graph is written node by node, so that neither torch nor an exporter is needed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Weights = dict[str, NDArray[np.float32]]
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
LABELS = ("negative", "neutral", "positive")


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of the model; the defaults are for tests."""

    layers: int = 2
    width: int = 32
    heads: int = 2
    inner: int = 64
    positions: int = 512
    vocabulary: int = 200


def write(
    folder: Path,
    labels: Sequence[str] = LABELS,
    shape: Shape | None = None,
    *,
    forms: Sequence[str] = ("onnx",),
    seed: int = 1,
) -> Path:
    """Writes config.json, tokenizer.json, and the weights in each of `forms`: `safetensors`, `onnx`. The same seed
    gives the same answers. Returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    size = shape or Shape()
    words = [*SPECIAL, *vocabulary(size.vocabulary - len(SPECIAL))]
    (folder / "config.json").write_text(json.dumps(config(size, labels)), encoding="utf-8")
    tokenizer(words, folder / "tokenizer.json")
    tensors = weights(size, len(labels), seed)
    if "safetensors" in forms:
        from safetensors.numpy import save_file

        save_file(tensors, str(folder / "model.safetensors"), metadata={"format": "pt"})
    if "onnx" in forms:
        import onnx

        onnx.save(graph(size, tensors), str(folder / "model.onnx"))
    return folder


def vocabulary(number: int) -> list[str]:
    """Made-up words and pieces of words, each once; the letters come first, so that any word can be spelled."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    pieces = [*letters, *(f"##{letter}" for letter in letters)]
    syllables = [a + b for a in "bcdfglmnprstv" for b in "aeiou"]
    longer = (f"{x}{y}{z}" for x in syllables for y in syllables for z in ("", "s", "r", "n"))
    return [*pieces, *syllables, *(word for word, _ in zip(longer, range(number), strict=False))][:number]


def tokenizer(words: Sequence[str], path: Path) -> None:
    """Writes a tokenizer of these pieces."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.WordPiece({word: number for number, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", words.index("[CLS]")), ("[SEP]", words.index("[SEP]"))]
    )
    tokenizer.save(str(path))


def config(shape: Shape, labels: Sequence[str]) -> dict[str, Any]:
    return {
        "architectures": ["BertForSequenceClassification"],
        "model_type": "bert",
        "hidden_size": shape.width,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.inner,
        "max_position_embeddings": shape.positions,
        "vocab_size": shape.vocabulary,
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
        "pad_token_id": 0,
        "type_vocab_size": 2,
        "id2label": {str(number): label for number, label in enumerate(labels)},
        "label2id": {label: number for number, label in enumerate(labels)},
    }


def weights(shape: Shape, labels: int, seed: int) -> Weights:
    """Every tensor by the name that transformers gives it, large enough for answers that differ from text to text."""
    dice, tensors = np.random.default_rng(seed), {}

    def linear(name: str, rows: int, columns: int) -> None:
        tensors[f"{name}.weight"] = (dice.standard_normal((rows, columns)) * 1.5 / columns**0.5).astype(np.float32)
        tensors[f"{name}.bias"] = (dice.standard_normal(rows) * 0.1).astype(np.float32)

    def norm(name: str) -> None:
        tensors[f"{name}.weight"] = (1 + dice.standard_normal(shape.width) * 0.1).astype(np.float32)
        tensors[f"{name}.bias"] = (dice.standard_normal(shape.width) * 0.1).astype(np.float32)

    rows = {"word": shape.vocabulary, "position": shape.positions, "token_type": 2}
    for kind, number in rows.items():
        table = dice.standard_normal((number, shape.width)).astype(np.float32)
        tensors[f"bert.embeddings.{kind}_embeddings.weight"] = table
    norm("bert.embeddings.LayerNorm")
    for layer in range(shape.layers):
        at = f"bert.encoder.layer.{layer}"
        for part in ("query", "key", "value"):
            linear(f"{at}.attention.self.{part}", shape.width, shape.width)
        linear(f"{at}.attention.output.dense", shape.width, shape.width)
        norm(f"{at}.attention.output.LayerNorm")
        linear(f"{at}.intermediate.dense", shape.inner, shape.width)
        linear(f"{at}.output.dense", shape.width, shape.inner)
        norm(f"{at}.output.LayerNorm")
    linear("bert.pooler.dense", shape.width, shape.width)
    linear("classifier", labels, shape.width)
    return tensors


def graph(shape: Shape, tensors: Mapping[str, NDArray[np.float32]]) -> Any:
    """The model as ONNX: input_ids, attention_mask, token_type_ids → logits, with free batch and length."""
    from onnx import TensorProto, helper, numpy_helper

    draw = _Drawing(tensors)
    length = draw.op("Slice", draw.op("Shape", "input_ids"), draw.numbers(1), draw.numbers(2))
    start, step = draw.number(0), draw.number(1)
    positions = draw.op("Range", start, draw.op("Squeeze", length), step)
    tables = "bert.embeddings.{}_embeddings.weight"
    words = draw.op("Gather", tables.format("word"), "input_ids")
    kinds = draw.op("Gather", tables.format("token_type"), "token_type_ids")
    places = draw.op("Gather", tables.format("position"), positions)
    hidden = draw.norm("bert.embeddings.LayerNorm", draw.op("Add", draw.op("Add", words, kinds), places))
    gap = draw.op("Sub", draw.real(1), draw.op("Cast", "attention_mask", to=TensorProto.FLOAT))
    mask = draw.op("Unsqueeze", draw.op("Mul", gap, draw.real(-1e9)), draw.numbers(1, 2))
    for layer in range(shape.layers):
        hidden = _layer(draw, f"bert.encoder.layer.{layer}", hidden, mask, shape)
    first = draw.op("Gather", hidden, draw.number(0), axis=1)
    pooled = draw.op("Tanh", draw.linear("bert.pooler.dense", first))
    draw.op("Identity", draw.linear("classifier", pooled), named="logits")
    inputs = ("input_ids", "attention_mask", "token_type_ids")
    labels = tensors["classifier.bias"].shape[0]
    drawn = helper.make_graph(
        draw.nodes,
        "bert",
        [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", "length"]) for name in inputs],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", labels])],
        [numpy_helper.from_array(array, name) for name, array in draw.constants.items()],
    )
    return helper.make_model(drawn, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)


def _layer(draw: _Drawing, at: str, hidden: str, mask: str, shape: Shape) -> str:
    def heads(part: str, order: list[int]) -> str:
        cut = draw.numbers(0, 0, shape.heads, shape.width // shape.heads)
        return draw.op(
            "Transpose", draw.op("Reshape", draw.linear(f"{at}.attention.self.{part}", hidden), cut), perm=order
        )

    query, key, value = heads("query", [0, 2, 1, 3]), heads("key", [0, 2, 3, 1]), heads("value", [0, 2, 1, 3])
    scaled = draw.op("Mul", draw.op("MatMul", query, key), draw.real((shape.width // shape.heads) ** -0.5))
    seen = draw.op("MatMul", draw.op("Softmax", draw.op("Add", scaled, mask), axis=-1), value)
    joined = draw.op("Reshape", draw.op("Transpose", seen, perm=[0, 2, 1, 3]), draw.numbers(0, 0, shape.width))
    attended = draw.op("Add", draw.linear(f"{at}.attention.output.dense", joined), hidden)
    middle = draw.norm(f"{at}.attention.output.LayerNorm", attended)
    inner = draw.op("Gelu", draw.linear(f"{at}.intermediate.dense", middle))
    return draw.norm(f"{at}.output.LayerNorm", draw.op("Add", draw.linear(f"{at}.output.dense", inner), middle))


class _Drawing:
    """The nodes and constants of a graph that is being written."""

    def __init__(self, tensors: Mapping[str, NDArray[np.float32]]) -> None:
        self.nodes: list[Any] = []
        transposed = {
            name: array.T.copy() for name, array in tensors.items() if array.ndim == 2 and "embeddings" not in name
        }
        self.constants: dict[str, NDArray[Any]] = {**tensors, **transposed}

    def op(self, kind: str, *inputs: str, named: str = "", **attributes: Any) -> str:
        from onnx import helper

        output = named or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def linear(self, name: str, input_: str) -> str:
        return self.op("Add", self.op("MatMul", input_, f"{name}.weight"), f"{name}.bias")

    def norm(self, name: str, input_: str) -> str:
        return self.op("LayerNormalization", input_, f"{name}.weight", f"{name}.bias", epsilon=1e-12)

    def numbers(self, *values: int) -> str:
        return self._constant(np.array(values, dtype=np.int64))

    def number(self, value: int) -> str:
        return self._constant(np.array(value, dtype=np.int64))

    def real(self, value: float) -> str:
        return self._constant(np.array(value, dtype=np.float32))

    def _constant(self, value: NDArray[Any]) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants[name] = value
        return name
