"""Any Hugging Face text classifier behind `Scorer`: ONNX through onnxruntime, else safetensors through torch.

The libraries are imported here only, when such a model is loaded. No code of a model is ever run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .base import ModelError, Score, Text
from .measured import Measured, read
from .naming import calibrated, sides_of, three
from .place import TOKENIZER, Place, config_of, labels_of, read_json, weight_files
from .quantify import GROUPS, Floats, LanguageGroup, Matrix, group_of
from .temperature import AS_IT_IS

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FORM = 1  # to be raised with every change of this file or of naming.py that changes an answer
MOST_TOKENS = 512
CHARACTERS = 16 * MOST_TOKENS  # read of a text at most: what is cut off is past the tokens of all but odd texts
POOL = 1024  # texts sorted by length together
BATCH_TOKENS = 256  # padded tokens of a batch: it fits a cache; at 2,048 a MiniLM took nearly twice the time
BATCH_TEXTS = 32
OFFSET = {"roberta", "xlm-roberta", "camembert", "xlm-roberta-xl", "xmod", "longformer", "mpnet"}
"""Kinds that count positions from the padding token on: two of their positions are never used."""

Tokens = NDArray[np.int64]
Logits = Callable[[Tokens, Tokens], Floats]
"""(n, length) token ids and their mask, 0 for padding → (n, labels)."""


@dataclass(frozen=True, slots=True, eq=False)
class Transformer:
    """A classifier. `sides` says for each label what it means; `of` names what its figures must have been measured on.

    `calibration` (3, 3) has a row per language group. Answers are those of equal shares as far as a calibration was
    measured; without one they lean as the texts did that the model was trained on.
    """

    name: str
    version: str
    of: str
    sides: tuple[int, ...]
    tokenizer: Tokenizer
    padding: int
    logits: Logits
    calibration: Floats
    matrices: Mapping[LanguageGroup, Matrix]
    measured: Mapping[str, Any]
    fast: None = None

    def score(self, texts: Sequence[Text]) -> list[Score]:
        """One score per text, in order. Texts are read up to the model's limit of tokens, 512 at most."""
        scores: list[Score] = []
        for start in range(0, len(texts), POOL):
            part = texts[start : start + POOL]
            settings = self.calibration[[GROUPS.index(group_of(text.language)) for text in part]]
            rows = calibrated(three(self.answers([text.text for text in part]), self.sides), settings)
            scores += [Score(*row) for row in rows.tolist()]
        return scores

    def answers(self, texts: Sequence[str]) -> Floats:
        """(texts, labels) logits. Zeros where the model's own are no numbers."""
        tokens = [self._tokens(text) for text in texts]
        answers = np.zeros((len(texts), len(self.sides)))
        for rows in batches([len(each) for each in tokens]):
            ids, mask = padded([tokens[row] for row in rows], self.padding)
            answers[rows] = self.logits(ids, mask)
        return np.where(np.isfinite(answers).all(axis=1, keepdims=True), answers, 0.0)

    def _tokens(self, text: str) -> list[int]:
        sound = text[:CHARACTERS].encode("utf-8", "replace").decode()  # a lone surrogate is no Unicode
        return self.tokenizer.encode(sound).ids or [self.padding]


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows of like length together, the short ones first: little padding, and bounded memory."""
    batch: list[int] = []
    for row in np.argsort(lengths, kind="stable").tolist():
        if batch and (len(batch) == BATCH_TEXTS or lengths[row] * (len(batch) + 1) > BATCH_TOKENS):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def padded(tokens: Sequence[Sequence[int]], padding: int) -> tuple[Tokens, Tokens]:
    """(n, longest) ids and mask."""
    shape = (len(tokens), max(map(len, tokens)))
    ids, mask = np.full(shape, padding, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for row, each in enumerate(tokens):
        ids[row, : len(each)], mask[row, : len(each)] = each, 1
    return ids, mask


def load(place: Place, threads: int, *, measured: bool = True) -> Transformer:
    """The model, tried on two texts; without what was measured of it if so asked.

    Raises ModelError: what is missing or wrong in its folder.
    """
    config = config_of(place)
    try:
        labels = labels_of(config)
        sides = sides_of(labels)
    except ModelError as error:
        raise ModelError(f"{place.name}: {error}") from None
    of = _digest(place, labels)
    known = read(place.folder, of) if measured else Measured.nothing(of)
    tokenizer, padding = _tokenizer(place, config)
    logits = (_onnx if place.is_onnx else _torch)(place, threads)
    model = Transformer(
        place.name, _version(place, of, known), of, sides, tokenizer, padding, logits,
        known.calibration, known.matrices, known.figures,
    )  # fmt: skip
    _try(model, labels)
    return model


def _try(model: Transformer, labels: Sequence[str]) -> None:
    """A short and a long text, so that padding is tried as well."""
    ids, mask = padded([model._tokens("a"), model._tokens("a b c " * 8)], model.padding)
    try:
        answer = model.logits(ids, mask)
    except Exception as error:  # whatever the runtime raises on a graph that is not what it says
        raise ModelError(f"{model.name} does not answer: {_first(error)}") from error
    if answer.shape != (2, len(labels)):
        got = " × ".join(map(str, answer.shape[1:]))
        raise ModelError(f"{model.name} answers {got} numbers a text, and its config.json names {len(labels)} labels")


def _digest(place: Place, labels: Sequence[str]) -> str:
    """What the uncalibrated answers depend on: weights, tokenizer, limits, the meaning of the labels, and this code."""
    digest = hashlib.sha256(json.dumps([FORM, *labels]).encode())
    beside = [place.folder / name for name in ("config.json", TOKENIZER, "tokenizer_config.json")]
    for path in (*weight_files(place), *(path for path in beside if path.exists())):
        try:
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    return digest.hexdigest()[:12]


def _version(place: Place, of: str, measured: Measured) -> str:
    parts = [place.commit[:8]] if place.commit else []
    parts.append(of)
    if (measured.calibration != AS_IT_IS).any():
        parts.append(hashlib.sha256(measured.calibration.tobytes()).hexdigest()[:4])
    return "-".join(parts)


def _tokenizer(place: Place, config: Mapping[str, Any]) -> tuple[Tokenizer, int]:
    from tokenizers import Tokenizer

    path = place.folder / TOKENIZER
    try:
        found = Tokenizer.from_file(str(path)) if path.exists() else _made_tokenizer(place)
        found.no_padding()
        found.enable_truncation(_limit(place, config))
    except Exception as error:  # the library raises plain Exceptions
        raise ModelError(f"{place.name}: its tokenizer cannot be read: {_first(error)}") from error
    padding = config.get("pad_token_id")
    return found, padding if isinstance(padding, int) else 0


def _made_tokenizer(place: Place) -> Tokenizer:
    """From a vocabulary, where the folder has no tokenizer.json."""
    import transformers

    made = transformers.AutoTokenizer.from_pretrained(place.folder, local_files_only=True, trust_remote_code=False)
    found: Tokenizer = made.backend_tokenizer
    return found


def _limit(place: Place, config: Mapping[str, Any]) -> int:
    """Tokens of a text: 512, or fewer where the model says so."""
    said = [MOST_TOKENS]
    path = place.folder / "tokenizer_config.json"
    if path.exists():
        said.append(read_json(path).get("model_max_length") or MOST_TOKENS)
    positions = config.get("max_position_embeddings")
    if isinstance(positions, int) and positions > 0:  # some kinds have none, and say −1
        said.append(positions - 2 if config.get("model_type") in OFFSET else positions)
    return max(8, int(min(said)))


def _onnx(place: Place, threads: int) -> Logits:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.enable_mem_pattern = False  # shapes change with every batch: a plan for each would pile up
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads leave the cores alone
    try:
        session = onnxruntime.InferenceSession(str(place.weights), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises classes of its own
        raise ModelError(f"{place.weights} cannot be loaded: {_first(error)}") from error
    wanted = {each.name: np.int32 if each.type == "tensor(int32)" else np.int64 for each in session.get_inputs()}
    strange = wanted.keys() - {"input_ids", "attention_mask", "token_type_ids"}
    if strange or "input_ids" not in wanted:
        raise ModelError(f"{place.weights} asks for {', '.join(sorted(wanted))}: it is no text classifier")
    outputs = [each.name for each in session.get_outputs()]
    output = "logits" if "logits" in outputs else outputs[0]

    def logits(ids: Tokens, mask: Tokens) -> Floats:
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        found = session.run([output], {name: given[name].astype(kind) for name, kind in wanted.items()})
        return np.asarray(found[0], dtype=np.float64)

    return logits


def _torch(place: Place, threads: int) -> Logits:
    import torch
    import transformers

    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call] # its library has few types
    transformers.utils.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    torch.set_num_threads(threads)
    try:
        model, found = transformers.AutoModelForSequenceClassification.from_pretrained(
            place.folder, local_files_only=True, trust_remote_code=False, use_safetensors=True, dtype=torch.float32,
            output_loading_info=True,
        )  # fmt: skip
    except Exception as error:  # transformers raises whatever its parts do
        raise ModelError(f"{place.name} cannot be loaded: {_first(error)}") from error
    if found["missing_keys"]:
        missing = ", ".join(sorted(found["missing_keys"])[:3])
        raise ModelError(
            f"{place.name} lacks weights of its classifier ({missing}): it was never trained to tell sentiment"
        )
    model.eval()

    def logits(ids: Tokens, mask: Tokens) -> Floats:
        with torch.inference_mode():
            answer = model(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask)).logits
        return np.asarray(answer.numpy(), dtype=np.float64)

    return logits


def _first(error: Exception) -> str:
    """The first line of an error of others, short."""
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
