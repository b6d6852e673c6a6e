"""The JSON API, fuzzed from its own description with schemathesis: nothing breaks, and every answer is as described."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from bot.interview.definitions import Interview
from bot.language.wording import Wording
from tests.web.casing import case_of, signed_in_as
from tests.web.conftest import Browser, House, make_house

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# Of each operation, by what its description allows and by what it does not.
EXAMPLES = 6
# Signing in and out are tried in test_attacks: the one would lock, the other end the session of this test.
LEFT_OUT = ("signIn", "signOut")


@pytest.fixture(scope="module")
def fuzzed(cases_home: Path, tmp_path_factory: pytest.TempPathFactory, interview: Interview, wording: Wording) -> Iterator[House]:
    house = make_house(cases_home, tmp_path_factory.mktemp("fuzzed") / "home", interview, wording)
    yield house
    house.store.close()


@dataclass
class Fuzzer:
    """Sends cases with the ids of what is there, as a signed-in browser, and holds what came back against the description."""

    browser: Browser
    token: str
    real: dict[str, str]
    tried: dict[str, set[int]] = field(default_factory=dict)

    def fuzz(self, name: str, strategy: Any) -> None:
        @seed(20261122)
        @settings(max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
        @given(case=strategy, real=st.booleans(), with_token=st.sampled_from((True, True, True, False)))
        def each(case: Any, real: bool, with_token: bool) -> None:
            if real:
                parts = case.path_parameters or {}
                case.path_parameters = {**parts, **{part: self.real[part] for part in self.real if part in parts}}
                if isinstance(case.body, dict) and isinstance(case.body.get("person"), str):
                    case.body["person"] = self.real["person_id"]
            answer = self.sent(case, {"X-CSRFToken": self.token} if with_token else {})
            self.tried.setdefault(name, set()).add(answer.status_code)
            case.validate_response(answer, checks=CHECKS)

        each()

    def sent(self, case: Any, headers: dict[str, str]) -> Response:
        made = case.as_transport_kwargs(base_url="http://localhost")
        kept = {name: value for name, value in (made.get("headers") or {}).items() if name.lower() in ("content-type", "accept")}
        more = {name: made[name] for name in ("json", "data") if name in made}
        wanted = {"method": case.method, "query_string": case.query or {}, "headers": {**kept, **headers}, **more}
        return Response.from_any(self.browser.client.open(case.formatted_path, **wanted))


def test_the_api_is_as_it_describes_itself(fuzzed: House) -> None:
    browser = signed_in_as(fuzzed, "guard")
    browser.get("/account")
    case, alert, row = case_of(fuzzed), case_of(fuzzed, "Lee").alerts[0], fuzzed.started("Joseph")
    real = {"person_id": case.person_id, "item_id": case.items[0].id, "alert_id": alert.id, "interview_id": row.id}
    fuzzer = Fuzzer(browser, browser.hidden("csrf_token"), real)
    schema = schemathesis.openapi.from_dict(browser.client.get("/api/openapi.json").json)
    for found in schema.get_all_operations():
        operation = found.ok()
        name = operation.definition.raw["operationId"]
        if name not in LEFT_OUT and operation.path.startswith("/api/"):
            fuzzer.fuzz(name, operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
            if operation.body or operation.query or operation.path_parameters:
                fuzzer.fuzz(name, operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    assert len(fuzzer.tried) > 12
    every = set().union(*fuzzer.tried.values())
    assert {200, 201, 400, 404, 422} <= every
    assert max(every) < 500
    assert fuzzed.store.verify_audit()
