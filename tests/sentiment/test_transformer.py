"""A larger model behind `Scorer`: a tiny BERT of random numbers, as safetensors and as ONNX."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench._bert import LABELS, Shape, vocabulary, write
from sentiment.base import ModelError, Score, Text
from sentiment.correction import corrections_as_json, unmeasured
from sentiment.measured import FILE, Measured
from sentiment.measured import write as write_measured
from sentiment.model_files import ModelFiles, files_at
from sentiment.scorers import check, scorer
from sentiment.transformer import BATCH_TOKENS, POOL, Transformer, batches, load, pad


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model in both forms."""
    return write(tmp_path_factory.mktemp("models") / "tiny", forms=("onnx", "safetensors"))


@pytest.fixture(scope="module")
def model(folder: Path) -> Transformer:
    return load(files_at(folder), 1)


def texts(number: int = 300, seed: int = 1) -> list[Text]:
    """From one word to hundreds, in no order of length."""
    dice, words = random.Random(seed), vocabulary(150)
    lengths = [int(dice.lognormvariate(3, 1)) for _ in range(number)]
    return [Text(" ".join(dice.choices(words, k=length)), dice.choice(["fr", "en", "de", None])) for length in lengths]


def rows(scores: Sequence[Score]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([(score.negative, score.neutral, score.positive) for score in scores])


def test_probabilities_sum_to_one_and_differ_from_text_to_text(model: Transformer) -> None:
    found = rows(model.score(texts()))
    assert found.sum(axis=1) == pytest.approx(1)
    assert (found >= 0).all()
    assert found.std(axis=0).min() > 0.02
    assert model.name == "tiny"
    assert model.fast is None


def test_many_texts_at_once_are_answered_as_one_by_one_and_in_order(model: Transformer) -> None:
    asked = texts(200)
    together = rows(model.score(asked))
    assert together == pytest.approx(np.vstack([rows(model.score([text])) for text in asked]), abs=1e-5)
    turned = rows(model.score(asked[::-1]))
    assert turned[::-1] == pytest.approx(together, abs=1e-5)
    assert (rows(model.score(asked)) == together).all(), "the same call gives the same numbers"


def test_more_texts_than_a_pool_keep_their_order(model: Transformer) -> None:
    asked = texts(POOL + 300)
    assert rows(model.score(asked))[POOL - 2 : POOL + 2] == pytest.approx(
        np.vstack([rows(model.score([text])) for text in asked[POOL - 2 : POOL + 2]]), abs=1e-5
    )
    assert model.score([]) == []


@pytest.mark.parametrize(
    "text",
    ["", " \n\t", "\x00", "\ud83d", "👍" * 3000, "x" * 1_000_000, "ba " * 300_000, "漢字かな", "a\u0301" * 5000],
    ids=["empty", "blank", "null", "half a pair", "emoji", "one long word", "many words", "no latin", "accents"],
)
def test_any_string_has_an_answer(model: Transformer, text: str) -> None:
    (found,) = model.score([Text(text)])
    assert found.negative + found.neutral + found.positive == pytest.approx(1)


def test_what_follows_the_last_token_read_changes_nothing(tmp_path: Path) -> None:
    short = load(files_at(write(tmp_path / "short", shape=Shape(positions=16))), 1)
    long = " ".join(vocabulary(150)[52:100])
    assert short.score([Text(long)]) == short.score([Text(long + " ba be bi")])
    assert short.score([Text(long)]) != short.score([Text("ba " + long)])


def test_the_limit_of_the_tokenizer_holds_too(folder: Path, tmp_path: Path) -> None:
    place = files_at(write(tmp_path / "limited"))
    (place.folder / "tokenizer_config.json").write_text('{"model_max_length": 12}')
    words = " ".join(vocabulary(150)[52:100])
    limited = load(place, 1)
    assert limited.score([Text(words)]) == limited.score([Text(words + " ba")])
    (place.folder / "tokenizer_config.json").write_text('{"model_max_length": 1000000000000000019884624838656}')
    assert load(place, 1).score([Text(words)]) != limited.score([Text(words)])


def test_a_batch_is_of_like_lengths_and_never_larger_than_its_budget() -> None:
    lengths = [int(random.Random(n).lognormvariate(3, 1.2)) + 2 for n in range(2000)]
    found = list(batches(lengths))
    assert sorted(row for batch in found for row in batch) == list(range(2000))
    several = [batch for batch in found if len(batch) > 1]
    assert max(len(batch) * max(lengths[row] for row in batch) for batch in several) <= BATCH_TOKENS
    filled = sum(lengths) / sum(len(batch) * max(lengths[row] for row in batch) for batch in found)
    assert filled > 0.9
    assert list(batches([5 * BATCH_TOKENS])) == [[0]]


def test_padding_is_marked() -> None:
    ids, mask = pad([[5, 6, 7], [8]], 9)
    assert ids.tolist() == [[5, 6, 7], [8, 9, 9]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]


def test_answers_that_are_no_numbers_become_thirds(model: Transformer) -> None:
    broken = Transformer(
        "x", "1", "1", (0, 1, 2), model.tokenizer, 0, lambda ids, mask: np.full((len(ids), 3), np.nan),
        model.calibration, model.corrections, {}, model.sureness,
    )  # fmt: skip
    assert rows(broken.score([Text("a")]))[0] == pytest.approx([1 / 3] * 3)


@pytest.mark.training
def test_torch_and_onnx_give_the_same_probabilities(folder: Path, model: Transformer) -> None:
    from_torch = load(ModelFiles("tiny", folder, folder / "model.safetensors"), 1)
    asked = [*texts(100), Text(""), Text("ba " * 600)]
    assert rows(from_torch.score(asked)) == pytest.approx(rows(model.score(asked)), abs=1e-4)
    assert from_torch.version != model.version, "other files are another version"


@pytest.mark.training
def test_a_folder_of_safetensors_alone_is_read_through_torch(folder: Path, tmp_path: Path) -> None:
    alone = write(tmp_path / "tiny", forms=("safetensors",))
    assert rows(scorer(str(alone)).score(texts(20))) == pytest.approx(
        rows(scorer(str(folder)).score(texts(20))), abs=1e-4
    )


@pytest.mark.training
def test_weights_without_a_trained_classifier_are_refused(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    path = write(tmp_path / "headless", forms=("safetensors",)) / "model.safetensors"
    kept = {name: array for name, array in load_file(path).items() if not name.startswith("classifier")}
    save_file(kept, path, metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"lacks weights of its classifier \(classifier"):
        scorer(str(path.parent))


def test_without_torch_the_sentence_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = str(write(tmp_path / "safe", forms=("safetensors",)))
    monkeypatch.setitem(sys.modules, "torch", None)  # what Python itself does for a module that must not be found
    with pytest.raises(ModelError, match=r"without one torch must be there.*pip install 'vigie\[transformers\]'"):
        check(path)


@pytest.mark.parametrize("labels", [LABELS, ("NEG", "POS"), ("1 star", "2 stars", "3 stars", "4 stars", "5 stars")])
def test_models_of_two_three_and_five_labels_are_read(labels: Sequence[str], tmp_path: Path) -> None:
    found = rows(load(files_at(write(tmp_path / "some", labels)), 1).score(texts(50)))
    assert found.sum(axis=1) == pytest.approx(1)


def test_the_order_of_the_labels_is_theirs(tmp_path: Path) -> None:
    straight = rows(load(files_at(write(tmp_path / "a", LABELS)), 1).score(texts(50)))
    turned = load(files_at(write(tmp_path / "b", LABELS[::-1])), 1)
    assert rows(turned.score(texts(50)))[:, ::-1] == pytest.approx(straight)
    assert turned.version != load(files_at(tmp_path / "a"), 1).version


def test_the_version_changes_with_weights_and_revision_and_is_the_same_otherwise(folder: Path, tmp_path: Path) -> None:
    same, other = write(tmp_path / "same"), write(tmp_path / "other", seed=2)
    version = load(files_at(same), 1).version
    assert load(files_at(write(tmp_path / "again")), 1).version == version
    assert load(files_at(other), 1).version != version
    fetched = replace(files_at(same), name="acme/tiny", commit="a" * 40)
    assert load(fetched, 1).version == f"aaaaaaaa-{version}"


def test_what_was_measured_beside_the_model_is_its_own(tmp_path: Path) -> None:
    place = files_at(write(tmp_path / "m"))
    plain = load(place, 1)
    assert plain.measured == {}
    assert corrections_as_json(plain.corrections) == corrections_as_json(unmeasured())
    calibration = np.array([[1.0, 2.0, 0.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0]])
    write_measured(
        place.folder / FILE, "m", "1", Measured(plain.of, calibration, plain.corrections, {"all": {"texts": 9}})
    )
    known = load(place, 1)
    assert known.measured == {"all": {"texts": 9}}
    assert known.version != plain.version, "its answers are others"
    english, french = known.score([Text("bala", "en"), Text("bala", "fr")])
    assert english.negative > french.negative
    assert french == plain.score([Text("bala")])[0]
    write(tmp_path / "m", seed=2)
    with pytest.raises(ModelError, match="was measured on other weights or labels"):
        load(place, 1)


def changed(**values: object) -> Callable[[Path], None]:
    """Changes config.json; None takes a key away."""

    def change(folder: Path) -> None:
        config = {**json.loads((folder / "config.json").read_text()), **values}
        kept = {key: value for key, value in config.items() if value is not None}
        (folder / "config.json").write_text(json.dumps(kept))

    return change


def written(name: str, content: bytes) -> Callable[[Path], None]:
    def write_it(folder: Path) -> None:
        (folder / name).write_bytes(content)

    return write_it


def gone(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def pickled(folder: Path) -> None:
    (folder / "model.onnx").rename(folder / "pytorch_model.bin")


NO_CLASSIFIER = "Vigie needs a text classifier"


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (gone("config.json"), "has no config.json"),
        (gone("model.onnx"), "holds no weights: Vigie reads model.onnx"),
        (pickled, "a pickle only, which can run code"),
        (written("config.json", b'{"a": '), "config.json is not JSON: .* at line 1"),
        (written("config.json", b"\xff\xfe\x00"), "config.json is not JSON"),
        (written("config.json", b"[]"), "config.json is not a JSON object"),
        (written("config.json", b"{}"), "names neither an architecture nor labels"),
        (changed(architectures=["BertForMaskedLM"]), NO_CLASSIFIER),
        (changed(problem_type="multi_label_classification"), "Vigie needs one label out of several"),
        (
            changed(id2label={"0": "joy", "1": "anger", "2": "fear"}),
            "tiny: its labels 'joy', 'anger', 'fear' are not known",
        ),
        (changed(id2label={"1": "negative", "2": "positive"}), "does not number its labels from 0"),
        (changed(id2label=["negative", "positive"]), "does not number its labels from 0"),
        (
            changed(id2label={"0": "negative", "1": "positive"}),
            "answers 3 numbers a text, and its config.json names 2 labels",
        ),
        (changed(id2label=None), "answers 3 numbers a text, and its config.json names 2 labels"),
        (written("tokenizer.json", b"{}"), "its tokenizer cannot be read"),
        (written("tokenizer_config.json", b"{"), "tokenizer_config.json is not JSON"),
        (written("model.onnx", b"no graph"), "model.onnx cannot be loaded"),
        (written(FILE, b"{"), f"{FILE} is not JSON"),
        (written(FILE, b"{}"), "measured on other weights"),
    ],
)
def test_a_folder_that_is_wrong_is_told_in_one_sentence(
    harm: Callable[[Path], None], said: str, tmp_path: Path
) -> None:
    harm(write(tmp_path / "tiny"))
    with pytest.raises(ModelError, match=said) as refused:
        scorer(str(tmp_path / "tiny"))
    assert "\n" not in str(refused.value)


def test_a_graph_that_asks_for_something_else_is_no_classifier(tmp_path: Path) -> None:
    import onnx
    from onnx import TensorProto, helper

    folder = write(tmp_path / "tiny")
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("Identity", ["pixels"], ["out"])],
        "g",
        [value("pixels", TensorProto.FLOAT, [1])],
        [value("out", TensorProto.FLOAT, [1])],
    )
    onnx.save(
        helper.make_model(graph, ir_version=9, opset_imports=[helper.make_opsetid("", 20)]), folder / "model.onnx"
    )
    with pytest.raises(ModelError, match="asks for pixels: it is no text classifier"):
        scorer(str(folder))


@pytest.mark.parametrize("reference", ["", "compactt", "/nowhere/at/all", "./nowhere", "a/b/c", "a b/c", "../x"])
def test_a_name_that_is_nothing_is_refused_without_asking_anybody(reference: str) -> None:
    with pytest.raises(ModelError):
        scorer(reference)


def test_an_onnx_file_may_be_named_itself(tmp_path: Path) -> None:
    folder = write(tmp_path / "tiny")
    (folder / "onnx").mkdir()
    (folder / "model.onnx").rename(folder / "onnx/model_int8.onnx")
    for reference in (folder, folder / "onnx/model_int8.onnx"):
        assert scorer(str(reference)).name == "tiny"
    write(folder, seed=2)
    assert files_at(folder).weights == folder / "model.onnx", "an exact one goes before"
    with pytest.raises(ModelError, match="is a file"):
        scorer(str(folder / "config.json"))
