"""The JSON API of cases: lists, one case, steps, consents, alerts."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.web.casing import GUARD, SAID, audited, case_of, item_of
from tests.web.conftest import PASSWORD, House

DUTY = "acc_duty_to_refer"


class Program:
    """A program that is signed in."""

    def __init__(self, house: House, user: str = "worker") -> None:
        self.client = house.app.test_client()
        self.csrf = ""
        body = self.post("/api/sign-in", {"username": user, "password": PASSWORD}).json
        assert body is not None
        self.csrf = body["csrf"]

    def post(self, path: str, body: Any) -> TestResponse:
        return self.client.post(path, json=body, headers={"X-CSRFToken": self.csrf})

    def get(self, path: str) -> dict[str, Any]:
        response = self.client.get(path)
        assert response.status_code == 200, response.get_data(as_text=True)
        return dict(response.json or {})


@pytest.fixture
def program(cases: House) -> Program:
    return Program(cases)


def code(response: TestResponse) -> tuple[int, str]:
    assert response.json is not None
    return response.status_code, response.json["error"]["code"]


def case_address(house: House, name: str = "Daniel") -> str:
    return f"/api/people/{house.person(name).id}"


def test_lists(cases: House, program: Program) -> None:
    found = program.get("/api/cases")
    assert {line["name"].split()[0] for line in found["cases"]} == set(SAID)
    assert found["counts"]["plans"] == len(SAID)
    assert len(program.get("/api/cases?limit=2&offset=1")["cases"]) == 2
    assert [line["name"] for line in program.get("/api/cases?need=debt_advice&worker=nobody&due=coming")["cases"]]
    due = program.get("/api/cases/due?limit=200")["due"]
    assert [line["on"] for line in due] == sorted(line["on"] for line in due)
    assert {line["activity"] is None for line in due if line["sensitive"]} == {True}
    found = program.post("/api/cases/search", {"search": "obi", "due": 3}).json or {}
    assert [line["name"] for line in found["cases"]] == ["Marcus Obi"]


def test_a_case_without_and_with_the_role(cases: House, program: Program) -> None:
    address, case = f"{case_address(cases, 'Siobhan')}/case", case_of(cases, "Siobhan")
    covered, whole = program.get(address), Program(cases, GUARD).get(address)
    assert (covered["complete"], whole["complete"]) == (False, True)
    assert len(whole["items"]) == len(case.items)
    assert {item["id"] for item in covered["items"]} == {item.id for item in case.items if not item.sensitive}
    assert "marac" not in {consent["id"] for consent in covered["consents"]}
    assert "marac" in {consent["id"] for consent in whole["consents"]}
    assert "detail" not in covered["alerts"][0]
    assert "hurts" in whole["alerts"][0]["detail"]
    assert audited(cases, "case seen") == [(case.person_id,), (case.person_id,)]


def test_the_case_is_as_described(cases: House, program: Program) -> None:
    described = program.get("/api/openapi.json")["components"]["schemas"]
    case = program.get(f"{case_address(cases)}/case")
    assert set(case) == set(described["Case"]["properties"])
    assert set(case["items"][0]) == set(described["Item"]["properties"])
    assert set(case["consents"][0]) == set(described["Consent"]["properties"])
    assert set(program.get("/api/cases")["cases"][0]) == set(described["CaseLine"]["properties"])
    assert set(program.get("/api/cases/due")["due"][0]) == set(described["DueLine"]["properties"])
    assert set(Program(cases, GUARD).get("/api/alerts")["alerts"][0]) == set(described["Alert"]["properties"])
    required = described["Alert"]["required"]
    assert set(program.get("/api/alerts")["alerts"][0]) == set(required)


def test_steps(cases: House, program: Program) -> None:
    item, address = item_of(cases, DUTY), f"{case_address(cases)}/items"
    path = f"{address}/{item.id}/steps"
    agreed = program.post(path, {"step": "agree", "seen": item.seen})
    assert (agreed.status_code, agreed.json and agreed.json["state"]) == (200, "agreed")
    assert code(program.post(path, {"step": "note", "seen": item.seen, "note": "x"})) == (409, "changed")
    sent = {"step": "signpost", "seen": item.seen + 1, "service": "northmere_housing", "how": "E-mail", "on": "2026-11-20"}
    response = program.post(path, sent)
    assert response.status_code == 200, response.json
    assert response.json is not None
    assert response.json["signpostings"][0]["follow_up_by"] == response.json["follow_up_by"]
    for wrong, status in (
        ({"step": "carry_over", "seen": 3}, (422, "invalid")),
        ({"step": "note", "seen": "3", "note": "x"}, (422, "invalid")),
        ({"step": "note", "seen": 3}, (422, "invalid")),
        ({"step": "follow_up", "seen": 3, "outcome": "great", "on": "2026-11-21"}, (422, "invalid")),
        ({"step": "follow_up", "seen": 3, "outcome": "helped", "on": "tomorrow"}, (422, "invalid")),
    ):
        assert code(program.post(path, wrong)) == status, wrong
    owner = {"step": "change", "seen": 3, "reason": "She knows them", "owner": {"role": "x", "label": "Nurse", "name": 7}}
    response = program.post(path, owner)
    assert response.json is not None
    assert response.json["owner"]["label"] == "Nurse"
    assert code(program.post(f"{address}/{'0' * 32}/steps", {"step": "agree", "seen": 1})) == (404, "not_found")


def test_adding_and_looking(cases: House, program: Program) -> None:
    path = f"{case_address(cases)}/items"
    added = program.post(path, {"activity": "acc_bidding", "reason": "They asked"})
    assert added.status_code == 201
    assert added.json is not None
    assert added.json["because"][0]["text"] == "They asked"
    assert code(program.post(path, {"activity": "acc_bidding", "reason": " "})) == (422, "invalid")
    assert code(program.post(path, {"activity": "da_nothing", "reason": "x"})) == (422, "invalid")
    item = added.json
    assert code(program.post(f"{path}/{item['id']}/look", {"seen": item["seen"], "accept": True})) == (422, "invalid")
    assert code(program.post(f"{path}/{item['id']}/look", {"seen": 1})) == (422, "invalid")


def test_consents(cases: House, program: Program) -> None:
    path = f"{case_address(cases)}/consents"
    response = program.post(path, {"consent": "officer", "given": True, "note": "Told me"})
    assert response.json is not None
    assert {one["id"]: one["state"] for one in response.json["consents"]}["officer"] == "given"
    assert case_of(cases).consents.may_share("officer")
    for wrong in ({"consent": "marac", "given": True}, {"consent": "officer"}, {"consent": [], "given": True}):
        assert code(program.post(path, wrong)) == (422, "invalid"), wrong
    assert code(program.post(path, {"consent": "services", "given": True, "service": "nowhere"})) == (404, "not_found")


def test_alerts(cases: House, program: Program) -> None:
    alerts = program.get("/api/alerts")["alerts"]
    assert len(alerts) == 2
    path = f"/api/alerts/{alerts[0]['id']}/acknowledge"
    done = program.post(path, {"note": "On my way"})
    assert done.json is not None
    assert done.json["acknowledged_by"]
    again = Program(cases, GUARD).post(path, {})
    assert again.json is not None
    assert again.json["acknowledged_by"] == done.json["acknowledged_by"]
    assert again.json["note"] == "On my way"
    assert len(program.get("/api/alerts")["alerts"]) == 1
    assert code(program.post(f"/api/alerts/{'0' * 32}/acknowledge", {})) == (404, "not_found")
    assert code(program.post(path, {"note": "x" * 2001})) == (422, "invalid")


def test_anything_at_all(cases: House, program: Program) -> None:
    item = item_of(cases, DUTY)
    bodies: tuple[Any, ...] = ({}, {"step": []}, {"seen": True, "step": "agree"}, {"step": "agree", "seen": 10**30}, [], "x")
    for path in (f"{case_address(cases)}/items/{item.id}/steps", f"{case_address(cases)}/items/{item.id}/look",
                 f"{case_address(cases)}/items", f"{case_address(cases)}/consents"):  # fmt: skip
        for body in bodies:
            assert program.post(path, body).status_code in (400, 409, 422), (path, body)
        assert program.client.post(path, data="x", headers={"X-CSRFToken": program.csrf}).status_code == 415
    assert program.post("/api/cases/search", {}).status_code == 200
