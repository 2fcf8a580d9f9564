"""`vigie backtest`: a rule tried on the past."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import click
from sqlalchemy.orm import Session

from alerts.wording import sentences
from app.actions.backtest import RuleToTry, rule_to_try
from app.actions.fields import validate
from app.api.backtest import backtest_out
from app.cli.names import brand_id_of, operator
from app.cli.options import example, workspace_option
from app.cli.reading import Failed
from app.cli.running import running
from app.queries.backtest import Backtest, Trial, WouldFire, backtest
from app.queries.rules import rule_ids
from app.viewer import Viewer


@click.command(name="backtest")
@click.argument("rule", required=False)
@click.option("--brand", help="the brand of a rule that is not saved")
@click.option("--kind", help="the kind of a rule that is not saved, such as negative_spike")
@click.option(
    "--param",
    "params",
    multiple=True,
    metavar="NAME=VALUE",
    help="a setting, such as threshold=3.5; in place of that of a saved rule; repeat the option for more",
)
@click.option("--days", type=click.IntRange(1, 365), default=90, show_default=True, help="how far to go back")
@click.option("--json", "as_json", is_flag=True, help="print the result as JSON")
@workspace_option
@example("vigie backtest 'Negative buzz'\n  vigie backtest --brand Acme --kind negative_spike --param threshold=3.5")
def backtest_command(
    rule: str | None,
    brand: str | None,
    kind: str | None,
    params: tuple[str, ...],
    days: int,
    as_json: bool,
    workspace: str,
) -> None:
    """Tries a rule on the past: when it would have spoken.

    RULE is the name of a saved rule. Without it, give --brand and --kind.
    """
    if (rule is None) == (brand is None and kind is None) or (rule is None and (brand is None or kind is None)):
        raise click.UsageError("give the name of a RULE, or --brand and --kind")
    settings = settings_of(params)
    with running() as services, progress(days) as tick, services.db.reading() as session:
        viewer = operator(session, workspace)
        trial = trial_of(session, viewer, rule, brand, kind, settings)
        found = backtest(session, viewer, trial, days, datetime.now(UTC), tick)
    if as_json:
        click.echo(json.dumps(backtest_out(found).model_dump(mode="json", by_alias=True), ensure_ascii=False))
    else:
        print_backtest(found, trial)


def trial_of(
    session: Session, viewer: Viewer, rule: str | None, brand: str | None, kind: str | None, params: dict[str, str]
) -> Trial:
    """The rule that was named, or the one that was described. Raises Failed, Problem."""
    if rule is None:
        described = {"brand_id": brand_id_of(session, viewer, brand or ""), "kind": kind, "params": params}
        return Trial(*rule_to_try(session, viewer, validate(RuleToTry, described)))
    known = rule_ids(session, viewer)
    if rule not in known:
        raise Failed(f"there is no rule {rule!r}; there is: {', '.join(known) or 'none yet'}")
    brand_id, declared, own, speech = rule_to_try(session, viewer, RuleToTry(rule_id=known[rule]))
    if params:
        own = validate(declared.params, {**own.model_dump(mode="json"), **params}, under="params")
    return Trial(brand_id, declared, own, speech, known[rule])


def settings_of(pairs: tuple[str, ...]) -> dict[str, str]:
    """{name: value} from what was typed as NAME=VALUE. Raises click.UsageError."""
    parts = [text.partition("=") for text in pairs]
    if any(not name or not separator for name, separator, _ in parts):
        raise click.UsageError("--param takes NAME=VALUE, for instance --param threshold=3.5")
    return {name: value for name, _, value in parts}


def print_backtest(found: Backtest, trial: Trial) -> None:
    """Prints the firings, how often a month, and how often at other levels."""
    if found.data_since is None or found.known_since is None:
        click.echo("there is no mention of this brand yet")
        return
    number = len(found.firings)
    since = max(found.start, found.data_since)
    click.echo(f"{number} alert{'' if number == 1 else 's'} since {minute(since)}: {found.per_month:g} a month")
    if found.known_since > found.start:
        click.echo(f"collected since {minute(found.known_since)}; what is older is tried as if read at once")
    for each in found.firings:
        click.echo(f"  {line_of(each)}")
    if trial.kind.dial and found.sensitivity:
        chosen = getattr(trial.params, trial.kind.dial.param)
        click.echo(f"alerts a month by {trial.kind.dial.param}:")
        for level, rate in found.sensitivity:
            click.echo(f"  {level:g}: {rate:g}{' (this rule)' if level == chosen else ''}")
        if found.suggestion:
            click.echo(
                f"at most one a month from {trial.kind.dial.param} {found.suggestion[0][trial.kind.dial.param]:g} on"
            )


def line_of(each: WouldFire) -> str:
    """One firing on one line."""
    firing = each.firing
    ended = f"until {minute(firing.resolved_at)}" if firing.resolved_at else "still open"
    told = sentences(each.explanation, "en")
    judged = "; people said: false alarm" if each.false_alarm else ""
    return f"{minute(firing.opened_at)} {firing.severity}, {ended}{judged}: {told[0] if told else ''}".rstrip(": ")


def minute(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


@contextmanager
def progress(days: int) -> Iterator[Callable[[datetime], None]]:
    """Counts the days on stderr when that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda _at: None
        return
    end = datetime.now(UTC)

    def tick(at: datetime) -> None:
        if at.hour == at.minute == 0:
            gone = days - (end - at) // timedelta(days=1)
            click.echo(f"\rday {gone} of {days}", nl=False, err=True)

    yield tick
    click.echo(err=True)
