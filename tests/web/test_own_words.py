"""Own words in another language, through a real (tiny) package and the whole way of a turn; and all that can go wrong with it."""

from __future__ import annotations

import html
import logging
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.language.catalogue import Catalogues
from bot.language.wording import Wording
from bot.outputs.making import Wanted
from bot.store.types import InterviewRow
from bot.translation.packages import add_packages
from bot.translation.translator import Translator
from bot.web import tongues as tongues_module
from bot.web.tongues import Tongues
from tests.translation.conftest import POLISH, manifest
from tests.translation.tiny import make_package
from tests.web.conftest import Browser, House, answer_until, web_of

SAID, ENGLISH = POLISH[0]
TYPED = "typed-by-the-person-xq"
OUT = (("Do you need a doctor?", "Czy potrzebuje pan lekarza?"), ("please wait", "proszę czekać"))


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Polish to English and back, and Romanian that never stops talking."""
    folder, home = tmp_path_factory.mktemp("stick"), tmp_path_factory.mktemp("packages")
    made = [
        (make_package(folder / "translate-pl_en-0_1.argosmodel", "pl", "en", [*POLISH, ("tak", "yes")]), "pl", "en", 84),
        (make_package(folder / "translate-en_pl-0_1.argosmodel", "en", "pl", OUT), "en", "pl", 85),
        (
            make_package(folder / "translate-ro_en-0_1.argosmodel", "ro", "en", [("da", "yes"), ("nu", "no")], endless=True),
            "ro",
            "en",
            0,
        ),
    ]
    add_packages(manifest(folder, *made), home)
    return home


@pytest.fixture(scope="session")
def machine(packages: Path) -> Iterator[Translator]:
    one = Translator(packages, 20.0).start()
    assert one.problems == [] and len(one.pairs()) == 3
    yield one
    one.close()


@pytest.fixture
def tongues(house: House, machine: Translator) -> Tongues:
    found = web_of(house).tongues
    found.translator = machine
    return found


def at(house: House, worker: Browser, language: str, question: str = "where_lived", **more: Any) -> InterviewRow:
    """An interview at a question; the worker's browser shows it."""
    row = house.started("Daniel", language=language, **more)
    answer_until(house, row.id, lambda step: step.question.id == question)
    worker.get(f"/interviews/{row.id}")
    return row


def test_words_are_understood_by_their_english_and_kept_as_typed(house: House, worker: Browser, tongues: Tongues) -> None:
    row = at(house, worker, "pl")
    house.rasa.guesses = {"family_friends": 0.99}
    worker.turn(row.id, words=SAID)
    entry = house.store.history(row.id)[-1]
    assert (entry.question, entry.answer.options, entry.words) == ("where_lived", ("family_friends",), SAID)
    made = entry.understood["translation"]
    assert (made["text"], made["problem"], made["quality"]) == (ENGLISH, "", 84) and len(made["sha256"]) == 64
    _, message, typed, metadata = house.rasa.heard[-1]
    assert (message, typed, metadata["words"]) == (ENGLISH, True, SAID)
    for words in (SAID, "Machine translation", "rated 84 of 100", ENGLISH.replace("'", "&#39;"), "understood from words", "Undo"):
        assert words in worker.page
    assert f'<p class="said" lang="pl" dir="ltr">{SAID}</p>' in worker.page


def test_words_that_were_not_understood_are_kept_beside_the_answers(house: House, worker: Browser, tongues: Tongues) -> None:
    row = at(house, worker, "pl")
    worker.turn(row.id, words=SAID)
    assert "where_lived" not in house.store.state(row.id).answers
    note = house.store.notes_of(row.id)[0]
    assert (note.kind, note.text, note.question, note.translation["text"]) == ("words", SAID, "where_lived", ENGLISH)
    assert "Not understood, and kept as it was typed" in worker.page and SAID in worker.page


