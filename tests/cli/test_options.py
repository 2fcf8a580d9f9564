"""What several verbs have in common."""

from __future__ import annotations

import click
from click.testing import CliRunner

from app.cli.options import example, workspace_option


@click.command()
@workspace_option
@example("vigie greet --workspace acme")
def greet(workspace: str) -> None:
    """Greets a workspace."""
    click.echo(f"hello {workspace}")


def test_a_verb_works_in_the_default_workspace_unless_another_is_named() -> None:
    assert CliRunner().invoke(greet, []).stdout == "hello default\n"
    assert CliRunner().invoke(greet, ["--workspace", "acme"]).stdout == "hello acme\n"


def test_the_help_ends_with_the_example_and_the_list_of_verbs_does_not_show_it() -> None:
    shown = CliRunner().invoke(greet, ["--help"]).stdout
    assert "Example:\n    vigie greet --workspace acme\n" in shown
    assert greet.name == "greet"
    assert greet.get_short_help_str() == "Greets a workspace."
