"""Which files of a larger model are read, and which are refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sentiment.base import ModelError
from sentiment.model_files import (
    ModelFiles,
    choose_weights,
    config_of,
    files_at,
    labels_of,
    read_json,
    shards_of,
    weight_files,
)


@pytest.mark.parametrize(
    ("names", "weights"),
    [
        (["config.json", "model.safetensors", "model.onnx", "onnx/model.onnx"], "model.onnx"),
        (["config.json", "model.safetensors", "onnx/model_quantized.onnx"], "onnx/model_quantized.onnx"),
        (["config.json", "onnx/model_O3.onnx", "model.safetensors"], "onnx/model_O3.onnx"),
        (["config.json", "model.safetensors", "pytorch_model.bin"], "model.safetensors"),
        (["config.json", "model.safetensors.index.json"], "model.safetensors.index.json"),
    ],
)
def test_onnx_goes_before_safetensors_and_exact_before_quantised(names: list[str], weights: str) -> None:
    assert choose_weights(names, "acme/tiny") == weights


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["model.onnx"], "acme/tiny has no config.json"),
        (["config.json", "pytorch_model.bin"], "as a pickle only"),
        (["config.json", "weights.ckpt"], "as a pickle only"),
        (["config.json", "readme.md"], "holds no weights"),
    ],
)
def test_a_model_without_safe_weights_is_refused(names: list[str], reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        choose_weights(names, "acme/tiny")


@pytest.mark.parametrize(
    ("config", "labels"),
    [
        ({"id2label": {"1": "good", "0": "bad"}}, ["bad", "good"]),
        ({"num_labels": 3}, ["LABEL_0", "LABEL_1", "LABEL_2"]),
        ({}, ["LABEL_0", "LABEL_1"]),
    ],
)
def test_labels_are_in_the_order_of_their_numbers(config: dict[str, object], labels: list[str]) -> None:
    assert labels_of(config) == labels


@pytest.mark.parametrize("numbered", [{"1": "a", "2": "b"}, ["a", "b"], {"x": "a"}, 3])
def test_labels_that_are_not_numbered_from_0_are_refused(numbered: object) -> None:
    with pytest.raises(ModelError, match="does not number its labels from 0"):
        labels_of({"id2label": numbered})


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"architectures": ["BertForMaskedLM"]}, "tiny is a BertForMaskedLM"),
        ({}, "names neither an architecture nor labels"),
        ({"id2label": {"0": "a"}, "problem_type": "regression"}, "answers a regression"),
    ],
)
def test_what_is_no_classifier_of_one_label_is_refused(config: dict[str, object], reason: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ModelError, match=reason):
        config_of(ModelFiles("tiny", tmp_path, tmp_path / "model.onnx"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"{", "is not JSON: .* at line 1, column 2"), (b"[1]", "is not a JSON object"), (b"\xff", "is not JSON$")],
)
def test_a_broken_file_is_named(content: bytes, reason: str, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_bytes(content)
    with pytest.raises(ModelError, match=reason):
        read_json(tmp_path / "config.json")


@pytest.mark.parametrize("shard", ["../model-1.safetensors", "/etc/passwd", "a\\b.safetensors", "model.bin"])
def test_a_shard_outside_the_folder_or_of_another_kind_is_refused(shard: str) -> None:
    with pytest.raises(ModelError, match="its index of weights"):
        shards_of({"layer": shard})


def test_every_file_that_holds_weights_is_known(tmp_path: Path) -> None:
    index = {"weight_map": {"a": "m-2.safetensors", "b": "m-1.safetensors", "c": "m-1.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    sharded = ModelFiles("tiny", tmp_path, tmp_path / "model.safetensors.index.json")
    assert [path.name for path in weight_files(sharded)] == [
        "model.safetensors.index.json",
        "m-1.safetensors",
        "m-2.safetensors",
    ]
    for name in ("model.onnx", "model.onnx_data", "model.onnx.data1", "other.onnx"):
        (tmp_path / name).touch()
    graph = ModelFiles("tiny", tmp_path, tmp_path / "model.onnx")
    assert [path.name for path in weight_files(graph)] == ["model.onnx", "model.onnx.data1", "model.onnx_data"]


def test_a_folder_or_an_onnx_file_in_it_stands_for_the_model(tmp_path: Path) -> None:
    folder = tmp_path / "my model"
    (folder / "onnx").mkdir(parents=True)
    for name in ("config.json", "tokenizer.json", "onnx/model.onnx", "onnx/model_int8.onnx"):
        (folder / name).touch()
    assert files_at(folder) == ModelFiles("my-model", folder, folder / "onnx/model.onnx")
    assert files_at(folder / "onnx/model_int8.onnx") == ModelFiles("my-model", folder, folder / "onnx/model_int8.onnx")
    with pytest.raises(ModelError, match="is a file: give the folder"):
        files_at(folder / "config.json")
