"""Sends the built files: compressed where the browser takes it, cached for a year under the mark of their content."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from app.web.templating import HERE, asset

FOREVER = "public, max-age=31536000, immutable"
ASK = "no-cache"
PACKED = {"br": ".br", "gzip": ".gz"}
"""What a file may be compressed with, best first, and the end of the name under which the build keeps it."""
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".txt": "text/plain"}


class Statics(StaticFiles):
    """The files of the web app. One asked for with the mark of its content never changes; any other is asked about
    again each time."""

    def __init__(self) -> None:
        super().__init__(directory=HERE / "static")

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await self._best(path, scope)
        response.headers["Cache-Control"] = FOREVER if is_marked(path, scope) else ASK
        response.headers["Vary"] = "Accept-Encoding"
        return response

    async def _best(self, path: str, scope: Scope) -> Response:
        ending = Path(path).suffix
        for coding in codings(Headers(scope=scope).get("accept-encoding", "")):
            packed = path + PACKED[coding]
            if ending in TYPES and self.lookup_path(packed)[1] is not None:
                response = await super().get_response(packed, scope)
                if response.status_code == 200:
                    response.headers["Content-Encoding"] = coding
                    response.headers["Content-Type"] = f"{TYPES[ending]}; charset=utf-8"
                return response
        return await super().get_response(path, scope)


def codings(accepted: str) -> list[str]:
    """Those of ours that a browser takes (RFC 9110, 12.5.3), best first."""
    taken = {}
    for part in accepted.lower().split(","):
        name, _, rest = part.partition(";")
        taken[name.strip()] = rest.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return [coding for coding in PACKED if taken.get(coding)]


def is_marked(path: str, scope: Scope) -> bool:
    """Whether a file is asked for with the mark that its present content has."""
    mark = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("v", [""])[0]
    return bool(mark) and asset(path).endswith(f"?v={mark}")
