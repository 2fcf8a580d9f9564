"""English and French words without a meaning of their own."""

from __future__ import annotations

from pathlib import Path

STOP_WORDS = frozenset(
    word
    for line in Path(__file__).with_name("stop_words.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
    for word in line.split()
)
"""Without case and accents. Among them are what a word elides («l», «qu») and what follows an apostrophe («ll»)."""
