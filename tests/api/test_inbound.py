"""What is sent to a source: taken once from whom it is, refused from anybody else, and nothing of a refusal kept."""

from __future__ import annotations

import hmac
import json
import logging
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx2
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import func, select, update
from starlette.testclient import TestClient

from app.actions import inbound as actions
from app.api.inbound import BODY_MAX
from app.api.limits import Rates
from app.crypto import digest
from app.db import Database
from app.main import create_app
from app.models import Base, Mention, Poll, Quarantined, Source, SurveyResponse
from app.problems import Problem
from app.services import Services
from collectors.base import RawMention, Received

SECRET = "ce que nous savons tous deux"
Made = Callable[..., dict[str, Any]]
SPARED = {"api_key", "audit_entry", "request_count", "source"}


def signed(body: bytes, at: datetime | None = None, secret: str = SECRET) -> dict[str, str]:
    """The header of our own scheme."""
    t = str(int((at or datetime.now(UTC)).timestamp()))
    mac = hmac.new(secret.encode(), f"{t}.".encode() + body, sha256).hexdigest()
    return {"X-Vigie-Signature": f"t={t},v1={mac}", "Content-Type": "application/json"}


def said(number: int, text: str = "acme is good", **more: Any) -> dict[str, Any]:
    return {"id": f"n{number}", "text": text, "published_at": "2026-11-20T10:00:00Z", **more}


@pytest.fixture
def made(us: Any, brand: dict[str, Any]) -> Made:
    """Makes a source of a kind that is sent to us, about our brand."""

    def make(kind: str = "webhook", **params: Any) -> dict[str, Any]:
        new = {"collector": kind, "name": f"{kind} {len(params)}", "params": params, "brand_id": brand["id"]}
        answer = us.editor.post("/api/v1/sources", json=new)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    return make


def path_of(source: dict[str, Any]) -> str:
    return "/in/" + str(source["inbound_url"]).rsplit("/", 1)[1]


def rows(db: Database) -> dict[str, int]:
    with db.reading() as session:
        tables = [table for table in Base.metadata.sorted_tables if table.name not in SPARED]
        return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def source_row(db: Database, source: dict[str, Any]) -> Source:
    with db.reading() as session:
        return session.scalars(select(Source).where(Source.id == UUID(source["id"]))).one()


def test_a_kind_that_is_sent_to_us_has_an_address_and_others_have_none(us: Any, made: Made, db: Database) -> None:
    source = made()
    assert source["inbound_url"].startswith("http://127.0.0.1:8000/in/")
    token = source["inbound_url"].rsplit("/", 1)[1]
    assert len(token) >= 40
    row = source_row(db, source)
    assert row.address_digest == digest(token)
    assert token.encode() not in (row.address_sealed or b"")
    feed = {"collector": "rss", "name": "feed", "params": {"url": "https://example.com/f"}}
    assert us.editor.post("/api/v1/sources", json=feed).json()["inbound_url"] is None


def test_who_may_only_read_does_not_learn_the_address(us: Any, made: Made) -> None:
    source = made()
    for path in ("/api/v1/sources", f"/api/v1/sources/{source['id']}"):
        answer = us.reader.get(path)
        assert source["inbound_url"].rsplit("/", 1)[1] not in answer.text
        assert source["inbound_url"] in us.editor.get(path).text


@pytest.mark.parametrize("prefix", ["", "/api/v1"])
def test_what_is_sent_is_stored_as_a_push_is(
    us: Any, made: Made, anonymous: TestClient, db: Database, prefix: str
) -> None:
    source = made()
    body = [said(1), said(2, "acme is slow", author="Zoé", rating=1)]
    answer = anonymous.post(prefix + path_of(source), json=body)
    assert answer.status_code == 202, answer.text
    assert answer.json() == {
        "received": 2, "stored": 2, "updated": 0, "unchanged": 0, "unmatched": 0, "refused": 0, "kept": 0,
        "reasons": [],
    }  # fmt: skip
    found = us.reader.get("/api/v1/mentions", params={"source": source["id"]}).json()["items"]
    assert {(one["external_id"], one["collector"], one["author"]) for one in found} == {
        ("n1", "webhook", ""),
        ("n2", "webhook", "Zoé"),
    }
    row = source_row(db, source)
    assert row.state == "ok"
    assert row.last_attempt_at == row.last_success_at == row.last_new_at is not None
    with db.reading() as session:
        assert session.execute(select(Poll.read, Poll.stored)).all() == [(2, 2)]