def test_no_package_says_so_marks_the_interpreter_and_goes_on(house: House, worker: Browser, tongues: Tongues) -> None:
    row = at(house, worker, "so")
    house.rasa.guesses = {"family_friends": 0.99}
    worker.turn(row.id, words="hooyaday ayaan la joogay")
    assert "where_lived" not in house.store.state(row.id).answers, "a model of English must not decide on Somali words"
    assert house.store.notes_of(row.id)[0].translation["problem"] == "no_package"
    assert "Interpreter needed." in worker.page and "no translation package" in worker.page
    assert "I kept your words as you wrote them" in worker.page and "Please choose one of the answers as well" in worker.page
    worker.turn(row.id, option="family_friends")
    assert house.store.state(row.id).answers["where_lived"].options == ("family_friends",)
    worker.get(f"/people/{row.person_id}")
    assert "Review" in worker.page
    worker.get(f"/interviews/{row.id}/review")
    assert "hooyaday ayaan la joogay" in worker.page


def test_foreign_words_that_are_english_commands_are_kept_and_do_nothing(house: House, worker: Browser, tongues: Tongues) -> None:
    row = at(house, worker, "so")
    command = next(phrase for phrase, name in house.rasa.phrases.items() if name == "pause")
    worker.turn(row.id, words=command)
    assert house.store.interview(row.id).state == "open"
    assert [note.text for note in house.store.notes_of(row.id)] == [command]
    assert "use your cell bell" in worker.page


def test_foreign_words_beside_a_button_that_keeps_none_are_kept(house: House, worker: Browser, tongues: Tongues) -> None:
    row = at(house, worker, "so")
    worker.turn(row.id, words="hooyaday ayaan la joogay", do="pause")
    assert house.store.interview(row.id).state == "paused"
    assert [note.text for note in house.store.notes_of(row.id)] == ["hooyaday ayaan la joogay"]


def test_english_words_in_another_languages_interview_are_said_as_they_are(house: House, worker: Browser, tongues: Tongues) -> None:
    row = at(house, worker, "pl")
    worker.turn(row.id, words="I want to kill myself tonight")
    assert house.rasa.heard[-1][1] == "I want to kill myself tonight"


class Hostile:
    """A package that does what a damaged one might."""

    def __init__(self, does: str) -> None:
        self.does = does

    def translate(self, text: str) -> str:
        if self.does == "slow":
            time.sleep(0.6)
        if self.does == "breaks":
            raise RuntimeError(f"cannot translate {text}")
        return {"empty": "", "endless": "no " * 400, "slow": "late words"}[self.does]


@pytest.mark.parametrize(
    ("does", "problem"), [("slow", "late"), ("breaks", "failed"), ("empty", "empty"), ("endless", "degenerate")]
)
def test_whatever_the_machine_does_the_words_stay_and_the_interview_goes_on(
    house: House, worker: Browser, packages: Path, does: str, problem: str, caplog: pytest.LogCaptureFixture
) -> None:
    translator = Translator(packages, 0.2)
    installed = Translator(packages).start()
    translator._ready = {("pl", "en"): (installed.pairs()["pl", "en"], Hostile(does))}
    web_of(house).tongues.translator = translator
    row = at(house, worker, "pl", "matters_most")
    question = worker.open_question(house, row.id)
    with caplog.at_level(logging.DEBUG):
        response = worker.turn(row.id, text=f"{TYPED} słowa")
    assert response.status_code == 200
    entry = house.store.history(row.id)[-1]
    assert (entry.question, entry.answer.text) == (question, f"{TYPED} słowa")
    assert entry.understood["translation"]["problem"] == problem and entry.understood["translation"]["text"] == ""
    assert "Interpreter needed." in worker.page and TYPED in worker.page
    assert house.store.needing_interpreter(row.id) == {question}
    assert TYPED not in caplog.text
    installed.close()
    translator.close()


def test_a_real_model_that_does_not_stop_loses_nothing(house: House, worker: Browser, tongues: Tongues) -> None:
    row = at(house, worker, "ro")
    worker.turn(row.id, words="nu, nu da nu")
    note = house.store.notes_of(row.id)[0]
    assert (note.text, note.translation["problem"]) == ("nu, nu da nu", "degenerate")


