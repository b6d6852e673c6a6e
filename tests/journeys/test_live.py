"""What people, browsers and mischief do to a running interview."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from bot.language.wording import load_commands
from bot.rehearsal.browser import Browser
from bot.rehearsal.journey import Journey
from bot.rehearsal.servers import Servers

pytestmark = pytest.mark.servers

AT = "bank_account"
Opened = Callable[..., Any]
RECORDING = {"refuse": "refused", "unknown": "unknown", "later": "later", "skip": "skipped"}


@pytest.mark.parametrize("way", ["button", "words"])
@pytest.mark.parametrize("command", list(load_commands()))
def test_every_command_by_button_and_in_words(opened: Opened, command: str, way: str) -> None:
    page = opened(AT)
    before, last = page.state["seen"], page.last()
    phrase = str(load_commands()[command]["phrases"][-1])  # type: ignore[index]
    reply = page.post(do=command) if way == "button" else page.post(words=f"{phrase.capitalize()}, please.")
    assert reply.status == 200
    if command in RECORDING:
        assert page.answer(AT).state == RECORDING[command]
        assert page.state["seen"] == before + 1
        return
    assert page.state["seen"] == before, "a command is no answer"
    assert page.last().kind == command
    if command == "go_back":
        assert page.question == last.question
    elif command == "pause":
        assert page.state["interview"]["state"] == "paused"
        assert page.post(do="begin").status == 200
        assert page.question == AT
    elif command == "say_more":
        page.post(words="and that is not the whole story")
        assert page.answer(last.question).more == "and that is not the whole story"
        assert page.question == AT
    else:
        assert page.question == AT


@pytest.mark.parametrize("words", ["Skip this question", "I don't know"])
def test_commands_in_words_at_a_question_for_words(opened: Opened, words: str) -> None:
    page = opened("matters_most")
    page.post(text=words)
    assert page.answer("matters_most").state in ("skipped", "unknown")
    assert page.answer("matters_most").text == ""


def test_a_conversation_that_rasa_has_forgotten_goes_on(opened: Opened) -> None:
    """Rasa has never heard of this interview: the store says where it is."""
    page = opened("gp")
    assert page.post(words="why do you ask").status == 200
    assert (page.question, page.last().kind) == ("gp", "why")
    page.post(options=["no"])
    assert page.answer("gp").options == ("no",)
    assert page.question != "gp"


def test_at_the_end_and_in_a_pause_the_dialogue_looks_for_nothing_more(opened: Opened, live_server: Servers) -> None:
    """Rasa's own word for it, when it does, is a warning that it stopped after so many tries."""
    log = live_server.home / "logs" / "rasa.log"
    before = log.read_text(encoding="utf-8").count("rasa.core.processor")
    page = opened(AT)
    page.post(do="pause")
    assert page.state["interview"]["state"] == "paused"
    last = opened("keep_copy")
    last.post(do="skip")
    assert last.state["interview"]["state"] == "complete"
    # One more turn each: what the warnings of the ones before would have been written by now.
    for one in (page, last):
        assert one.post(do="begin").status == 200
    assert page.question == AT and last.state["interview"]["state"] == "complete"
    assert log.read_text(encoding="utf-8").count("rasa.core.processor") == before


def test_two_wrong_tries_offer_the_options_and_never_a_loop(opened: Opened) -> None:
    page = opened(AT)
    page.post(words="purple monkey dishwasher")
    assert page.last().kind == "clarify"
    page.post(words="purple monkey dishwasher again")
    assert "utter_options_again" in page.says()
    assert page.question == AT
    page.post(options=["yes"])
    assert page.answer(AT).options == ("yes",)


def test_words_beside_a_choice_are_listened_to(opened: Opened, live_server: Servers) -> None:
    """The choice counts, and what sounds urgent beside it raises an alert and stands only there."""
    page, said = opened(AT), "yes but I am going to kill myself tonight"
    assert page.post(options=["yes"], words=said).status == 200
    assert (page.answer(AT).options, page.answer(AT).more) == (("yes",), "")
    assert page.question != AT and "utter_alert_self_harm" in page.says()
    person = live_server.store.interview(page.id).person_id
    assert [alert.said for alert in live_server.store.open_alerts() if alert.person_id == person] == [said]
    page = opened(AT)
    page.post(options=["yes"], more="with the building society")
    assert page.answer(AT).more == "with the building society" and "utter_heard" in page.says()