def test_the_same_mention_sent_twice_is_one(made: Made, anonymous: TestClient) -> None:
    path = path_of(made())
    answers = [anonymous.post(path, json=said(1, text)).json() for text in ("acme is good", "acme is good", "acme!")]
    assert [(one["stored"], one["unchanged"], one["updated"]) for one in answers] == [(1, 0, 0), (0, 1, 0), (0, 0, 1)]


def test_without_a_brand_only_what_matches_is_kept(
    us: Any, brand: dict[str, Any], anonymous: TestClient, db: Database
) -> None:
    new = {"collector": "webhook", "name": "hook", "params": {}}
    source = us.editor.post("/api/v1/sources", json=new).json()
    answer = anonymous.post(path_of(source), json=[said(1), said(2, "of somebody else")]).json()
    assert (answer["stored"], answer["unmatched"]) == (1, 1)
    assert source_row(db, source).unmatched == 1


def test_one_poisoned_item_costs_itself_only(made: Made, anonymous: TestClient, db: Database) -> None:
    source = made()
    body = [said(1), {"id": "empty"}, 7, said(2, "acme \x00 😀"), said(3, published_at="never")]
    answer = anonymous.post(path_of(source), json=body).json()
    assert (answer["received"], answer["stored"], answer["refused"]) == (5, 3, 2)
    assert "no text" in answer["reasons"][0]
    with db.reading() as session:
        assert {row.external_id for row in session.scalars(select(Quarantined))} == {"empty", "item 3"}


@pytest.mark.parametrize("token", ["x", "a" * 43, "%00", "é" * 30, "a" * 500])
def test_an_unknown_address_opens_nothing(made: Made, anonymous: TestClient, db: Database, token: str) -> None:
    made()
    before = rows(db)
    answer = anonymous.post(f"/in/{token}", json=said(1))
    assert answer.status_code == 404, answer.text
    assert rows(db) == before


def test_a_paused_source_answers_as_an_unknown_one(us: Any, made: Made, anonymous: TestClient, db: Database) -> None:
    source = made()
    us.editor.patch(f"/api/v1/sources/{source['id']}", json={"enabled": False})
    before = rows(db)
    paused, unknown = (anonymous.post(path, json=said(1)) for path in (path_of(source), "/in/" + "a" * 43))
    assert paused.status_code == unknown.status_code == 404
    assert {**paused.json(), "request_id": ""} == {**unknown.json(), "request_id": ""}
    assert rows(db) == before
    us.editor.patch(f"/api/v1/sources/{source['id']}", json={"enabled": True})
    assert anonymous.post(path_of(source), json=said(1)).status_code == 202


def test_a_deleted_source_takes_nothing_more(us: Any, made: Made, anonymous: TestClient) -> None:
    source = made()
    us.editor.delete(f"/api/v1/sources/{source['id']}")
    assert anonymous.post(path_of(source), json=said(1)).status_code == 404


def test_a_new_address_ends_the_former_one(us: Any, them: Any, made: Made, anonymous: TestClient) -> None:
    source = made()
    assert us.reader.post(f"/api/v1/sources/{source['id']}/address").status_code == 403
    assert them.admin.post(f"/api/v1/sources/{source['id']}/address").status_code == 404
    changed = us.editor.post(f"/api/v1/sources/{source['id']}/address").json()
    assert changed["inbound_url"] != source["inbound_url"]
    assert changed["version"] == source["version"] + 1
    assert anonymous.post(path_of(source), json=said(1)).status_code == 404
    assert anonymous.post(path_of(changed), json=said(1)).status_code == 202
    assert us.editor.get(f"/api/v1/sources/{source['id']}").json()["inbound_url"] == changed["inbound_url"]


def test_other_settings_keep_the_address(us: Any, made: Made) -> None:
    source = made()
    changed = us.editor.patch(f"/api/v1/sources/{source['id']}", json={"params": {"text": "body"}}).json()
    assert changed["inbound_url"] == source["inbound_url"]


def test_a_source_that_reads_by_itself_gets_no_address(us: Any) -> None:
    feed = {"collector": "rss", "name": "feed", "params": {"url": "https://example.com/f"}}
    source = us.editor.post("/api/v1/sources", json=feed).json()
    assert us.editor.post(f"/api/v1/sources/{source['id']}/address").status_code == 409


