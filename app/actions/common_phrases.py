"""Switches the phrases that ship on and off in a workspace, one by one or together."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.actions.audit import record
from app.actions.fields import Fields
from app.actions.phrases import lock_workspace
from app.jobs import Jobs
from app.pipeline.judge.common_phrases import all_off, common_phrases, in_use, phrases_off
from app.pipeline.judge.restance import wish
from app.problems import not_found
from app.viewer import Viewer, may


class Switch(Fields):
    """Whether a common phrase counts, or all of them."""

    on: bool


@may("write")
def switch(session: Session, viewer: Viewer, phrase_id: str, chosen: Switch, jobs: Jobs) -> None:
    """Switches one of them; stored mentions that hold it are decided again. Where all are off, switching one on leaves
    the others off. Raises Problem 404."""
    known = {phrase.id for phrase in common_phrases()}
    if phrase_id not in known:
        raise not_found("phrase")
    settings = lock_workspace(session, viewer).settings
    off = set(known if all_off(settings) else phrases_off(settings)) & known
    _write(session, viewer, off - {phrase_id} if chosen.on else off | {phrase_id}, jobs)


@may("write")
def switch_all(session: Session, viewer: Viewer, chosen: Switch, jobs: Jobs) -> None:
    """Switches all of them, those of later releases too; stored mentions that hold one are decided again."""
    lock_workspace(session, viewer)
    _write(session, viewer, set(), jobs, all_off=not chosen.on)


def _write(session: Session, viewer: Viewer, off: set[str], jobs: Jobs, *, all_off: bool = False) -> None:
    row = lock_workspace(session, viewer)
    before = {phrase.words for phrase in in_use(row.settings)}
    row.settings = {**row.settings, "common_phrases": {"all_off": all_off, "off": sorted(off)}}
    session.flush()
    changed = before ^ {phrase.words for phrase in in_use(row.settings)}
    if changed:
        wish(session, jobs, viewer.workspace_id, words="\n".join(sorted(changed)))
        record(session, viewer, "common_phrases.switch", viewer.workspace_id, off=sorted(off), all_off=all_off)
        session.flush()
