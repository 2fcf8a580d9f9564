"""Domain phrases: words that set a stance in this workspace."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.actions import phrases as actions
from app.api.deps import Id, IfMatch, Paged, Reader, Reading, Served, Writer, Writing, ident
from app.api.route import Route
from app.api.schemas import BrandRef, MentionOut, Out, Page, mention_out, page_of
from app.queries.phrases import PhrasePreview, PhraseView, phrase, phrase_of, phrases, preview

router = APIRouter(prefix="/api/v1", tags=["phrases"], route_class=Route)


class ProgressOut(Out):
    """Stored mentions looked at again, and how many there are in all; null until they are counted."""

    done: int
    total: int | None


class PhraseOut(Out):
    """Words that set a stance, whatever the model thinks."""

    id: UUID
    text: str
    stance: str
    brand: BrandRef | None = Field(description="null: for every brand")
    language: str | None = Field(description="null: in every language")
    version: int
    created_at: datetime
    updated_at: datetime
    applying: ProgressOut | None = Field(description="Set while it is being applied to stored mentions.")


class ChangeOut(Out):
    """How many matches would turn from one stance to another."""

    before: str
    after: str
    matches: int


class TurnedOut(Out):
    """A mention whose stance towards a brand would change."""

    mention: MentionOut
    brand: BrandRef
    before: str
    before_source: str = Field(
        description="phrase, common or model: a person or a rating takes precedence over every phrase"
    )
    after: str


class PhrasePreviewOut(Out):
    """What a phrase would change in stored mentions."""

    mentions: int = Field(description="Stored mentions that contain it and were looked at, newest first.")
    changed: int = Field(description="Matches of these whose stance would change.")
    changes: list[ChangeOut]
    sample: list[TurnedOut]
    complete: bool = Field(description="false: there are more mentions than could be looked at in time.")


def phrase_out(view: PhraseView) -> PhraseOut:
    """A phrase as the API shows it."""
    plain: dict[str, Any] = {
        name: getattr(view.phrase, name) for name in PhraseOut.model_fields if name not in ("brand", "applying")
    }
    applying = ProgressOut.model_validate(view.applying) if view.applying else None
    return PhraseOut(**plain, brand=BrandRef.model_validate(view.brand) if view.brand else None, applying=applying)


@router.get("/phrases")
def list_phrases(viewer: Reader, session: Reading, page: Paged) -> Page[PhraseOut]:
    """The phrases, newest first."""
    return page_of(phrases(session, viewer, page.after, page.limit), phrase_out)


@router.post("/phrases", status_code=201)
def create_phrase(new: actions.NewPhrase, viewer: Writer, session: Writing, services: Served) -> PhraseOut:
    """Adds a phrase: it applies to new mentions at once, and to stored ones in the background."""
    row = actions.create(session, viewer, new, services.jobs)
    return phrase_out(phrase(session, viewer, row.id))


@router.post("/phrases/preview", openapi_extra={"x-costly": True})
def preview_phrase(new: actions.TriedPhrase, viewer: Reader, session: Reading) -> PhrasePreviewOut:
    """How many stored mentions a phrase would change, from which stance to which, with the newest. Stores nothing."""
    candidate = phrase_of(new.text, new.stance, new.brand_id, new.language)
    return preview_out(preview(session, viewer, candidate, new.phrase_id))


def preview_out(view: PhrasePreview) -> PhrasePreviewOut:
    """A preview as the API shows it."""
    return PhrasePreviewOut(
        mentions=view.mentions,
        changed=view.changed,
        changes=[ChangeOut(before=b, after=a, matches=number) for (b, a), number in sorted(view.changes.items())],
        sample=[
            TurnedOut(
                mention=mention_out(change.view),
                brand=BrandRef.model_validate(change.brand),
                before=change.before,
                before_source=change.before_source,
                after=change.after,
            )
            for change in view.sample
        ],
        complete=view.complete,
    )


@router.get("/phrases/{phrase_id}")
def get_phrase(phrase_id: Id, viewer: Reader, session: Reading) -> PhraseOut:
    """One phrase."""
    return phrase_out(phrase(session, viewer, ident(phrase_id, "phrase")))


@router.patch("/phrases/{phrase_id}")
def change_phrase(
    phrase_id: Id,
    changes: actions.PhraseChanges,
    viewer: Writer,
    session: Writing,
    services: Served,
    if_match: IfMatch,
) -> PhraseOut:
    """Changes a phrase. Stored mentions with its old or its new words are decided again in the background."""
    row = actions.lock(session, viewer, ident(phrase_id, "phrase"))
    if_match.check(row.version)
    actions.update(session, viewer, row.id, changes, services.jobs)
    return phrase_out(phrase(session, viewer, row.id))


@router.delete("/phrases/{phrase_id}", status_code=204)
def delete_phrase(phrase_id: Id, viewer: Writer, session: Writing, services: Served, if_match: IfMatch) -> None:
    """Deletes a phrase. Stored mentions that contain it are decided again without it, in the background."""
    row = actions.lock(session, viewer, ident(phrase_id, "phrase"))
    if_match.check(row.version)
    actions.delete_phrase(session, viewer, row.id, services.jobs)