BODY = json.dumps([said(1)]).encode()
FORGERIES = {
    "unsigned": (BODY, {}),
    "signed with another secret": (BODY, signed(BODY, secret="another")),
    "altered": (BODY + b" ", signed(BODY)),
    "an hour old": (BODY, signed(BODY, datetime.now(UTC) - timedelta(hours=1))),
    "ahead of our time": (BODY, signed(BODY, datetime.now(UTC) + timedelta(hours=1))),
    "nonsense": (BODY, {"X-Vigie-Signature": "é=;;t,v1=\u00ff"}),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_request_is_refused_and_nothing_of_it_is_kept(
    made: Made, anonymous: TestClient, db: Database, caplog: pytest.LogCaptureFixture, forgery: str
) -> None:
    source = made(secret=SECRET)
    before = rows(db)
    body, headers = FORGERIES[forgery]
    with caplog.at_level(logging.DEBUG):
        latin = {name: value.encode("latin-1") for name, value in headers.items()}
        answer = anonymous.post(path_of(source), content=body, headers=latin)  # type: ignore[arg-type]
    assert answer.status_code == 403, answer.text
    assert answer.json()["type"] == "urn:vigie:problem:unsigned"
    assert rows(db) == before
    assert "acme" not in caplog.text
    row = source_row(db, source)
    assert (row.state, row.last_success_at) == ("waiting", None)
    assert "signature is missing, wrong or older" in (row.warning or {})["text"]
    good = anonymous.post(path_of(source), content=BODY, headers=signed(BODY))
    assert (good.status_code, good.json()["stored"]) == (202, 1)
    assert source_row(db, source).warning is None


def test_a_delivery_that_comes_again_is_answered_alike_and_done_once(
    made: Made, anonymous: TestClient, db: Database
) -> None:
    path, headers = path_of(made(secret=SECRET)), signed(BODY)
    first, again = (anonymous.post(path, content=BODY, headers=headers) for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Poll)) == 1


def test_a_delivery_is_read_anew_once_the_settings_are_corrected(us: Any, made: Made, anonymous: TestClient) -> None:
    source = made(text="nowhere", secret=SECRET)
    headers = signed(BODY)
    assert anonymous.post(path_of(source), content=BODY, headers=headers).json()["refused"] == 1
    us.editor.patch(f"/api/v1/sources/{source['id']}", json={"params": {"secret": SECRET}})
    again = anonymous.post(path_of(source), content=BODY, headers=headers)
    assert (again.json()["stored"], again.headers.get("idempotency-replayed")) == (1, None)


def test_many_copies_of_one_delivery_at_once_are_done_once(made: Made, app: FastAPI, db: Database) -> None:
    path, headers = path_of(made(secret=SECRET)), signed(BODY)
    found: list[int] = []

    def sending() -> None:
        client = TestClient(app, base_url="http://localhost")
        found.append(client.post(path, content=BODY, headers=headers).status_code)

    threads = [threading.Thread(target=sending) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(found) <= {202, 409}
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Poll)) == 1
        assert session.scalar(select(func.count()).select_from(Mention)) == 1


def test_standard_webhooks_are_understood_and_their_id_is_remembered(made: Made, anonymous: TestClient) -> None:
    key = b"thirty-two bytes of a random key"
    path = path_of(made(secret="whsec_" + b64encode(key).decode()))

    def send(message: str, body: bytes) -> Any:
        t = str(int(datetime.now(UTC).timestamp()))
        mac = b64encode(hmac.new(key, f"{message}.{t}.".encode() + body, sha256).digest()).decode()
        headers = {"webhook-id": message, "webhook-timestamp": t, "webhook-signature": f"v1,{mac}"}
        return anonymous.post(path, content=body, headers=headers)

    assert send("msg_1", BODY).json()["stored"] == 1
    retried = send("msg_1", BODY)
    assert (retried.status_code, retried.headers.get("idempotency-replayed")) == (202, "true")
    assert send("msg_2", BODY).json()["unchanged"] == 1


def test_a_refused_delivery_may_be_sent_again(made: Made, anonymous: TestClient) -> None:
    path = path_of(made())
    for status in (422, 422):
        answer = anonymous.post(path, content=b"{", headers={"Idempotency-Key": "k1"})
        assert answer.status_code == status
    assert anonymous.post(path, json=said(1), headers={"Idempotency-Key": "k1"}).json()["stored"] == 1


