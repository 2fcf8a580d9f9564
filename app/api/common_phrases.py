"""The phrases that ship with Vigie, and whether they count here."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field

from app.actions import common_phrases as actions
from app.api.deps import Id, Reader, Reading, Served, Writer, Writing
from app.api.route import Route
from app.api.schemas import Out
from app.queries.common_phrases import CommonView, common, common_phrase

router = APIRouter(prefix="/api/v1", tags=["phrases"], route_class=Route)


class CommonPhraseOut(Out):
    """Words that say the same stance nearly everywhere. Phrases of the workspace go before them."""

    id: str = Field(description="Such as fr:aucun-regret.")
    text: str
    stance: str
    language: str
    on: bool


class CommonPhrasesOut(Out):
    """All of them: there are too few for pages."""

    items: list[CommonPhraseOut]


def common_out(view: CommonView) -> CommonPhraseOut:
    """A common phrase as the API shows it."""
    phrase = view.phrase
    return CommonPhraseOut(id=phrase.id, text=phrase.text, stance=phrase.stance, language=phrase.language, on=view.on)


@router.get("/common-phrases")
def list_common_phrases(viewer: Reader, session: Reading) -> CommonPhrasesOut:
    """The phrases that ship, by language."""
    return CommonPhrasesOut(items=[common_out(view) for view in common(session, viewer)])


@router.patch("/common-phrases")
def switch_common_phrases(
    chosen: actions.Switch, viewer: Writer, session: Writing, services: Served
) -> CommonPhrasesOut:
    """Switches all of them on or off, with those of later releases. Stored mentions are decided again."""
    actions.switch_all(session, viewer, chosen, services.jobs)
    return CommonPhrasesOut(items=[common_out(view) for view in common(session, viewer)])


@router.patch("/common-phrases/{common_id}")
def switch_common_phrase(
    common_id: Id, chosen: actions.Switch, viewer: Writer, session: Writing, services: Served
) -> CommonPhraseOut:
    """Switches one of them on or off. Stored mentions that hold it are decided again."""
    actions.switch(session, viewer, common_id, chosen, services.jobs)
    return common_out(common_phrase(session, viewer, common_id))
