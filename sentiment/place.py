"""Where a model lies: which of its files are read, and which are refused."""

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
class Place:
    """A model on this disk. `weights` is the file that is loaded; `commit` is the hub's, None for a folder."""

    name: str
    folder: Path
    weights: Path
    commit: str | None = None

    @property
    def is_onnx(self) -> bool:
        return self.weights.suffix == ".onnx"


def place_of(path: Path) -> Place:
    """The model in a folder, or that of one ONNX file in it or in its folder `onnx`. Raises ModelError."""
    if path.is_file() and path.suffix != ".onnx":
        raise ModelError(f"{path} is a file: give the folder it lies in, or an ONNX file")
    folder = path if path.is_dir() else path.parent.parent if path.parent.name == "onnx" else path.parent
    names = names_in(folder)
    weights = chosen(names, str(folder)) if path.is_dir() else path.relative_to(folder).as_posix()
    can_load(weights, names, str(folder))
    return Place(re.sub(r"\s+", "-", folder.resolve().name), folder, folder / weights)


def chosen(names: Collection[str], where: str) -> str:
    """The file of weights to load, out of all files there: ONNX before safetensors, exact before quantised.

    Raises ModelError when nothing there is safe to load.
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


def can_load(weights: str, names: Collection[str], where: str) -> None:
    """Raises ModelError when a package is missing here that these files need."""
    lacking = [package for package in ("torch", "transformers") if find_spec(package) is None]
    if weights in SAFE and lacking:
        raise ModelError(f"{where} has no ONNX file, and without one {' and '.join(lacking)} must be there: {EXTRA}")
    if TOKENIZER not in names and "transformers" in lacking:
        raise ModelError(f"{where} has no {TOKENIZER}, and to make it transformers must be there: {EXTRA}")


def config_of(place: Place) -> dict[str, Any]:
    """What config.json says. Raises ModelError when it cannot be read or is no classifier's."""
    config = read_json(place.folder / CONFIG)
    made_for = [str(each) for each in config.get("architectures") or ()]
    if made_for and not any(each.endswith("ForSequenceClassification") for each in made_for):
        raise ModelError(f"{place.name} is a {made_for[0]}: Vigie needs a text classifier (…ForSequenceClassification)")
    if not made_for and "id2label" not in config:
        raise ModelError(
            f"{place.name}: {CONFIG} names neither an architecture nor labels, so it is no text classifier"
        )
    if config.get("problem_type") in ("regression", "multi_label_classification"):
        raise ModelError(f"{place.name} answers a {config['problem_type']}: Vigie needs one label out of several")
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
    """An object of a JSON file. Raises ModelError with the place of the mistake."""
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


def weight_files(place: Place) -> Iterator[Path]:
    """Every file whose bytes are weights: the shards of an index, the data beside an ONNX graph. Raises ModelError."""
    yield place.weights
    if place.weights.name.endswith(".index.json"):
        shards = read_json(place.weights).get("weight_map")
        for name in shards_of(shards if isinstance(shards, dict) else {}):
            yield place.weights.parent / name
    if place.is_onnx:
        yield from sorted(place.weights.parent.glob(f"{place.weights.name}[._]data*"))


def shards_of(weight_map: dict[str, Any]) -> list[str]:
    """The files of a sharded model, once each. Raises ModelError for one outside its folder or of another kind."""
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