def test_a_name_of_a_delivery_counts_for_its_source_alone(made: Made, anonymous: TestClient) -> None:
    first, second = made(), made(html=True)
    for source in (first, second):
        answer = anonymous.post(path_of(source), json=said(1), headers={"Idempotency-Key": "k1"})
        assert "idempotency-replayed" not in answer.headers
        assert answer.json()["stored"] == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"<html>", 422),
        (b"\xff\xfe", 422),
        (b"[" * 100_000, 422),
        (b'{"a": NaN}', 422),
        (b"[" + b"0," * 1_500 + b"0]", 422),
        (b'"text"', 202),
    ],
)
def test_what_cannot_be_read_is_told(made: Made, anonymous: TestClient, db: Database, body: bytes, status: int) -> None:
    source = made()
    answer = anonymous.post(path_of(source), content=body)
    assert answer.status_code == status, answer.text
    if status == 422:
        assert answer.json()["detail"].endswith(".")
        assert source_row(db, source).warning
        assert source_row(db, source).state == "waiting"


def test_a_body_over_256_kb_is_refused_whether_or_not_it_tells_its_length(made: Made, anonymous: TestClient) -> None:
    path = path_of(made())
    large = json.dumps(said(1, "acme " * 60_000)).encode()
    assert len(large) > BODY_MAX
    assert anonymous.post(path, content=large).status_code == 413
    pieces = (large[start : start + 10_000] for start in range(0, len(large), 10_000))
    assert anonymous.post(path, content=pieces).status_code == 413
    fits = json.dumps(said(2, "acme " * 50_000)).encode()
    assert anonymous.post(path, content=fits).status_code == 202


def test_a_compressed_body_is_refused(made: Made, anonymous: TestClient) -> None:
    answer = anonymous.post(path_of(made()), content=BODY, headers={"Content-Encoding": "gzip"})
    assert answer.status_code == 415


def test_other_methods_are_not_taken(made: Made, anonymous: TestClient) -> None:
    path = path_of(made())
    assert anonymous.get(path).status_code == 405
    assert anonymous.get(path).headers["allow"] == "POST"
    assert anonymous.put(path, json=[]).status_code == 405


