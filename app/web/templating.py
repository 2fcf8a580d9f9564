"""The templates, and the names of ours that they know."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

import jinja2

from app.web import show

HERE = Path(__file__).parent


@cache
def environment() -> jinja2.Environment:
    """The templates: everything is escaped, and a name that is missing is an error."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        asset=asset,
        hue=show.hue,
        link_of=show.safe_link,
        host_of=show.shown_host,
        pieces=show.pieces,
        weave=show.weave,
        spans_of=show.spans_of,
    )
    environment.filters["strip_direction"] = show.strip_direction
    environment.filters["pairs"] = lambda values: [(value, value) for value in values]
    return environment


@cache
def asset(name: str) -> str:
    """The address of a built file, with a mark of its content, so that browsers may cache it forever."""
    path = HERE / "static" / name
    mark = sha256(path.read_bytes()).hexdigest()[:12] if path.exists() else ""
    return f"/static/{name}" + (f"?v={mark}" if mark else "")
