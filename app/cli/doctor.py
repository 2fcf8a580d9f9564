"""`vigie doctor`."""

from __future__ import annotations

import json
import sys

import click

from app.cli.options import example
from app.doctor import examine

MARKS = {"ok": "✓", "note": "·", "bad": "✗"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="print the result as JSON")
@example("vigie doctor")
def doctor(as_json: bool) -> None:
    """Says what is set, and what does not work.

    Shows each setting and where it comes from, with secrets masked, and tries what Vigie needs: the database, the disk,
    the port, the mail server. Exit code 1 when one of them is bad.
    """
    findings = examine()
    if as_json:
        click.echo(json.dumps([finding.as_json() for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            click.echo(f"{MARKS[finding.state]} {finding.name:<32} {finding.text}")
    if any(finding.state == "bad" for finding in findings):
        sys.exit(1)