def test_one_address_and_strangers_are_limited(services: Services, made: Made) -> None:
    source = made(secret=SECRET)
    app = create_app(services, rates=Rates(sent=3, refused=2))
    client = TestClient(app, base_url="http://localhost")
    codes = [client.post("/in/" + "b" * 43).status_code for _ in range(3)]
    assert codes == [404, 404, 429]
    again = TestClient(create_app(services, rates=Rates(sent=3)), base_url="http://localhost")
    answers = [again.post(path_of(source), content=BODY, headers=signed(BODY)) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
    assert int(answers[-1].headers["retry-after"]) > 0


def test_guesses_at_a_signature_are_limited(services: Services, made: Made) -> None:
    source = made(secret=SECRET)
    client = TestClient(create_app(services, rates=Rates(refused=2)), base_url="http://localhost")
    assert [client.post(path_of(source), content=BODY).status_code for _ in range(3)] == [403, 403, 429]


def test_what_was_read_when_the_address_changed_is_not_stored(
    us: Any, made: Made, services: Services, db: Database
) -> None:
    source = source_row(db, made())
    got = Received(mentions=(RawMention("n1", text="acme"),))
    read = actions.match_received(services, us.viewer, source, got, datetime.now(UTC))
    us.editor.post(f"/api/v1/sources/{source.id}/address")
    with pytest.raises(Problem, match="no such address"), db.writing() as session:
        actions.keep(session, us.viewer, read, services, datetime.now(UTC))


def test_a_survey_needs_a_brand_when_it_is_saved(us: Any, made: Made) -> None:
    for kind in ("typeform", "formbricks", "limesurvey"):
        answer = us.editor.post("/api/v1/sources", json={"collector": kind, "name": kind, "params": {}})
        assert answer.status_code == 422
        (error,) = answer.json()["errors"]
        assert (error["field"], error["message"]) == ("brand_id", "Choose the brand that the survey asks about.")
    source = made("typeform")
    assert us.editor.patch(f"/api/v1/sources/{source['id']}", json={"brand_id": None}).status_code == 422


def typeform(token: str, score: Any, comment: str = "") -> dict[str, Any]:
    field = {"id": "f1", "ref": "nps", "type": "nps"}
    answers: list[dict[str, Any]] = [{"type": "number", "number": score, "field": field}]
    if comment:
        answers.append({"type": "text", "text": comment, "field": {"id": "f2", "ref": "why", "type": "long_text"}})
    whole = {"form_id": "F", "token": token, "submitted_at": "2026-11-20T10:00:00Z", "answers": answers}
    return {"event_id": f"e-{token}-{score}", "event_type": "form_response", "form_response": whole}


def test_answers_count_in_the_survey_nps_and_in_nothing_else(
    us: Any, made: Made, brand: dict[str, Any], anonymous: TestClient, db: Database
) -> None:
    source = made("typeform", channel="e-mail")
    path = path_of(source)
    scores: list[tuple[str, Any]] = [("a", 10), ("b", 9), ("c", "9.0"), ("d", 7), ("e", 3), ("e", 3)]
    answers = [anonymous.post(path, json=typeform(*one)) for one in scores]
    assert [answer.json()["stored"] for answer in answers] == [1, 1, 1, 1, 1, 1]  # the last is the first one's answer
    corrected = anonymous.post(path, json=typeform("e", 8, "better now"))
    assert corrected.json()["updated"] == 1
    refused = anonymous.post(path, json=typeform("f", 11)).json()
    assert (refused["stored"], refused["refused"]) == (0, 1)
    asked = {"from": "2026-11-01T00:00:00Z", "to": "2026-12-01T00:00:00Z"}
    found = us.reader.get(f"/api/v1/brands/{brand['id']}/reputation", params=asked).json()
    assert (found["survey_nps"]["score"], found["survey_nps"]["responses"]) == (60, 5)
    assert (found["mentions"], found["score"]) == (0, None)
    with db.reading() as session:
        rows_ = {row.external_id: row for row in session.scalars(select(SurveyResponse))}
        reasons = session.scalars(select(Quarantined.reason)).all()
    assert (rows_["e"].score, rows_["e"].comment, rows_["e"].channel) == (8, "better now", "e-mail")
    assert reasons == ["the score 11 is not a whole number from 0 to 10"]
    assert source_row(db, source).last_new_at is not None


@pytest.fixture
def serving(services: Services) -> Iterator[str]:
    """The application behind a real web server."""
    config = uvicorn.Config(create_app(services), host="127.0.0.1", port=0, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    running.join(timeout=10)


def test_over_real_http_into_the_database(us: Any, made: Made, serving: str, brand: dict[str, Any]) -> None:
    hook, survey = made(secret=SECRET), made("typeform", secret="partagé")
    with httpx2.Client(base_url=serving, trust_env=False) as client:
        answer = client.post(path_of(hook), content=BODY, headers=signed(BODY))
        assert (answer.status_code, answer.json()["stored"]) == (202, 1)
        body = json.dumps(typeform("z", 10, "Parfait, merci à tous")).encode()
        mac = b64encode(hmac.new("partagé".encode(), body, sha256).digest()).decode()
        headers = {"Typeform-Signature": f"sha256={mac}", "Content-Type": "application/json"}
        assert client.post(path_of(survey), content=body, headers=headers).json()["stored"] == 1
        assert client.post(path_of(survey), content=body, headers={"Typeform-Signature": mac}).status_code == 403
        large = client.post(path_of(hook), content=iter([b" " * 200_000] * 3), headers=signed(BODY))
        assert large.status_code == 413
    asked = {"from": "2026-11-01T00:00:00Z", "to": "2026-12-01T00:00:00Z"}
    found = us.reader.get(f"/api/v1/brands/{brand['id']}/reputation", params=asked).json()
    assert found["survey_nps"]["score"] == 100
    stored = us.reader.get("/api/v1/mentions", params={"brand": brand["id"]}).json()["items"]
    assert [(one["external_id"], one["collector"]) for one in stored] == [("n1", "webhook")]


def test_an_address_is_not_in_the_audit_log_or_the_list_of_collectors(us: Any, made: Made) -> None:
    source = made()
    us.editor.post(f"/api/v1/sources/{source['id']}/address")
    log = us.admin.get("/api/v1/audit-log").text
    assert "source.address" in log
    assert path_of(source)[4:] not in log
    kinds = {one["kind"]: one for one in us.reader.get("/api/v1/collectors").json()["items"]}
    assert (kinds["webhook"]["receives"], kinds["rss"]["receives"]) == (True, False)


def test_a_secret_that_cannot_be_opened_refuses_and_says_so(made: Made, anonymous: TestClient, db: Database) -> None:
    source = made(secret=SECRET)
    with db.writing() as session:
        session.execute(update(Source).where(Source.id == UUID(source["id"])).values(secrets=b"\x01" + b"x" * 60))
    assert anonymous.post(path_of(source), content=BODY, headers=signed(BODY)).status_code == 503