def test_private_questions_and_consents_are_answered_by_button_only(house: House, worker: Browser, tongues: Tongues) -> None:
    """No box asks for words there; those that come all the same are heard, and a consent's are kept beside the answers."""
    house.rasa.guesses = {"yes": 1.0, "right": 1.0}
    for name in ("consent_go_on", "duty_to_refer_consent"):
        row = house.started("Daniel", language="pl")
        answer_until(house, row.id, lambda step, name=name: step.question.id == name, where_will_live="nowhere")
        worker.get(f"/interviews/{row.id}")
        if worker.open_question(house, row.id) != name:
            continue
        assert 'id="words"' not in worker.page.split('class="beside__worker"')[0] and 'id="english-words"' in worker.page
        asked = len(house.rasa.heard)
        worker.turn(row.id, words="tak")
        assert "please use the buttons" in worker.page and name not in house.store.state(row.id).answers
        assert "was not kept" not in worker.page
        assert len(house.rasa.heard) == asked + 1
        assert [(note.kind, note.text, note.question) for note in house.store.notes_of(row.id)] == [("words", "tak", name)]
    row = house.started("Lee", language="pl")
    step = answer_until(house, row.id, lambda step: step.question.sensitive)
    worker.get(f"/interviews/{row.id}")
    worker.turn(row.id, words="tak", text="tak")
    assert "please use the buttons" in worker.page
    assert step is not None and step.question.id not in house.store.state(row.id).answers
    assert house.store.notes_of(row.id) == []


def test_what_else_was_heard_never_offers_a_consent_from_translated_words() -> None:
    from bot.actions.hearing import read_message

    guesses = [{"question": name, "option": "yes", "confidence": 1.0} for name in ("share_with_officer", "gp")]
    made = {"from": "pl", "text": "yes", "problem": ""}
    metadata = {"turn": "t", "words": "tak", "translation": made, "by_button": ["share_with_officer"]}
    tracker = {
        "sender_id": "s",
        "latest_message": {"intent": {"name": "words"}, "text": "yes", "option_guesses": guesses, "private": True},
        "events": [{"event": "user", "metadata": metadata}],
    }
    heard = read_message(tracker).heard
    assert [guess.question for guess in heard.guesses] == ["gp"] and heard.private and heard.english == "yes"
    metadata["translation"] = {"from": "so", "text": "", "problem": "no_package"}
    heard = read_message(tracker).heard
    assert heard.guesses == () and not heard.private and heard.text == "tak"


def test_what_the_worker_types_in_english_is_not_translated(house: House, worker: Browser, tongues: Tongues) -> None:
    row = at(house, worker, "pl")
    worker.turn(row.id, words="A hostel", words_in="en")
    entry = house.store.history(row.id)[-1]
    assert (entry.answer.options, entry.words) == (("hostel",), "A hostel")
    assert entry.understood["translation"] == {"from": "en"}


def test_words_that_look_like_another_language_raise_a_flag_for_the_worker_and_change_nothing(
    house: House, worker: Browser, tongues: Tongues
) -> None:
    row = at(house, worker, "pl")
    worker.turn(row.id, words="I lived with my mother in a small flat")
    assert "Check the language: this looks like English." in worker.page
    assert house.store.interview(row.id).language == "pl"
    person_side = worker.page.split('class="beside__worker"')[0]
    assert "Check the language" not in person_side


