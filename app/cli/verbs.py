"""The verbs of `vigie`. The file that holds a verb is imported when the verb is typed: a list needs none of them."""

from __future__ import annotations

from pkgutil import resolve_name

import click

VERBS = {
    "admin": ("app.cli.admin:admin", "Manages accounts."),
    "backtest": (
        "app.cli.backtest:backtest_command",
        "Tries a rule on the past: when it would have spoken.",
    ),
    "doctor": ("app.cli.doctor:doctor", "Says what is set, and what does not work."),
    "export": ("app.cli.exporting:export", "Exports mentions with their stances."),
    "health": ("app.cli.health:health", "Says whether the worker or the stream of this machine lives."),
    "import": ("app.cli.importing:import_command", "Imports mentions or answers to a survey: CSV, JSON Lines, XLSX."),
    "key": ("app.cli.key:key", "Manages API keys."),
    "migrate": ("app.cli.migrate:migrate", "Brings the database's schema up to this version."),
    "sample": ("app.cli.sample:sample", "Adds or removes a fictional brand and its competitor."),
    "serve": ("app.cli.serve:serve", "Runs all of Vigie: the web app, the API and a worker."),
    "stream": ("app.cli.stream:stream", "Follows sources that never end: Bluesky and Mastodon, live."),
    "web": ("app.cli.serve:web", "Serves the web app and the API, without a worker."),
    "worker": ("app.cli.worker:worker", "Collects, scores, watches and notifies."),
}
"""Where the command of each verb is, and the first sentence of its help."""


class Verbs(click.Group):
    """A group whose `commands` only stand for the real ones in the list that `--help` prints."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Imports the command that was typed. Raises click.UsageError when there is no such verb."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, command_of(name) if name else None, rest


def command_of(verb: str) -> click.Command:
    """The real command of a verb. Raises KeyError when there is none."""
    command = resolve_name(VERBS[verb][0])
    assert isinstance(command, click.Command)
    return command


@click.group(
    cls=Verbs,
    commands={verb: click.Command(verb, help=sentence) for verb, (_, sentence) in VERBS.items()},
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="vigie")
def main() -> None:
    """Vigie watches what the web says about your brands.

    `vigie serve` runs all of it on this machine, with a database of its own. Settings are environment variables, such
    as VIGIE_PORT: `vigie doctor` shows all of them, and docs/operating.md explains each.
    """
