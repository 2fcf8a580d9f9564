"""Finds the letter that another letter forwards: its words are those of the person who wrote it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ground.dates import read_date

from .quotes import LONGEST_TEXT, MOST_LINES, attribution, begins_headers, is_original, own_lines, own_words

DEEPEST = 5  # letters forwarded within letters that were forwarded
MOST_HEADERS = 20  # lines
LONGEST_LINE = 400

_ANNOUNCED = re.compile(
    r"\s*(?:\[[^\[\]]{0,60}\]\s*)?(?:fwd?|tr|wg|wtr|rv|enc|i|fw|transf?)\s?(?:\[\d{1,3}\])?\s?:", re.IGNORECASE
)
"""What mail programs put before the subject of a letter that they forward: English, French, German, Spanish, Italian
and Portuguese."""
_FORWARD = re.compile(
    r"[-_*>\s]{0,20}(?:"
    r"(?:begin )?forwarded (?:message|e-?mail|letter)"
    r"|(?:début du )?(?:message|courriel|e-?mail) (?:transféré|réexpédié)"
    r"|(?:anfang der )?weitergeleiteten? (?:nachricht|e-?mail)"
    r"|(?:inicio del )?(?:mensaje|correo) (?:reenviado|reexpedido)"
    r"|(?:inizio (?:del )?)?messaggio inoltrato"
    r"|(?:início da )?mensagem (?:encaminhada|reencaminhada)"
    r")\s?:?[-_*\s]{0,20}",
    re.IGNORECASE,
)
_HEADER = re.compile(r"\*?([^\W\d_][^\W\d_ -]{0,14}(?:[ -][^\W\d_]{1,12}){0,2})\s?:\s{0,3}\*?\s{0,9}(.*)")
_FIELDS = {
    "from": ("from", "de", "von", "da", "mittente", "remetente", "van", "expéditeur"),
    "date": ("sent", "date", "envoyé", "envoyé le", "gesendet", "datum", "enviado", "enviado el", "enviada",
             "enviada em", "enviado em", "fecha", "inviato", "inviato il", "data", "verzonden"),
    "subject": ("subject", "objet", "sujet", "betreff", "asunto", "oggetto", "assunto", "onderwerp"),
    "to": ("to", "à", "a", "pour", "an", "para", "cc", "cci", "copie", "copie à", "kopie", "bcc", "bcc", "reply-to",
           "répondre à", "antwort an", "responder a", "rispondi a", "importance", "priorité", "aan", "destinatario",
           "organization", "organisation"),
}  # fmt: skip
_KEYS = {name: field for field, names in _FIELDS.items() for name in names}
_ENGLISH = ("sent", "date")
_ADDRESS = re.compile(r"[^\s<>\[\]()@]{1,64}@[^\s<>\[\]()@]{1,200}")


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A letter within a letter. `spelling` is its date as it stands there, `sent` that date where it can be read."""

    name: str
    address: str
    subject: str
    text: str
    sent: datetime | None
    spelling: str


def is_announced(subject: str) -> bool:
    """Whether a subject says that its letter forwards another."""
    return _ANNOUNCED.match(subject) is not None


def bare_subject(subject: str) -> str:
    """The subject without what the mail programs put before it."""
    while mark := _ANNOUNCED.match(subject):
        subject = subject[mark.end() :]
    return subject.strip()


def split_forward(text: str, announced: bool, depth: int = 0) -> tuple[str, tuple[Forwarded, ...]]:
    """The author's own words above a letter that is forwarded, and that letter, with those that it forwards itself.

    `announced` tells whether the subject says so: Outlook puts the same lines above a letter that is answered. Without
    a letter that is forwarded, the text as it is.
    """
    lines = text[:LONGEST_TEXT].split("\n")[:MOST_LINES]
    at = _start(lines, announced) if depth < DEEPEST else None
    if at is None:
        return text, ()
    own = "\n".join(own_lines(lines[:at])).strip()
    headers, body = _headers(_unquote(lines[at:]))
    words, inner = split_forward("\n".join(body), is_announced(headers.get("subject", "")), depth + 1)
    words = words if inner else own_words(words)
    return own, (*([_letter(headers, words)] if words or not inner else []), *inner)


def _start(lines: Sequence[str], announced: bool) -> int | None:
    """The line where the letter that is forwarded begins; None where a letter that is answered comes first."""
    for at, line in enumerate(lines):
        bare = line.strip()[:LONGEST_LINE]
        if _FORWARD.fullmatch(bare) and (announced or not bare.startswith(">")):
            return at
        if is_original(bare) or begins_headers(lines, at):
            return at if announced else None
        if attribution(lines, at):
            return None
    return None


def _unquote(lines: Sequence[str]) -> list[str]:
    """The lines without one level of quoting, where the letter that is forwarded is quoted as a whole (Apple Mail)."""
    filled = [line for line in lines[1:] if line.strip()]
    if not filled or not all(line.startswith(">") for line in filled[:2]):
        return list(lines)
    return [line[1:].removeprefix(" ") if line.startswith(">") else line for line in lines]


def _headers(lines: Sequence[str]) -> tuple[Mapping[str, str], Sequence[str]]:
    """The headers of a letter by field, and the lines of its body."""
    headers: dict[str, str] = {}
    at, last = 0, ""
    while at < min(len(lines), MOST_HEADERS):
        line = lines[at].strip()[:LONGEST_LINE]
        match = _HEADER.fullmatch(line)
        key = _KEYS.get(match[1].lower()) if match else None
        if match and key:
            headers.setdefault(key, match[2].strip("* \t"))
            headers.setdefault(f"{key} key", match[1].lower())
            last = key
        elif line and last and (not headers[last] or headers[last].endswith((",", ";"))):
            headers[last] += line  # a value on the line after its name, or on several
        elif not (_goes_on(lines, at) if last else _is_above(line)):
            break
        at += 1
    return headers, lines[at:]


def _is_above(line: str) -> bool:
    """Whether a line may stand above the headers: an empty one, or one that announces the letter."""
    return not line or bool(_FORWARD.fullmatch(line)) or is_original(line)


def _goes_on(lines: Sequence[str], at: int) -> bool:
    """Whether this line is empty, and the next one a header."""
    if lines[at].strip():
        return False
    following = lines[at + 1].strip()[:LONGEST_LINE] if at + 1 < len(lines) else ""
    match = _HEADER.fullmatch(following)
    return bool(match and match[1].lower() in _KEYS)


def _letter(headers: Mapping[str, str], text: str) -> Forwarded:
    writer = headers.get("from", "").replace("mailto:", "")
    address = _ADDRESS.search(writer)
    english = headers.get("date key") in _ENGLISH and headers.get("from key") == "from"
    spelling = headers.get("date", "")
    at = read_date(spelling, order=None if english else "day first", zone=UTC)
    return Forwarded(
        name=re.split(r"[<\[(]", writer[: address.start()] if address else writer)[0].strip(" \"'"),
        address=address[0].lower() if address else "",
        subject=headers.get("subject", ""),
        text=text,
        sent=at.astimezone(UTC) if at else None,
        spelling=spelling,
    )
