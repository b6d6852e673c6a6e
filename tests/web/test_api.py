"""The JSON API: the same turns as the pages, described at /api/openapi.json."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from bot.web.view import Asked, Choice, Part, Progress, Reply, Row
from tests.web.conftest import PASSWORD, House, Midway

RECORD = {
    "prison_number": "B1234CD",
    "name": "Ann Example",
    "date_of_birth": "1990-02-01",
    "sex": "female",
    "prison": "HMP Example",
    "reception": "2026-11-01T09:30",
    "sentence": {"type": "determinate", "months": 12},
}


class Api:
    """A program that talks to the API."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.client = house.app.test_client()
        self.csrf = ""
        self.state: dict[str, Any] = {}

    def post(self, path: str, body: Any, **more: Any) -> TestResponse:
        return self.client.post(path, json=body, headers={"X-CSRFToken": self.csrf}, **more)

    def sign_in(self) -> dict[str, Any]:
        body = self.post("/api/sign-in", {"username": "worker", "password": PASSWORD}).json
        assert body is not None
        self.csrf = body["csrf"]
        return dict(body)

    def turn(self, **what: Any) -> TestResponse:
        asked = self.state["question"] or {}
        body = {"turn": self.state["turn"], "question": asked.get("id"), "seen": self.state["seen"], **what}
        response = self.post(f"/api/interviews/{self.state['interview']['id']}/turns", body)
        if response.status_code == 200:
            self.state = dict(response.json or {})
        return response

    def load(self, interview_id: str) -> dict[str, Any]:
        self.state = dict(self.client.get(f"/api/interviews/{interview_id}").json or {})
        return self.state


@pytest.fixture
def api(house: House) -> Api:
    made = Api(house)
    made.sign_in()
    return made


def code(response: TestResponse) -> tuple[int, str]:
    assert response.is_json, response.get_data(as_text=True)
    return response.status_code, response.json["error"]["code"]  # type: ignore[index]


def test_signing_in(house: House) -> None:
    api = Api(house)
    assert api.sign_in()["user"]["name"] == "Demo worker"
    assert api.client.get("/api/people").status_code == 200
    assert code(api.post("/api/sign-in", {"username": "worker", "password": "wrong-password"})) == (401, "signed_out")
    assert code(api.client.post("/api/sign-in", data="username=worker")) == (415, "not_json")
    assert code(api.post("/api/sign-in", [])) == (400, "bad_request")
    assert api.post("/api/sign-out", {}).status_code == 200
    assert code(api.client.get("/api/people")) == (401, "signed_out")


def test_people(api: Api) -> None:
    listed = api.client.get("/api/people?limit=5&offset=2").json
    assert listed is not None
    assert listed["count"] == len(api.house.people)
    assert len(listed["people"]) == 5
    found = api.post("/api/people/search", {"search": "daniel"}).json
    assert found is not None
    assert [person["name"] for person in found["people"]] == ["Daniel Ashworth"]
    assert found["people"][0]["interviews"][0]["state"] == "open"
    one = api.client.get(f"/api/people/{found['people'][0]['id']}").json
    assert one is not None
    assert one["record"]["prison_number"] == "A0001ZZ"
    assert code(api.client.get(f"/api/people/{'0' * 32}")) == (404, "not_found")


def test_adding_a_person(api: Api) -> None:
    added = api.post("/api/people", RECORD)
    assert added.status_code == 201
    assert code(api.post("/api/people", RECORD)) == (409, "already_there")
    wrong = api.post("/api/people", {**RECORD, "prison_number": "nope", "name": "\ud800", "extra": 1})
    assert code(wrong) == (422, "invalid")
    assert wrong.json is not None
    assert set(wrong.json["error"]["fields"]) == {"prison_number", "name", "extra"}


def test_an_interview(api: Api) -> None:
    person = api.house.person("Marcus")
    response = api.post("/api/interviews", {"person": person.id, "level": "easy"})
    assert response.status_code == 201
    api.state = dict(response.json or {})
    assert api.state["interview"]["level"] == "easy"
    assert api.state["screen"] == "question"
    assert api.state["replies"][0]["say"] == "utter_welcome"
    first = api.state["question"]
    assert first["ask"]
    assert first["options"]
    assert api.turn(options=[first["options"][0]["id"]]).status_code == 200
    assert api.state["replies"][0]["text"].startswith("I have put")
    assert api.state["replies"][0]["change"] == first["id"]
    assert api.state["read_back"][0]["rows"][0]["ask"] == first["ask"]
    assert api.turn(do="later").status_code == 200
    assert api.state["later"]
    assert api.turn(do="pause").status_code == 200
    assert (api.state["screen"], api.state["question"], api.state["complete"]) == ("paused", None, False)
    assert api.turn(do="begin").status_code == 200
    assert api.turn(do="change", change=first["id"]).status_code == 200
    assert api.state["question"]["id"] == first["id"]
    assert api.state["question"]["options"][0]["chosen"]


