"""Any Hugging Face text classifier behind `Scorer`: ONNX through onnxruntime, else safetensors through torch.

Their libraries are imported in this file only, when such a model is loaded. Code that comes with a model is never run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .base import ModelError, Score, Sureness, Text
from .correction import Corrections
from .measured import Measured, read
from .model_files import TOKENIZER, ModelFiles, config_of, labels_of, read_json, weight_files
from .naming import apply_calibration, sides_of, three
from .quantify import GROUPS, Floats, group_of
from .temperature import AS_IT_IS

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FORM = 1  # raise it with every change of this file or of naming.py that changes an answer
MOST_TOKENS = 512
CHARACTERS = 16 * MOST_TOKENS  # read of a text at most: nearly every text reaches MOST_TOKENS before that
POOL = 1024  # texts sorted by length together
BATCH_TOKENS = 256  # padded tokens of a batch: it fits a cache; at 2,048 a MiniLM took nearly twice the time
BATCH_TEXTS = 32
OFFSET = {"roberta", "xlm-roberta", "camembert", "xlm-roberta-xl", "xmod", "longformer", "mpnet"}
"""Architectures that count positions from the padding token on: two of their positions are never used."""

Tokens = NDArray[np.int64]
Logits = Callable[[Tokens, Tokens], Floats]
"""(n, length) token ids and their mask, 0 for padding → (n, labels)."""


@dataclass(frozen=True, slots=True, eq=False)
class Transformer:
    """A classifier. `sides` gives the meaning of each label; `of` identifies the weights that its figures are about.

    `calibration` (3, 3) has a row per language group. With a measured calibration, scores are those under equal shares
    of the labels; without one they lean towards the labels that were frequent in the model's training.
    """

    name: str
    version: str
    of: str
    sides: tuple[int, ...]
    tokenizer: Tokenizer
    padding: int
    logits: Logits
    calibration: Floats
    corrections: Corrections
    measured: Mapping[str, Any]
    sureness: Sureness
    fast: None = None
    reads_marks: bool = False

    def score(self, texts: Sequence[Text]) -> list[Score]:
        """One score per text, in order. Texts are read up to the model's limit of tokens, 512 at most."""
        scores: list[Score] = []
        for start in range(0, len(texts), POOL):
            part = texts[start : start + POOL]
            settings = self.calibration[[GROUPS.index(group_of(text.language)) for text in part]]
            rows = apply_calibration(three(self.answers([text.text for text in part]), self.sides), settings)
            scores += [Score(*row) for row in rows.tolist()]
        return scores

    def answers(self, texts: Sequence[str]) -> Floats:
        """(texts, labels) logits; zeros for a text where one of the model's is not a finite number."""
        tokens = [self._tokens(text) for text in texts]
        answers = np.zeros((len(texts), len(self.sides)))
        for rows in batches([len(each) for each in tokens]):
            ids, mask = pad([tokens[row] for row in rows], self.padding)
            answers[rows] = self.logits(ids, mask)
        return np.where(np.isfinite(answers).all(axis=1, keepdims=True), answers, 0.0)

    def _tokens(self, text: str) -> list[int]:
        sound = text[:CHARACTERS].encode("utf-8", "replace").decode()  # a lone surrogate is no Unicode
        return self.tokenizer.encode(sound).ids or [self.padding]


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Batches of rows of similar length, the shortest first: little padding, and bounded memory."""
    batch: list[int] = []
    for row in np.argsort(lengths, kind="stable").tolist():
        if batch and (len(batch) == BATCH_TEXTS or lengths[row] * (len(batch) + 1) > BATCH_TOKENS):
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def pad(tokens: Sequence[Sequence[int]], padding: int) -> tuple[Tokens, Tokens]:
    """(n, longest) ids and their mask, 0 for padding."""
    shape = (len(tokens), max(map(len, tokens)))
    ids, mask = np.full(shape, padding, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for row, each in enumerate(tokens):
        ids[row, : len(each)], mask[row, : len(each)] = each, 1
    return ids, mask


def load(files: ModelFiles, threads: int, *, measured: bool = True) -> Transformer:
    """Loads a model, and tries it on two texts. `measured`: whether to read what was measured of it.

    Raises ModelError that says what is missing or wrong in its folder.
    """
    config = config_of(files)
    try:
        labels = labels_of(config)
        sides = sides_of(labels)
    except ModelError as error:
        raise ModelError(f"{files.name}: {error}") from None
    of = _digest(files, labels)
    known = read(files.folder, of) if measured else Measured.nothing(of)
    tokenizer, padding = _tokenizer(files, config)
    logits = (_onnx if files.is_onnx else _torch)(files, threads)
    model = Transformer(
        files.name, _version(files, of, known), of, sides, tokenizer, padding, logits,
        known.calibration, known.corrections, known.figures, known.sureness,
    )  # fmt: skip
    _try(model, labels)
    return model


def _try(model: Transformer, labels: Sequence[str]) -> None:
    """Scores a short and a long text, so that padding is tried as well. Raises ModelError."""
    ids, mask = pad([model._tokens("a"), model._tokens("a b c " * 8)], model.padding)
    try:
        answer = model.logits(ids, mask)
    except Exception as error:  # whatever the runtime raises on a graph that is not what it says
        raise ModelError(f"{model.name} does not answer: {_first(error)}") from error
    if answer.shape != (2, len(labels)):
        size = " × ".join(map(str, answer.shape[1:]))
        raise ModelError(f"{model.name} answers {size} numbers a text, and its config.json names {len(labels)} labels")


def _digest(files: ModelFiles, labels: Sequence[str]) -> str:
    """A digest of what the uncalibrated answers depend on: weights, tokenizer, limits, labels, and this code."""
    digest = hashlib.sha256(json.dumps([FORM, *labels]).encode())
    beside = [files.folder / name for name in ("config.json", TOKENIZER, "tokenizer_config.json")]
    for path in (*weight_files(files), *(path for path in beside if path.exists())):
        try:
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    return digest.hexdigest()[:12]


def _version(files: ModelFiles, of: str, measured: Measured) -> str:
    parts = [files.commit[:8]] if files.commit else []
    parts.append(of)
    if (measured.calibration != AS_IT_IS).any():
        parts.append(hashlib.sha256(measured.calibration.tobytes()).hexdigest()[:4])
    return "-".join(parts)


def _tokenizer(files: ModelFiles, config: Mapping[str, Any]) -> tuple[Tokenizer, int]:
    from tokenizers import Tokenizer

    path = files.folder / TOKENIZER
    try:
        tokenizer = Tokenizer.from_file(str(path)) if path.exists() else _tokenizer_of_vocabulary(files)
        tokenizer.no_padding()
        tokenizer.enable_truncation(_limit(files, config))
    except Exception as error:  # the library raises plain Exceptions
        raise ModelError(f"{files.name}: its tokenizer cannot be read: {_first(error)}") from error
    padding = config.get("pad_token_id")
    return tokenizer, padding if isinstance(padding, int) else 0


def _tokenizer_of_vocabulary(files: ModelFiles) -> Tokenizer:
    """A tokenizer made from a vocabulary, where the folder has no tokenizer.json."""
    import transformers

    loaded = transformers.AutoTokenizer.from_pretrained(files.folder, local_files_only=True, trust_remote_code=False)
    tokenizer: Tokenizer = loaded.backend_tokenizer
    return tokenizer


def _limit(files: ModelFiles, config: Mapping[str, Any]) -> int:
    """How many tokens of a text are read: 512, or fewer where the model says so."""
    limits = [MOST_TOKENS]
    path = files.folder / "tokenizer_config.json"
    if path.exists():
        limits.append(read_json(path).get("model_max_length") or MOST_TOKENS)
    positions = config.get("max_position_embeddings")
    if isinstance(positions, int) and positions > 0:  # some architectures have none, and say −1
        limits.append(positions - 2 if config.get("model_type") in OFFSET else positions)
    return max(8, int(min(limits)))


def _onnx(files: ModelFiles, threads: int) -> Logits:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.enable_mem_pattern = False  # shapes change with every batch, and the plans for all of them would pile up
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # idle threads leave the cores alone
    try:
        session = onnxruntime.InferenceSession(str(files.weights), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises classes of its own
        raise ModelError(f"{files.weights} cannot be loaded: {_first(error)}") from error
    types = {each.name: np.int32 if each.type == "tensor(int32)" else np.int64 for each in session.get_inputs()}
    strange = types.keys() - {"input_ids", "attention_mask", "token_type_ids"}
    if strange or "input_ids" not in types:
        raise ModelError(f"{files.weights} asks for {', '.join(sorted(types))}: it is no text classifier")
    outputs = [each.name for each in session.get_outputs()]
    output = "logits" if "logits" in outputs else outputs[0]

    def logits(ids: Tokens, mask: Tokens) -> Floats:
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        results = session.run([output], {name: inputs[name].astype(kind) for name, kind in types.items()})
        return np.asarray(results[0], dtype=np.float64)

    return logits


def _torch(files: ModelFiles, threads: int) -> Logits:
    import torch
    import transformers

    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call] # its library has few types
    transformers.utils.logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    torch.set_num_threads(threads)
    try:
        model, loading = transformers.AutoModelForSequenceClassification.from_pretrained(
            files.folder, local_files_only=True, trust_remote_code=False, use_safetensors=True, dtype=torch.float32,
            output_loading_info=True,
        )  # fmt: skip
    except Exception as error:  # transformers raises whatever its parts do
        raise ModelError(f"{files.name} cannot be loaded: {_first(error)}") from error
    if loading["missing_keys"]:
        missing = ", ".join(sorted(loading["missing_keys"])[:3])
        raise ModelError(
            f"{files.name} lacks weights of its classifier ({missing}): it was never trained to tell sentiment"
        )
    model.eval()

    def logits(ids: Tokens, mask: Tokens) -> Floats:
        with torch.inference_mode():
            answer = model(input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask)).logits
        return np.asarray(answer.numpy(), dtype=np.float64)

    return logits


def _first(error: Exception) -> str:
    """The first line of a library's error, shortened."""
    lines = str(error).strip().splitlines()
    return lines[0][:300] if lines else type(error).__name__
