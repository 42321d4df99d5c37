"""Judgements over HTTP: who may, what is written, what is refused and how."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from pipeline import steps
from pipeline.api.app import create_app
from pipeline.api.feed import UnauthorizedError, unauthorized
from pipeline.api.review import review_router
from pipeline.delivery.consumers import add_feed_consumer
from pipeline.settings import Secrets, parse_settings
from pipeline.warehouse.connection import Warehouse
from tests.company import NOW, company, fold_all, post, select
from tests.review.people import clients_now, lead, leads_now, said

pytestmark = pytest.mark.postgres

TOKEN = "a-reviewers-token"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}
NOWHERE = Warehouse.at("postgresql://nobody@127.0.0.1:1/nothing")
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def shop(warehouse: Warehouse) -> steps.Workspace:
    opened = company(warehouse)
    post(opened, "1", Name="Ewa Lis", Phone="603 333 444", Email="ewa@interia.pl")
    post(opened, "2", Name="Maria Wilk", Phone="603 333 444", Email="ewa@interia.pl")
    fold_all(opened)
    return opened


@pytest.fixture
def http(warehouse: Warehouse) -> Iterator[TestClient]:
    app = FastAPI()
    app.include_router(review_router(warehouse, SecretStr(TOKEN), lambda: NOW))
    app.add_exception_handler(UnauthorizedError, lambda _request, _error: unauthorized())
    with TestClient(app, headers=SHOWN) as client:
        yield client


def _judge(http: TestClient, *judgements: dict[str, Any]) -> Any:
    return http.post("/judgements", json={"who": "anna", "judgements": list(judgements)})


@pytest.mark.parametrize("token", [None, SecretStr(""), SecretStr("another")], ids=["unset", "empty", "wrong"])
@pytest.mark.parametrize("authorization", ["", "Bearer ", f"Bearer {TOKEN}", f"Basic {TOKEN}"])
def test_without_the_token_nothing_is_told_and_nothing_written(token: SecretStr | None, authorization: str) -> None:
    app = FastAPI()
    app.include_router(review_router(NOWHERE, token, lambda: NOW))  # the database is not even asked
    app.add_exception_handler(UnauthorizedError, lambda _request, _error: unauthorized())
    http = TestClient(app, headers={"Authorization": authorization})
    assert [http.get("/review").status_code, _judge(http, {"kind": "undo", "decision": 1}).status_code] == [401, 401]


def test_the_feeds_token_does_not_judge_and_the_reviewers_does_not_read_the_feed(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADFOLD_FEED_TOKEN", "feed-token")
    monkeypatch.setenv("LEADFOLD_REVIEW_TOKEN", TOKEN)
    app = create_app(parse_settings(""), Secrets(), warehouse, lambda: NOW)
    feed = {"Authorization": "Bearer feed-token"}
    with TestClient(app) as http:
        assert [http.get(path, headers=SHOWN).status_code for path in ("/review", "/feed")] == [200, 401]
        assert http.get("/review", headers=feed).status_code == 403
        judging = {"Authorization": f"Bearer {add_feed_consumer(warehouse, 'clerk', ['judgements'], NOW)}"}
        assert [http.get(path, headers=judging).status_code for path in ("/review", "/feed")] == [200, 403]


def test_the_queue_has_its_documented_shape(http: TestClient, shop: steps.Workspace) -> None:
    told = http.get("/review").json()
    assert told["waiting"] == {"merge": 1, "junk": 0}
    (doubt,) = told["doubts"]
    assert {doubt["left_id"], doubt["right_id"]} == set(leads_now(shop.warehouse))
    assert {
        "doubt",
        "left_client",
        "right_client",
        "weight",
        "chance",
        "why_one",
        "why_two",
        "money",
        "worth",
    } <= doubt.keys()
    assert "Wilk" not in http.get("/review").text
    (with_values,) = http.get("/review", params={"values": "true"}).json()["doubts"]
    assert with_values["values"]["left"]["email"] == ["ewa@interia.pl"]
    assert http.get("/review", params={"kind": "junk"}).json()["doubts"] == []


def test_a_judgement_is_written_once_and_takes_effect_with_the_next_fold(
    http: TestClient, shop: steps.Workspace
) -> None:
    one, two = leads_now(shop.warehouse)
    same = {"kind": "same", "left": one, "right": two, "why": "spoke to her"}
    first = _judge(http, same).json()
    again = _judge(http, same).json()
    decision = first["judgements"][0]["decision_id"]
    assert first == {"judgements": [{"decision_id": decision, "is_new": True}], "takes_effect": "with the next fold"}
    assert again["judgements"] == [{"decision_id": decision, "is_new": False}]
    assert select(shop.warehouse, "select actor, actor_kind from core.decision where decision_id = :d", d=decision) == [
        ("anna", "person")
    ]
    steps.fold(shop)
    assert set(clients_now(shop.warehouse)) == {frozenset("12")}


def test_clients_junk_genuine_and_undo_are_judged_too(http: TestClient, shop: steps.Workspace) -> None:
    clients = clients_now(shop.warehouse)
    apart = {"kind": "not_same", "left": clients[frozenset("1")], "right": clients[frozenset("2")]}
    junk = {"kind": "junk", "lead": lead(shop.warehouse, "1"), "stage": "supplier"}
    genuine = {"kind": "genuine", "lead": lead(shop.warehouse, "2")}
    written = _judge(http, apart, junk, genuine).json()["judgements"]
    assert said(shop.warehouse) == [row["decision_id"] for row in written]
    _judge(http, {"kind": "undo", "decision": written[1]["decision_id"]})
    assert said(shop.warehouse) == [written[0]["decision_id"], written[2]["decision_id"]]


def test_a_contradiction_is_409_with_the_earlier_decision_and_writes_nothing(
    http: TestClient, shop: steps.Workspace
) -> None:
    one, two = leads_now(shop.warehouse)
    decision = _judge(http, {"kind": "same", "left": one, "right": two}).json()["judgements"][0]["decision_id"]
    refused = _judge(http, {"kind": "genuine", "lead": one}, {"kind": "not_same", "left": one, "right": two})
    assert refused.status_code == 409
    assert refused.json()["earlier"] == [decision]
    assert refused.json()["error"].startswith(
        f"judgements.1: people have said otherwise: decision {decision} of 2026-08-01"
    )
    assert said(shop.warehouse) == [decision]


@pytest.mark.parametrize(
    ("judgement", "status", "told"),
    [
        ({"kind": "same", "left": NOBODY, "right": NOBODY}, 404, "judgements.0: there is no lead and no client"),
        ({"kind": "junk", "lead": "LEAD", "stage": "nonsense"}, 400, "is not a stage of junk"),
        ({"kind": "same", "left": "LEAD"}, 400, "`same` takes `left` and `right`"),
        ({"kind": "genuine", "lead": "LEAD", "stage": "spam_bot"}, 400, "`genuine` takes `lead`"),
        ({"kind": "undo", "decision": 99_999}, 404, "there is no decision 99999"),
        ({"kind": "undo", "decision": 1}, 400, "no judgement of a person"),
        ({"kind": "same", "left": "LEAD", "right": "LEAD"}, 400, "the same lead or client already"),
    ],
    ids=["nobody", "no stage", "one side", "too much", "no decision", "a machine's", "itself"],
)  # fmt: skip
def test_what_cannot_be_judged_is_one_sentence_with_its_place(
    http: TestClient, shop: steps.Workspace, judgement: dict[str, Any], status: int, told: str
) -> None:
    one = leads_now(shop.warehouse)[0]
    answer = _judge(http, {name: one if value == "LEAD" else value for name, value in judgement.items()})
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
    assert told in answer.json()["error"]


@pytest.mark.parametrize(
    "body",
    [{}, {"who": "a"}, {"who": "", "judgements": [{"kind": "undo"}]}, {"who": "a", "judgements": [{"kind": "x"}]},
     {"who": "a", "judgements": [{"kind": "undo", "more": 1}]}, {"who": "a", "judgements": []}],
    ids=["nothing", "no judgements", "nobody", "no kind", "unknown key", "empty"],
)  # fmt: skip
def test_a_body_of_another_shape_is_refused(body: dict[str, Any]) -> None:
    app = FastAPI()
    app.include_router(review_router(NOWHERE, SecretStr(TOKEN), lambda: NOW))
    http = TestClient(app, headers=SHOWN)
    assert http.post("/judgements", json=body).status_code == 422