def test_words_beside_a_yes_in_which_nothing_is_heard_are_named(api: Api) -> None:
    api.state = dict(api.post("/api/interviews", {"person": api.house.person("Marcus").id}).json or {})
    first = api.state["question"]
    api.house.rasa.guesses, api.house.rasa.beside = {first["options"][0]["id"]: 0.99}, [("access_needs", "none")]
    assert api.turn(words="that, and I am fine as I am").status_code == 200
    assert (api.state["screen"], api.state["unheard"], bool(api.state["asks"])) == ("heard", False, True)
    api.house.rasa.guesses, api.house.rasa.beside = {}, []
    assert api.turn(do="confirm", asks="a-turn-before-this-one").status_code == 200
    assert api.state["screen"] == "heard" and api.state["replies"][0]["say"] == "utter_moved", "that page is an old one"
    assert api.turn(do="deny", asks=api.state["asks"]).status_code == 200 and api.state["asks"] == ""
    api.state = dict(api.post("/api/interviews", {"person": api.house.person("Marcus").id}).json or {})
    api.house.rasa.guesses, api.house.rasa.beside = {first["options"][0]["id"]: 0.99}, [("access_needs", "none")]
    assert api.turn(words="that, and I am fine as I am").status_code == 200
    api.house.rasa.guesses, api.house.rasa.beside = {}, []
    assert api.turn(do="confirm", options=["access_needs"], words="and the rest").status_code == 200
    assert (api.state["screen"], api.state["unheard"]) == ("question", True)
    assert api.turn(do="later").status_code == 200 and api.state["unheard"] is False


def test_what_cannot_start(api: Api) -> None:
    person = api.house.people[0].id
    for body, field in (
        ({}, "person"),
        ({"person": person, "kind": "third"}, "kind"),
        ({"person": person, "level": ["plain"]}, "level"),
        ({"person": person, "mode": None}, "mode"),
        ({"person": person, "language": "en; x"}, "language"),
    ):
        response = api.post("/api/interviews", body)
        assert code(response) == (422, "invalid"), body
        assert field in response.json["error"]["fields"]  # type: ignore[index]
    assert code(api.post("/api/interviews", {"person": "0" * 32})) == (404, "not_found")


def test_a_turn_that_cannot_be_taken(api: Api, midway: Midway) -> None:
    api.load(midway[1])
    response = api.turn(options=["nope"])
    assert code(response) == (422, "invalid")
    assert response.json is not None
    assert response.json["error"]["reason"] == "not_an_option"
    assert response.json["error"]["message"]
    assert code(api.turn(words="x" * 10_000)) == (422, "invalid")
    api.house.rasa.down = True
    response = api.turn(options=["hostel"])
    assert code(response) == (503, "unavailable")
    assert response.json is not None
    assert response.json["error"]["turn"] == api.state["turn"]
    assert "safe" in response.json["error"]["message"]
    api.house.rasa.down = False
    assert api.turn(options=["hostel"]).status_code == 200


def test_anything_at_all_as_a_turn(api: Api, midway: Midway) -> None:
    path = f"/api/interviews/{midway[1]}/turns"
    for body in (
        {},
        {"options": "owned"},
        {"options": [1, None, {}]},
        {"parts": []},
        {"seen": True},
        {"turn": 7},
        {"question": {}},
        {"do": []},
        {"number": "seven"},
        {"words": None},
        {"change": 3, "do": "change"},
        {"options": ["x"] * 999},
        {"question": "where_lived", "number": 3},
        {"words": "\ud800", "question": "where_lived"},
    ):
        assert api.post(path, body).status_code in (200, 422), body
    for text in ("null", "[]", "{", '"x"'):
        assert (
            api.client.post(path, data=text, headers={"X-CSRFToken": api.csrf}, content_type="application/json").status_code == 400
        )
    assert code(api.post(path, {"words": "x" * 300_000})) == (413, "too_large")
    assert code(api.client.post(path, json={})) == (400, "bad_request")
    assert code(api.client.get(path)) == (405, "wrong_method")
    assert code(api.client.get("/api/nothing")) == (404, "not_found")


def test_a_private_question_says_nothing_back(api: Api, midway: Midway) -> None:
    state = api.load(midway[2])
    question = state["question"]
    assert question["sensitive"]
    assert not question["takes_words"]
    api.turn(options=[question["options"][0]["id"]])
    assert question["id"] not in str(api.state["read_back"]) + str(api.state["replies"])
    name = api.state["replies"][0]["change"]
    assert re.fullmatch(r"[a-z]+~1", name)
    api.turn(do="change", change=name)
    assert api.state["question"]["id"] == question["id"]
    assert not any(option["chosen"] for option in api.state["question"]["options"])


def test_turns_by_two_programs_are_one_interview(api: Api, midway: Midway) -> None:
    api.load(midway[1])
    body = {"turn": str(uuid4()), "question": "where_lived", "seen": api.state["seen"], "options": ["hostel"]}
    path = f"/api/interviews/{midway[1]}/turns"
    first, second = api.post(path, body), api.post(path, body)
    assert first.json is not None
    assert second.json is not None
    assert first.json["question"] == second.json["question"]


def refs(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from refs(value)
    elif isinstance(node, list):
        for value in node:
            yield from refs(value)


def test_the_description_is_of_this_api(house: House) -> None:
    described = house.app.test_client().get("/api/openapi.json").json
    assert described is not None
    assert described["openapi"].startswith("3.1")
    for ref in refs(described):
        node: Any = described
        for part in ref.removeprefix("#/").split("/"):
            node = node[part]
    there = {
        (rule.rule.replace("<", "{").replace(">", "}"), method.lower())
        for rule in house.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/") or rule.rule in ("/health", "/info")
    }
    told = {(path, method) for path, methods in described["paths"].items() for method in methods}
    assert there - {("/api/openapi.json", "get")} == told
    schemas = described["components"]["schemas"]
    for name, shape in (("Question", Asked), ("Choice", Choice), ("Reply", Reply), ("Part", Part), ("Row", Row)):
        assert set(schemas[name]["properties"]) == set(shape.__dataclass_fields__), name
    assert set(schemas["State"]["properties"]["progress"]["properties"]) == set(Progress.__dataclass_fields__)


def test_the_state_is_as_described(api: Api, midway: Midway) -> None:
    described = api.client.get("/api/openapi.json").json
    assert described is not None
    assert set(api.load(midway[1])) == set(described["components"]["schemas"]["State"]["properties"])
