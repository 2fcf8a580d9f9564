"""Rights: what each demands of a viewer, and that it is checked before anything runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from inspect import signature
from uuid import UUID

import pytest

from app.problems import Problem
from app.viewer import ROLE_SCOPES, Right, Scope, Viewer, may

PERSON, KEY = UUID(int=7), None


def viewer(scopes: frozenset[Scope], user_id: UUID | None = PERSON) -> Viewer:
    return Viewer(UUID(int=1), "ana@example.com", scopes, user_id)


@pytest.mark.parametrize(
    ("right", "scopes", "user_id", "code"),
    [
        ("read", ROLE_SCOPES["viewer"], PERSON, None),
        ("write", ROLE_SCOPES["viewer"], PERSON, "forbidden"),
        ("write", ROLE_SCOPES["manager"], PERSON, None),
        ("admin", ROLE_SCOPES["manager"], PERSON, "forbidden"),
        ("admin", ROLE_SCOPES["admin"], PERSON, None),
        ("read", frozenset({"write"}), KEY, "forbidden"),
        ("write", frozenset({"admin"}), KEY, "forbidden"),
        ("own", ROLE_SCOPES["viewer"], PERSON, None),
        ("own", ROLE_SCOPES["admin"], KEY, "no-account"),
        ("own", frozenset({"write"}), PERSON, "forbidden"),
        ("any", frozenset(), KEY, None),
    ],
)
def test_a_right_is_given_by_its_own_scope_alone(
    right: Right, scopes: frozenset[Scope], user_id: UUID | None, code: str | None
) -> None:
    if code is None:
        viewer(scopes, user_id).needs(right)
        return
    with pytest.raises(Problem) as refused:
        viewer(scopes, user_id).needs(right)
    assert (refused.value.status, refused.value.code) == (403, code)


@may("write")
def rename(name: str, viewer: Viewer, *, loud: bool = False) -> str:
    """Renames."""
    return name.upper() if loud else name


READER, EDITOR = viewer(ROLE_SCOPES["viewer"]), viewer(ROLE_SCOPES["manager"])


def test_the_viewer_is_found_by_place_and_by_name() -> None:
    assert rename("acme", EDITOR) == "acme"
    assert rename("acme", viewer=EDITOR, loud=True) == "ACME"
    for refused in (lambda: rename("acme", READER), lambda: rename(name="acme", viewer=READER)):
        with pytest.raises(Problem):
            refused()


def test_a_declaration_leaves_name_text_and_signature_as_they_are() -> None:
    assert (rename.__name__, rename.__doc__) == ("rename", "Renames.")
    assert list(signature(rename).parameters) == ["name", "viewer", "loud"]


def test_what_is_no_viewer_is_let_nowhere() -> None:
    with pytest.raises(AssertionError):
        rename("acme", "editor")  # type: ignore[arg-type]


def test_a_function_without_a_viewer_cannot_declare_a_right() -> None:
    with pytest.raises(ValueError, match="viewer"):
        may("read")(len)


@may("write")
@contextmanager
def held(viewer: Viewer) -> Iterator[str]:
    yield "held"


@may("read")
def numbers(viewer: Viewer) -> Iterator[int]:
    yield 1


def test_a_context_and_a_generator_are_refused_when_they_are_asked_for() -> None:
    """Not when they are entered or read: by then a transaction or an answer may have begun."""
    with held(EDITOR) as value:
        assert value == "held"
    assert list(numbers(READER)) == [1]
    with pytest.raises(Problem):
        held(READER)
    with pytest.raises(Problem):
        numbers(viewer(frozenset()))
