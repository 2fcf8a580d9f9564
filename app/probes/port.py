"""Whether the web server can have its port."""

from __future__ import annotations

from app.http.listen import CannotListen, listen, vigie_answers
from app.probes.finding import Finding


def port(host: str, number: int) -> Finding:
    """Listens for a moment. That a Vigie runs there already is well."""
    try:
        for taken in listen(host, number):
            taken.close()
    except CannotListen as error:
        if vigie_answers(host, number):
            return Finding("port", "ok", f"a Vigie answers on port {number} of {host}")
        return Finding("port", "bad", str(error))
    return Finding("port", "ok", f"port {number} of {host} is free")
