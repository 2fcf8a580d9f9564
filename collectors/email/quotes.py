"""Takes quotes and signatures out of a letter, and leaves what its author wrote."""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST_TEXT = 65_536
MOST_LINES = 5_000

_WROTE = r"(?:wrote|a écrit|schrieb|escribió|ha scritto|schreef)"
_ATTRIBUTION = re.compile(rf"(?:On|Le|Am|El|Il|Op)\b.{{5,400}}\b{_WROTE}.{{0,120}}:", re.IGNORECASE)
_NAMED = re.compile(rf".{{1,200}}\b{_WROTE}\s?:", re.IGNORECASE)
_ORIGINAL = re.compile(
    r"-{2,}\s?(?:Original Message|Message d['’ ]origine|Message original|Message transféré|Forwarded message|"
    r"Ursprüngliche Nachricht|Mensaje original|Messaggio originale|Mensagem original|Oorspronkelijk bericht)"
    r"\s?-{2,}|_{20,}",
    re.IGNORECASE,
)
_FROM = re.compile(r"\*?(?:From|De|Von|Da)\s?:\*?\s?.+", re.IGNORECASE)
_OTHER = re.compile(
    r"\*?(?:Sent|Date|To|Cc|Subject|Envoyé(?: le)?|À|A|Pour|Objet|Sujet|Gesendet|Datum|An|Kopie|Betreff"
    r"|Enviad[oa](?: e[lm])?|Fecha|Para|Asunto|Inviato|Data|Oggetto|Assunto)\s?:\*?\s?.*",
    re.IGNORECASE,
)
_DEVICE = re.compile(
    r"(?:Sent from my|Sent from (?:Mail|Outlook|Yahoo|Proton)|Get Outlook for|Envoyé (?:de(?:puis)?|à partir de|avec)|"
    r"Télécharge[rz] Outlook|Obtenir Outlook|Von meinem .{1,40} gesendet|Enviado desde mi)\b.{0,100}",
    re.IGNORECASE,
)


def unflow(text: str, delsp: bool = False) -> str:
    """Joins the lines that a mail program broke (RFC 3676): a space at the end of a line means that it goes on."""
    whole: list[str] = []
    open_at = -1
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:]
        words = words.removeprefix(" ")
        goes_on = words.endswith(" ") and words != "-- "
        words = words[:-1] if goes_on and delsp else words
        if open_at == depth and whole:
            whole[-1] += words
        else:
            whole.append("> " * bool(depth) + words)
        open_at = depth if goes_on else -1
    return "\n".join(whole)


def own_words(text: str) -> str:
    """A letter without its quotes and signature. One that holds nothing but quotes keeps them."""
    lines = text[:LONGEST_TEXT].split("\n")[:MOST_LINES]
    own = "\n".join(own_lines(lines)).strip()
    return own or "\n".join(line.lstrip("> ") for line in lines if not _is_frame(line.strip())).strip()


def _is_frame(line: str) -> bool:
    """Whether a line only announces the words of somebody else."""
    return line == "--" or any(frame.fullmatch(line[:400]) for frame in (_ORIGINAL, _FROM, _OTHER))


def own_lines(lines: Sequence[str]) -> list[str]:
    """The lines that the author wrote, up to the letter that they answer or to their signature."""
    own: list[str] = []
    at = 0
    while at < len(lines):
        line = lines[at].strip()
        if lines[at].rstrip("\r") in ("-- ", "--") or is_original(line) or begins_headers(lines, at):
            break
        if introduction := attribution(lines, at):
            if not _next_filled(lines, at + introduction).startswith(">"):
                break
            at += introduction
            continue
        if not line.startswith(">") and not _DEVICE.fullmatch(line):
            own.append(lines[at])
        at += 1
    return own


def is_original(line: str) -> bool:
    """Whether a line announces a letter that is answered, or forwarded."""
    return _ORIGINAL.fullmatch(line[:400]) is not None


def attribution(lines: Sequence[str], at: int) -> int:
    """How many lines, from here on, introduce a quote by its author («On … wrote:»); 0 when none does."""
    if not lines[at].strip() or len(lines[at]) > 400:
        return 0
    for many in (1, 2, 3):
        pieces = [line.strip() for line in lines[at : at + many]]
        if not all(pieces) or any(piece.endswith((".", "!", "?", "…")) for piece in pieces[:-1]):
            break  # sentences of the author, who may begin with «Le» or «On» too
        joined = " ".join(pieces)
        if _ATTRIBUTION.fullmatch(joined):
            return many
    names_author = _NAMED.fullmatch(lines[at].strip()) and _next_filled(lines, at + 1).startswith(">")
    return 1 if names_author else 0


def begins_headers(lines: Sequence[str], at: int) -> bool:
    """Whether the headers of another letter begin here, as Outlook puts them above a quote."""
    if not _FROM.fullmatch(lines[at].strip()[:400]):
        return False
    after = [line.strip()[:400] for line in lines[at + 1 : at + 6] if line.strip()]
    return sum(bool(_OTHER.fullmatch(line)) for line in after[:3]) >= 2


def _next_filled(lines: Sequence[str], at: int) -> str:
    return next((line.strip() for line in lines[at : at + 4] if line.strip()), "")
