"""Going from page to page without going round in circles."""

from __future__ import annotations

from ground.notice import Notice


class Fresh:
    """Tells whether the mark of a next page leads on: one met before would lead in a circle, an empty one nowhere."""

    def __init__(self) -> None:
        self._met: set[str] = set()

    def __call__(self, mark: object) -> bool:
        if mark is None or mark == "" or str(mark) in self._met:
            return False
        self._met.add(str(mark))
        return True


def capped(most: int) -> Notice:
    """What is said when a platform, or we, stop before the end."""
    return Notice("more than {most} hits: narrow the query, or shorten the interval", {"most": most})