def test_no_more_than_a_few_wait_for_the_machine_at_once(tongues: Tongues, monkeypatch: pytest.MonkeyPatch) -> None:
    going, go_on = threading.Semaphore(0), threading.Event()

    class Waiting:
        def translate(self, text: str, source: str, target: str) -> Any:
            going.release()
            go_on.wait(5)
            return replace(empty, text="done")

    from bot.translation.translator import Translation

    empty = Translation("x", "pl", "en")
    busy = replace(tongues, translator=Waiting())  # type: ignore[arg-type]
    threads = [threading.Thread(target=busy.translate, args=("x", "pl", "en")) for _ in range(tongues_module.WAITING_AT_ONCE)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert going.acquire(timeout=5)
    assert busy.translate("x", "pl", "en").problem == "late"
    go_on.set()
    for thread in threads:
        thread.join()
    assert busy.translate("x", "pl", "en").text == "done"


def test_nothing_of_a_translated_turn_reaches_a_log_or_the_network(
    house: House, worker: Browser, tongues: Tongues, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = at(house, worker, "pl")

    def refuse(*_: Any) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with caplog.at_level(logging.DEBUG):
        worker.turn(row.id, words=SAID)
        worker.post(f"/interviews/{row.id}/said", {"said": OUT[0][0]})
        worker.post(f"/interviews/{row.id}/notes", {"note": TYPED})
    for words in (SAID, ENGLISH, *OUT[0], TYPED):
        assert words not in caplog.text


def test_a_worker_reads_the_answers_in_english_with_what_was_typed(house: House, worker: Browser, tongues: Tongues) -> None:
    row = at(house, worker, "pl", "matters_most")
    worker.turn(row.id, text=SAID)
    worker.get(f"/interviews/{row.id}/answers")
    assert "For the worker: in English" in worker.page and "Machine translation" not in worker.page
    worker.get(f"/interviews/{row.id}/answers?words=english")
    assert '<html lang="en" dir="ltr">' in worker.page and "Machine translation" in worker.page
    assert f'<p class="said" lang="pl" dir="ltr">{SAID}</p>' in worker.page


def test_an_answer_beside_an_alert_that_is_only_possible_keeps_its_english(house: House, worker: Browser, tongues: Tongues) -> None:
    row = at(house, worker, "pl", "matters_most")
    house.rasa.alerts, house.rasa.surely = ("health",), False
    worker.turn(row.id, text=SAID)
    entry = house.store.history(row.id)[-1]
    assert (entry.answer.text, entry.words) == (SAID, "")
    assert entry.understood["translation"]["text"] == ENGLISH
    house.rasa.alerts = ()
    worker.get(f"/interviews/{row.id}/answers?words=english")
    assert ENGLISH.replace("'", "&#39;") in worker.page


def test_all_that_was_added_to_an_answer_has_its_english(house: House, worker: Browser, tongues: Tongues) -> None:
    row = at(house, worker, "pl")
    worker.turn(row.id, option="hostel")
    for said, _ in POLISH[:2]:
        worker.turn(row.id, do="say_more")
        worker.turn(row.id, words=said)
    worker.get(f"/interviews/{row.id}/answers?words=english")
    for said, english in POLISH[:2]:
        assert f'<p class="said" lang="pl" dir="ltr">{said}</p>' in worker.page and english.replace("'", "&#39;") in worker.page


@pytest.mark.parametrize("kind", ["oasys", "worker-pdf"])
def test_staff_papers_name_the_language_words_were_typed_in_and_give_their_english(
    house: House, worker: Browser, tongues: Tongues, kind: str
) -> None:
    row = at(house, worker, "pl", "matters_most")
    worker.turn(row.id, text=SAID)
    house.store.put_into(row.id, "test", language="ro")
    answer_until(house, row.id, lambda _: False, share_with_officer="yes")
    casework = web_of(house).casework
    casework.ensure_plan(row.id, "test")
    shown = str(web_of(house).papers.preview(casework.case(row.person_id), Wanted(kind, names=lambda _: "")).body)
    assert f"{SAID} [Polish; a machine made of it: {ENGLISH}]" in html.unescape(shown)


def test_a_workers_own_english_is_not_named_another_language(house: House, worker: Browser, tongues: Tongues) -> None:
    row = at(house, worker, "pl", "matters_most")
    worker.turn(row.id, text="Seeing his children", words_in="en")
    answer_until(house, row.id, lambda _: False)
    casework = web_of(house).casework
    casework.ensure_plan(row.id, "test")
    shown = str(web_of(house).papers.preview(casework.case(row.person_id), Wanted("oasys", names=lambda _: "")).body)
    assert "Seeing his children" in shown and "Seeing his children [" not in shown


@pytest.mark.parametrize(("typed", "answer"), [("schronisko (hostel)", ("given", ("hostel",))), ("Nie wiem.", ("unknown", ()))])
def test_words_that_are_one_of_our_own_buttons_need_no_machine(
    house: House, worker: Browser, tongues: Tongues, typed: str, answer: tuple[str, tuple[str, ...]]
) -> None:
    tongues.wording = Wording(house.interview, lookup=Catalogues().lookup)
    tongues.translator = Translator(house.settings.home)
    row = at(house, worker, "pl")
    worker.turn(row.id, words=typed)
    given = house.store.state(row.id).answers["where_lived"]
    assert (given.state, given.options) == answer
    if given.options:
        assert house.store.history(row.id)[-1].words == typed
        assert "In English" in worker.page and "Machine translation" not in worker.page
