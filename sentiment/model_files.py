"""The files of a larger model on this disk: which of them are read, and which are refused."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from .base import ModelError

CONFIG, TOKENIZER = "config.json", "tokenizer.json"
ONNX = ("model.onnx", "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx")
SAFE = ("model.safetensors", "model.safetensors.index.json")
PICKLED = re.compile(r"(pytorch_model.*|.*\.(bin|pt|pth|ckpt|pkl|h5|msgpack))")
EXTRA = "install the extra that holds it: pip install 'vigie[transformers]'"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model on this disk. `weights` is the file that is loaded; `commit` is that of the hub, None for a folder."""

    name: str
    folder: Path
    weights: Path
    commit: str | None = None

    @property
    def is_onnx(self) -> bool:
        return self.weights.suffix == ".onnx"


def files_at(path: Path) -> ModelFiles:
    """The model in a folder, or of one ONNX file in a folder or in its folder `onnx`. Raises ModelError."""
    if path.is_file() and path.suffix != ".onnx":
        raise ModelError(f"{path} is a file: give the folder it lies in, or an ONNX file")
    folder = path if path.is_dir() else path.parent.parent if path.parent.name == "onnx" else path.parent
    names = names_in(folder)
    weights = choose_weights(names, str(folder)) if path.is_dir() else path.relative_to(folder).as_posix()
    check_packages(weights, names, str(folder))
    return ModelFiles(re.sub(r"\s+", "-", folder.resolve().name), folder, folder / weights)


def choose_weights(names: Collection[str], where: str) -> str:
    """The file of weights to load, out of the names of all files: ONNX before safetensors, exact before quantised.

    `where` names the model in an error. Raises ModelError when no file is safe to load.
    """
    if CONFIG not in names:
        raise ModelError(f"{where} has no {CONFIG}: it is not the folder of a model in the form of Hugging Face")
    other = sorted(name for name in names if re.fullmatch(r"(onnx/)?model_[^/]*\.onnx", name))
    for name in (*ONNX, *other, *SAFE):
        if name in names:
            return name
    if any(PICKLED.fullmatch(name) for name in names):
        raise ModelError(
            f"{where} has its weights as a pickle only, which can run code when it is opened: Vigie reads "
            "model.safetensors and ONNX; docs/sentiment.md tells how to convert it"
        )
    raise ModelError(f"{where} holds no weights: Vigie reads {', '.join((*ONNX[:2], *SAFE))}")


def check_packages(weights: str, names: Collection[str], where: str) -> None:
    """Raises ModelError when a package that these files need is not installed."""
    lacking = [package for package in ("torch", "transformers") if find_spec(package) is None]
    if weights in SAFE and lacking:
        raise ModelError(f"{where} has no ONNX file, and without one {' and '.join(lacking)} must be there: {EXTRA}")
    if TOKENIZER not in names and "transformers" in lacking:
        raise ModelError(f"{where} has no {TOKENIZER}, and to make it transformers must be there: {EXTRA}")


def config_of(files: ModelFiles) -> dict[str, Any]:
    """The content of config.json. Raises ModelError when it cannot be read, or when the model is no classifier."""
    config = read_json(files.folder / CONFIG)
    architectures = [str(each) for each in config.get("architectures") or ()]
    if architectures and not any(each.endswith("ForSequenceClassification") for each in architectures):
        raise ModelError(
            f"{files.name} is a {architectures[0]}: Vigie needs a text classifier (…ForSequenceClassification)"
        )
    if not architectures and "id2label" not in config:
        raise ModelError(
            f"{files.name}: {CONFIG} names neither an architecture nor labels, so it is no text classifier"
        )
    if config.get("problem_type") in ("regression", "multi_label_classification"):
        raise ModelError(f"{files.name} answers a {config['problem_type']}: Vigie needs one label out of several")
    return config


def labels_of(config: dict[str, Any]) -> list[str]:
    """The names of the labels, in order. Raises ModelError."""
    named = config.get("id2label")
    if named is None:
        return [f"LABEL_{number}" for number in range(int(config.get("num_labels", 2)))]
    try:
        by_number = {int(number): str(name) for number, name in named.items()}
        return [by_number[number] for number in range(len(by_number))]
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ModelError(f"`id2label` in its {CONFIG} does not number its labels from 0") from None


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file. Raises ModelError that says where the file is wrong."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise ModelError(f"{path} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except (UnicodeDecodeError, RecursionError):
        raise ModelError(f"{path} is not JSON") from None
    if not isinstance(content, dict):
        raise ModelError(f"{path} is not a JSON object")
    return content


def weight_files(files: ModelFiles) -> Iterator[Path]:
    """Every file that holds weights: also the shards of an index, and the data beside an ONNX graph. Raises
    ModelError."""
    yield files.weights
    if files.weights.name.endswith(".index.json"):
        shards = read_json(files.weights).get("weight_map")
        for name in shards_of(shards if isinstance(shards, dict) else {}):
            yield files.weights.parent / name
    if files.is_onnx:
        yield from sorted(files.weights.parent.glob(f"{files.weights.name}[._]data*"))


def shards_of(weight_map: dict[str, Any]) -> list[str]:
    """The files of a sharded model, each once. Raises ModelError for one outside the folder, or of another kind."""
    names = sorted({str(name) for name in weight_map.values()})
    if not names or any("/" in name or "\\" in name or not name.endswith(".safetensors") for name in names):
        raise ModelError("its index of weights names no .safetensors files beside it")
    return names


def names_in(folder: Path) -> list[str]:
    """The files of a folder and of its folder `onnx`."""
    return [
        path.relative_to(folder).as_posix()
        for part in (folder, folder / "onnx")
        for path in part.glob("*")
        if path.is_file()
    ]