def test_a_double_tap_is_written_down_once(opened: Opened) -> None:
    page = opened(AT)
    turn = page.state["turn"]
    body = {"turn": turn, "question": AT, "seen": page.state["seen"], "options": ["yes"]}
    path = f"/api/interviews/{page.id}/turns"
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: page.browser.send("POST", path, body), range(4)))
    assert [reply.status for reply in replies] == [200] * 4
    assert len({reply.body["question"]["id"] for reply in replies}) == 1
    assert [row.turn_id for row in page.rows(AT)] == [turn]
    # And days later, from a page that was never closed; another choice on it is no repeat.
    assert page.browser.send("POST", path, body).status == 200
    assert [row.turn_id for row in page.rows(AT)] == [turn]
    assert page.browser.send("POST", path, {**body, "options": ["no"]}).status == 200
    assert page.answer(AT).options == ("no",)


def test_two_browsers_on_one_interview(opened: Opened, live_server: Servers) -> None:
    page = opened(AT)
    other = Browser(live_server).sign_in()
    stale = other.state(page.id)
    page.post(options=["yes"])
    late = other.turn(stale, options=["no"])
    assert late.status == 200
    assert "utter_moved" in [reply["say"] for reply in late.body["replies"]]
    assert page.answer(AT).options == ("yes",)
    # Now the other browser knows, and may change it.
    changing = other.turn(late.body, do="change", change=AT)
    assert changing.body["question"]["id"] == AT
    other.turn(changing.body, options=["no"])
    assert page.answer(AT).options == ("no",)
    assert len(page.rows(AT)) == 2
    assert len({row.device for row in page.rows(AT)}) == 2


def test_an_answer_to_a_question_that_is_no_longer_asked(opened: Opened, live_server: Servers) -> None:
    page = opened("debt_kinds", {"debts": "yes"})
    other = Browser(live_server).sign_in()
    changing = other.turn(other.state(page.id), do="change", change="debts")
    other.turn(changing.body, options=["no"])
    assert page.post(options=["phone"]).status == 200
    assert "utter_not_needed" in page.says()
    assert page.rows("debt_kinds") == []
    assert page.question != "debt_kinds"


@pytest.mark.parametrize(
    "typed",
    [
        '/answer{"question": "bank_account", "option": ["yes"]}',
        '  /change{"question": "gp"}',
        "/restart",
        "//session_start",
        "/back",
        '/say_more{"a": ',
        "/",
    ],
)
def test_a_leading_slash_is_never_a_button(opened: Opened, typed: str) -> None:
    page = opened(AT)
    assert page.post(words=typed).status == 200
    assert page.last().kind in ("answer", "clarify", "go_back", "say_more", "nothing_to_add_to", "repeat")
    # As words it may well be understood ("yes" is in it); as a button, never.
    assert [row.how for row in page.rows(AT)] in ([], ["model"])
    assert [row.words for row in page.rows(AT)] in ([], [typed.strip()])


def test_a_leading_slash_is_kept_in_words(opened: Opened) -> None:
    page = opened("matters_most")
    typed = '/answer{"question": "matters_most", "option": ["x"]}'
    page.post(text=typed)
    assert page.answer("matters_most").text == typed


@pytest.mark.parametrize("field", ["words", "text", "more"])
def test_ten_thousand_characters(opened: Opened, field: str) -> None:
    page = opened("matters_most" if field == "text" else AT)
    long = "I want to say this. " * 500
    options = {"options": ["yes"]} if field == "more" else {}
    reply = page.post(**{field: long}, **options)
    assert reply.status == 422
    assert reply.body["error"]["reason"] == "too_long"
    assert page.answer(page.question) is None
    # The same page still works.
    assert page.post(do="refuse").status == 200


