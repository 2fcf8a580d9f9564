"""The verbs and what they say of themselves."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from app.cli.verbs import VERBS, command_of, main
from tests.cli.conftest import vigie


def every_command() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for verb in VERBS:
        command = command_of(verb)
        if isinstance(command, click.Group):
            yield from (((verb, name), each) for name, each in command.commands.items())
        else:
            yield (verb,), command


@pytest.mark.parametrize(("path", "command"), [pytest.param(*pair, id=" ".join(pair[0])) for pair in every_command()])
def test_every_command_explains_itself_with_an_example(path: tuple[str, ...], command: click.Command) -> None:
    help_ = command.get_help(click.Context(command, info_name=" ".join(("vigie", *path))))
    assert "Example:" in help_
    assert f"vigie {' '.join(path)}" in help_.split("Example:")[1]


@pytest.mark.parametrize("verb", VERBS)
def test_the_list_says_of_each_verb_what_the_verb_says_of_itself(verb: str) -> None:
    command = command_of(verb)
    assert command.name == verb
    assert command.get_short_help_str(500).rstrip(".") == VERBS[verb][1].rstrip(".")


def test_the_list_of_verbs_is_printed_without_importing_what_they_need() -> None:
    heavy = ("sqlalchemy", "pydantic", "fastapi", "numpy", "app.db")
    code = f"""
import sys
from app.__main__ import main
try:
    main(["--help"])
finally:
    print([name for name in {heavy} if name in sys.modules], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert [verb for verb in VERBS if f"  {verb} " in done.stdout] == list(VERBS)
    assert done.stderr == "[]\n"


def test_no_sentence_of_the_list_is_cut_off() -> None:
    listed = CliRunner().invoke(main, ["--help"], terminal_width=80).stdout
    assert "..." not in listed.partition("Commands:")[2]
    assert all(sentence in listed for _, sentence in VERBS.values())


@pytest.mark.parametrize(("path", "command"), [pytest.param(*pair, id=" ".join(pair[0])) for pair in every_command()])
def test_every_option_says_what_it_is_for(path: tuple[str, ...], command: click.Command) -> None:
    options = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    assert [one.name for one in options if not one.help] == [], path


def test_help_is_printed_and_ends_well() -> None:
    ran = vigie("import", "--help")
    assert (ran.code, ran.err) == (0, "")
    assert "vigie import avis.csv" in ran.out


@pytest.mark.parametrize(
    "words",
    [
        ("import", __file__),
        ("import", "/nonexistent/avis.csv", "--source", "Avis"),
        ("import", __file__, "--source", "Avis", "--survey", "Acme"),
        ("import", __file__, "--survey", "Acme", "--timezone", "Paris"),
        ("import", __file__, "--survey", "Acme", "--map", "score"),
        ("export", "--format", "pdf"),
        ("key", "create", "--scopes", "fly"),
        ("fly",),
    ],
    ids=" ".join,
)
def test_a_command_that_is_typed_wrong_ends_with_2(words: tuple[str, ...]) -> None:
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Usage: " in done.stderr
    assert "Error: " in done.stderr