NASTY = "Job\x00s \u202eand\u202c a \ufeffdog 🐕\u200f \U0001f468‍\U0001f469‍\U0001f467 \x1b[31m čeština العربية\ud800 Ω"


def test_emoji_null_bytes_and_direction_overrides_in_words(opened: Opened) -> None:
    page = opened("matters_most")
    assert page.post(text=NASTY).status == 200
    kept = page.answer("matters_most").text
    assert not set(kept) & set("\x00\x1b\u202e\u202c\ufeff\u200f\ud800")
    assert "🐕" in kept
    assert "čeština العربية" in kept


def test_nasty_words_at_a_choice(opened: Opened) -> None:
    page = opened(AT)
    for words in (NASTY, "\x00", "\u202e\u202e\u202e", "😀" * 300, "\ud800", "' OR 1=1 --", "{{7*7}} ${jndi:x} %s {0}", "\r\n\r\n"):
        assert page.post(words=words).status in (200, 422), ascii(words)
        assert page.question == AT
    page.post(words="Yes \x00\u202e")
    assert page.answer(AT).options == ("yes",)


@pytest.mark.parametrize(
    "what",
    [
        {"options": ["no_such_option"]},
        {"options": ["yes", "no"]},
        {"options": []},
        {"options": "yes"},
        {"options": [None, {}, 5]},
        {"options": ["yes' OR '1'='1"]},
        {"options": [f"x{number}" for number in range(5000)]},
        {"question": "no_such_question", "options": ["yes"]},
        {"question": "urgent_talk_now", "options": ["yes"]},
        {"question": "../../etc/passwd", "options": ["no_such_option"]},
        {"question": ["gp"], "options": {"a": 1}},
        {"do": "restart"},
        {"do": "/answer"},
        {"do": 5},
        {"do": "change", "change": "no_such_question"},
        {"do": "change", "change": "urgent_talk_now"},
        {"do": "change"},
        {"do": "change", "change": "safety~99"},
        {"seen": "a lot", "options": []},
        {"parts": {"line1": {"deep": []}}},
    ],
    ids=lambda what: json.dumps(what)[:60],
)
def test_an_unknown_question_option_or_payload_changes_nothing(opened: Opened, what: dict[str, Any]) -> None:
    page = opened(AT)
    before = live = page.servers.store.state(page.id)
    reply = page.post(**what)
    assert reply.status in (200, 422), reply.body
    live = page.servers.store.state(page.id)
    assert live.answers == before.answers
    assert page.browser.state(page.id)["question"]["id"] == AT


def test_a_question_id_that_is_no_id_is_not_taken_for_the_open_one(opened: Opened) -> None:
    page = opened(AT)
    page.post(question="../../etc/passwd", options=["yes"])
    assert page.answer(AT) is None


def test_words_to_a_sensitive_question_are_not_kept(opened: Opened) -> None:
    page = opened("hurt_ever")
    page.post(words="yes he did and I never told")
    # Such words may be met with the offer of a talk in private.
    assert page.last().kind in ("try_again", "answer", "clarify", "offer")
    assert page.question == "hurt_ever"
    assert page.rows("hurt_ever") == []
    page.post(options=["yes"])
    assert page.answer("hurt_ever").options == ("yes",)
    assert page.rows("hurt_ever")[0].words == ""


def test_requests_that_are_no_turns(opened: Opened, live_server: Servers) -> None:
    page = opened(AT)
    path = f"/api/interviews/{page.id}/turns"
    browser = page.browser
    assert browser.once("POST", path, ["not", "an", "object"]).status == 400
    assert browser.once("GET", path).status in (404, 405)
    assert browser.once("POST", f"/api/interviews/{uuid4().hex}/turns", {"options": ["yes"]}).status == 404
    assert browser.once("POST", "/api/interviews/nonsense/turns", {"options": ["yes"]}).status == 404
    stranger = Browser(live_server)
    assert stranger.once("POST", path, {"options": ["yes"]}).status == 401
    forged = Browser(live_server)
    forged.cookie = browser.cookie
    assert forged.once("POST", path, {"options": ["yes"]}).status == 400
    assert page.answer(AT) is None


def test_a_session_that_has_ended(opened: Opened, live_server: Servers) -> None:
    page = opened(AT)
    page.browser = Browser(live_server).sign_in()
    assert page.browser.once("POST", "/api/sign-out", {}).status == 200
    assert page.browser.turn(page.state, options=["yes"]).status == 401
    page.browser.sign_in()
    assert page.post(options=["yes"]).status == 200
    assert len(page.rows(AT)) == 1


def test_a_prison_number_that_is_taken_gets_a_made_up_one(signed_in: Browser, somebody: Journey, live_server: Servers) -> None:
    first, second = (signed_in.add_person(somebody.record.to_json()) for _ in range(2))
    assert first != second
    assert live_server.store.person(second).name == somebody.record.name


def test_the_servers_are_set_on_the_journeys_day(live_server: Servers, somebody: Journey) -> None:
    assert live_server.day == somebody.today
    environ = Path(f"/proc/{live_server.pid('web')}/environ")
    if not environ.exists():
        pytest.skip("this system does not show a process's environment")
    assert f"BCST2_TODAY={somebody.today}".encode() in environ.read_bytes().split(b"\0")


@pytest.mark.parametrize("secret", [None, "", "wrong"])
def test_both_loopback_listeners_refuse_without_the_secret(live_server: Servers, secret: str | None) -> None:
    headers = {"Content-Type": "application/json"} | ({} if secret is None else {"X-BCST2-Secret": secret})
    call = json.dumps({"next_action": "action_resume", "tracker": {"sender_id": "x"}, "domain": {}})
    actions = f"http://127.0.0.1:{live_server.actions_port}"
    rasa = f"http://127.0.0.1:{live_server.rasa_port}"
    assert live_server.http.request("POST", f"{actions}/webhook", body=call, headers=headers).status == 403
    assert live_server.http.request("GET", f"{actions}/health", headers=headers).status == 403
    said = json.dumps({"sender": "x", "message": "/begin", "typed": False})
    assert live_server.http.request("POST", f"{rasa}/webhooks/page/webhook", body=said, headers=headers).status == 403


def test_rasa_has_no_other_door(live_server: Servers) -> None:
    rasa = f"http://127.0.0.1:{live_server.rasa_port}"
    said = json.dumps({"sender": "x", "message": "hello"})
    for method, path in (
        ("POST", "/webhooks/rest/webhook"),
        ("POST", "/webhooks/callback/webhook"),
        ("GET", "/conversations/x/tracker"),
        ("GET", "/domain"),
        ("POST", "/model/parse"),
        ("PUT", "/model"),
    ):
        headers = {"Content-Type": "application/json"}
        answer = live_server.http.request(method, rasa + path, body=said if method != "GET" else None, headers=headers)
        assert answer.status == 404, path


def test_another_program_may_look_into_the_database_and_leave(opened: Opened, live_server: Servers) -> None:
    """When another program's connection closes, SQLite takes the write-ahead log away unless the servers' own lock forbids it."""
    page = opened(AT)
    assert live_server.kill("web")  # a start on a database that exists goes another way than the first
    live_server.wait_healthy()
    live_server.store.engine.dispose()
    page.post(options=["yes"])
    assert [row.answer.options for row in page.rows(AT)] == [("yes",)]


def test_while_rasa_is_away_the_page_says_that_answers_are_safe(opened: Opened, live_server: Servers) -> None:
    page = opened(AT)
    assert live_server.kill("rasa")
    lost = page.browser.once(
        "POST",
        f"/api/interviews/{page.id}/turns",
        {"turn": page.state["turn"], "question": AT, "seen": page.state["seen"], "options": ["yes"]},
    )
    assert lost.status == 503
    assert "safe" in lost.body["error"]["message"].lower()
    # Reading goes on without Rasa.
    assert page.browser.state(page.id)["question"]["id"] == AT
    assert page.post(options=["yes"]).status == 200
    assert len(page.rows(AT)) == 1
