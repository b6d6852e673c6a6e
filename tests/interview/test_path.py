from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.interview.answers import Answer
from bot.interview.loading import load_interview
from bot.interview.path import Context, PathFinder, Step
from tests.interview.making import REVIEW, Person, build, facts, need, option, question, section, write

ONLY_A = {"is": ["q", "a"]}


def test_asked_only_where_the_rule_holds(tmp_path: Path) -> None:
    person = Person(build(tmp_path, question("q", "a", "b"), question("then", "x", "y", when=ONLY_A)))
    assert person.asked == ["q", "read_back_a", "well"]
    assert person.path.possible == (person.interview.question("then"),)
    person.say("q", "a")
    assert person.asked == ["then", "read_back_a", "well"]
    person.say("q", "b")
    assert person.asked == ["read_back_a", "well"]
    assert person.path.remaining() == (2, 2)


def test_an_answer_off_the_path_is_kept_and_not_seen(tmp_path: Path) -> None:
    third = question("third", "x", "y", when={"is": ["then", "x"]})
    person = Person(build(tmp_path, question("q", "a", "b"), question("then", "x", "y", when=ONLY_A), third))
    person.say("q", "a").say("then", "x").say("third", "y").say("q", "b")
    assert person.on_path == ["q", "read_back_a", "well"]
    assert list(person.path.answers) == ["q"]
    assert "then" in person.answers
    person.say("q", "a")
    assert person.path.answers["third"].options == ("y",)


@pytest.mark.parametrize("state", ["refused", "unknown", "skipped"])
def test_a_not_now_answer_settles_and_rules_see_it(tmp_path: Path, state: str) -> None:
    person = Person(build(tmp_path, question("q", "a", "b"), question("then", "x", "y", when={"is": ["q", state]})))
    person.say("q", state)
    assert person.asked == ["then", "read_back_a", "well"]


def test_later_is_honoured_once(tmp_path: Path) -> None:
    person = Person(build(tmp_path, question("q", "a", "b"), question("other", "x", "y"), question("then", "x", "y", when=ONLY_A)))
    person.say("q", "later")
    assert person.asked == ["other", "q", "read_back_a", "well"]
    assert [step.question.id for step in person.path.for_later()] == ["q"]
    assert person.path.progress() == {"a": "partly", "end": "not_started"}
    # Answering "q" in the end may bring "then": that is not kept from the estimate.
    assert person.path.remaining() == (4, 5)
    person.say("other", "x").say("q", "later")
    assert person.asked == ["read_back_a", "well"]
    assert person.path.progress()["a"] == "done"
    person.say("q", "a")
    assert person.asked == ["then", "read_back_a", "well"]


def test_later_in_the_last_section_is_the_last_word(tmp_path: Path) -> None:
    person = Person(build(tmp_path, question("q", "a", "b")))
    person.say("q", "a").say("read_back_a", "right").say("well", "later")
    assert person.asked == []
    assert person.path.next() is None


def test_what_was_put_off_may_still_take_questions_of_the_last_section_away(tmp_path: Path) -> None:
    last = section("end", question("well", "a", "b", when={"is": ["q", "later"]}), question("bye", "a", "b"))
    person = Person(load_interview(write(tmp_path, [section("a", question("q", "a", "b")), last])))
    person.say("q", "later")
    assert person.asked == ["q", "well", "bye"]
    assert person.path.outlook.unsure == {"well"}
    assert person.path.remaining() == (2, 3)


def test_an_implied_answer_is_never_asked(tmp_path: Path) -> None:
    implied = question("then", "x", "y", implied={"when": ONLY_A, "answer": "y"})
    third = question("third", "x", "y", when={"is": ["then", "y"]})
    person = Person(build(tmp_path, question("q", "a", "b"), implied, third))
    # Whether it is asked rests on "q": until then it is only possible.
    assert person.asked == ["q", "read_back_a", "well"]
    assert person.path.remaining() == (3, 5)
    person.say("q", "a")
    step = person.path.by_id["then"]
    assert (step.implied, step.settled, step.answer and step.answer.options) == (True, True, ("y",))
    assert person.path.answers["then"].options == ("y",)
    assert person.asked == ["third", "read_back_a", "well"]
    assert person.path.next("then") == person.path.by_id["third"]
    person.say("q", "later")
    assert person.asked == ["then", "q", "read_back_a", "well"]
    assert person.path.remaining() == (3, 5)
    person.say("q", "b")
    assert person.asked == ["then", "read_back_a", "well"]


def test_an_implied_answer_may_be_asked_after_all_once_what_was_put_off_is_answered(tmp_path: Path) -> None:
    implied = question("then", "x", "y", implied={"when": {"is": ["q", "later"]}, "answer": "y"})
    person = Person(build(tmp_path, question("q", "a", "b"), implied))
    person.say("q", "later")
    assert person.path.by_id["then"].implied
    assert person.path.remaining() == (3, 4)


def test_options_are_offered_where_their_rule_holds(tmp_path: Path) -> None:
    second = question("then", option("x", when=ONLY_A), "y", "z")
    person = Person(build(tmp_path, question("q", "a", "b"), second))
    person.say("q", "a").say("then", "x")
    assert [one.id for one in person.path.by_id["then"].options] == ["x", "y", "z"]
    person.say("q", "b")
    # What was chosen is offered no more, so the question is asked again.
    assert person.asked == ["then", "read_back_a", "well"]
    assert "then" not in person.path.answers
    del person.answers["q"]
    # Not settled: whether the answer stands rests on "q".
    assert person.asked == ["q", "read_back_a", "well"]
    assert person.path.remaining() == (3, 4)


def test_a_question_without_anything_to_choose_is_not_asked(tmp_path: Path) -> None:
    second = question("then", option("x", when=ONLY_A), option("y", when=ONLY_A))
    after = question("after", "x", "y", when={"not": {"answered": "then"}})
    person = Person(build(tmp_path, question("q", "a", "b"), second, after))
    # Not "no question": nobody knows yet.
    assert person.asked == ["q", "read_back_a", "well"]
    assert person.path.remaining() == (3, 5)
    assert person.say("q", "b").asked == ["after", "read_back_a", "well"]
    assert person.say("q", "a").asked == ["then", "read_back_a", "well"]


NEEDS = {"finance": [need("n1", {"is": ["q", "a", "b"]}), need("n2", {"is": ["q", "b"]})]}


def test_help_is_offered_with_the_needs_found(tmp_path: Path) -> None:
    person = Person(build(tmp_path, question("q", "a", "b", "c"), question("help", kind="many", options_from="needs"), needs=NEEDS))
    assert person.path.remaining() == (3, 4)
    assert "help" not in person.say("q", "c").path
    assert "help" not in person.say("q", "refused").path
    person.say("q", "a")
    assert [one.id for one in person.path.by_id["help"].options] == ["n1", "none"]
    person.say("help", "none")
    assert person.asked == ["read_back_a", "well"]
    # Help with n2 was never offered, so it was never turned down.
    assert person.say("q", "b").asked == ["help", "read_back_a", "well"]
    person.say("help", "n1", "n2")
    assert person.asked == ["read_back_a", "well"]
    assert person.say("q", "a").asked == ["help", "read_back_a", "well"]
    assert person.say("q", "b").asked == ["read_back_a", "well"]


def test_help_may_have_to_be_offered_again(tmp_path: Path) -> None:
    person = Person(build(tmp_path, question("q", "a", "b", "c"), question("help", kind="many", options_from="needs"), needs=NEEDS))
    person.say("q", "a").say("help", "n1").say("q", "later")
    assert person.path.remaining() == (3, 4)
    assert "help" not in person.path.answers


def test_a_question_is_asked_again_when_what_it_depends_on_changes(tmp_path: Path) -> None:
    person = Person(build(tmp_path, question("q", "a", "b"), question("then", "x", "y", depends_on=["q"])))
    person.say("q", "a").say("then", "x")
    assert person.asked == ["read_back_a", "well"]
    person.say("q", "b")
    assert person.asked == ["then", "read_back_a", "well"]
    assert person.path.answers["then"].options == ("x",)
    assert person.say("q", "a").asked == ["read_back_a", "well"]
    person.say("q", "b").say("then", "refused").say("q", "a")
    assert person.asked == ["read_back_a", "well"]
    person.say("then", "x").say("q", "later")
    # It will be asked again if "q" gets another answer.
    assert person.path.remaining() == (3, 4)


def test_a_basis_is_forgotten_with_the_dependency(tmp_path: Path) -> None:
    interview = build(tmp_path, question("q", "a", "b"))
    person = Person(interview, answers={"q": Answer("q", options=("a",), basis="of another day")})
    assert person.asked == ["read_back_a", "well"]


def test_a_read_back_stays_open_until_it_is_right(tmp_path: Path) -> None:
    person = Person(build(tmp_path, question("q", "a", "b")))
    person.say("q", "a").say("read_back_a", "change")
    assert person.asked == ["read_back_a", "well"]
    assert person.say("read_back_a", "right").asked == ["well"]
    assert person.say("q", "b").asked == ["read_back_a", "well"]
    assert person.say("q", "a").asked == ["well"]
    assert person.say("read_back_a", "unknown").asked == ["well"]
    assert person.say("q", "b").asked == ["well"]


def test_a_read_back_that_was_answered_early_may_come_again(tmp_path: Path) -> None:
    person = Person(build(tmp_path, question("q", "a", "b"), question("then", "a", "b")))
    person.say("q", "a").say("read_back_a", "right")
    assert person.asked == ["then", "well"]
    assert person.path.remaining() == (2, 3)
    assert person.say("then", "a").asked == ["read_back_a", "well"]


def test_a_review_looks_back_once(tmp_path: Path) -> None:
    interview = build(tmp_path, question("q", "a", "b"), question("new", "a", "b", carry=False), review=REVIEW)
    assert Person(interview, facts(interview_kind="first")).asked == ["q", "new", "read_back_a", "well"]
    person = Person(interview, facts(interview_kind="prerelease"), {"q": Answer("q", options=("a",), carried=True)})
    assert person.asked == ["still_right_a", "new", "read_back_a", "well"]
    assert person.path.progress()["a"] == "not_started"
    person.say("still_right_a", "change")
    assert person.asked == ["still_right_a", "new", "read_back_a", "well"]
    person.say("q", "b").say("still_right_a", "right")
    assert person.asked == ["new", "read_back_a", "well"]
    # What is said after it is read back in the end, not asked about at once.
    assert person.say("new", "a").asked == ["read_back_a", "well"]
    # And what was right at the start does not confirm what was not right in the end.
    assert person.say("read_back_a", "change").asked == ["read_back_a", "well"]
    assert person.say("read_back_a", "right").asked == ["well"]


def test_the_read_back_in_the_end_settles_the_review(tmp_path: Path) -> None:
    interview = build(tmp_path, question("q", "a", "b"), review=REVIEW)
    person = Person(interview, facts(interview_kind="prerelease"))
    person.say("still_right_a", "change").say("q", "a").say("read_back_a", "right")
    assert person.asked == ["well"]


def test_carried_answers_are_on_the_path_and_not_asked(tmp_path: Path) -> None:
    interview = build(tmp_path, question("q", "a", "b"), question("then", "x", "y", when=ONLY_A))
    carried = {"q": Answer("q", options=("a",), carried=True)}
    person = Person(interview, answers=carried)
    assert person.asked == ["then", "read_back_a", "well"]
    assert person.path.progress() == {"a": "not_started", "end": "not_started"}
    assert person.say("then", "x").path.progress()["a"] == "done"
    assert not person.say("q", "a").answers["q"].carried


def test_progress_through_sections(tmp_path: Path) -> None:
    second = section("b", question("b1", "x", "y", when={"is": ["q", "b"]}), question("b2", "x", "y", when={"answered": "b1"}))
    interview = load_interview(write(tmp_path, [section("a", question("q", "a", "b"), question("q2", "a", "b")), second]))
    person = Person(interview)
    assert person.path.progress() == {"a": "not_started", "b": "not_started", "end": "not_started"}
    assert person.say("q", "a").path.progress() == {"a": "partly", "b": "nothing_to_ask", "end": "not_started"}
    assert person.say("q", "b").path.progress()["b"] == "not_started"
    assert person.say("b1", "x").path.progress()["b"] == "partly"
    assert person.say("b2", "x").path.progress()["b"] == "done"
    # Nothing of b is open now, but the answer to q may bring it back.
    assert person.say("q", "later").say("q", "refused").path.progress()["b"] == "nothing_to_ask"


def test_a_section_is_not_done_while_it_may_grow(tmp_path: Path) -> None:
    second = section("b", question("b1", "x", "y"), question("b2", "x", "y", when={"is": ["q", "b"]}))
    person = Person(load_interview(write(tmp_path, [section("a", question("q", "a", "b")), second])))
    assert person.say("b1", "x").path.progress()["b"] == "partly"
    assert person.say("q", "a").path.progress()["b"] == "done"


def test_next_and_back(tmp_path: Path) -> None:
    person = Person(build(tmp_path, question("q", "a", "b"), question("then", "x", "y", when=ONLY_A), question("last", "a", "b")))
    path = person.path

    def step(found: Step | None) -> str | None:
        return None if found is None else found.question.id

    assert step(path.next()) == "q"
    assert step(path.next("last")) == "last"
    assert step(path.next("then")) == "q"
    assert step(path.before("q")) is None
    assert step(path.before(None)) is None
    person.say("q", "a").say("then", "x")
    assert step(person.path.before("last")) == "then"
    assert step(person.path.before("then")) == "q"
    assert step(person.path.before("unknown")) == "then"
    assert step(person.path.before(None)) == "then"


def test_a_worker_question_needs_a_worker(tmp_path: Path) -> None:
    interview = build(tmp_path, question("q", "a", "b", asked_of="worker"))
    assert "q" in Person(interview, facts(interview_mode="worker")).path
    assert "q" not in Person(interview, facts(interview_mode="kiosk")).path
    assert "q" not in Person(interview).path


def test_the_record_routes(tmp_path: Path) -> None:
    interview = build(tmp_path, question("q", "a", "b", when={"below": ["record.age", 25]}))
    assert "q" in Person(interview, facts(record_age=24)).path
    assert "q" not in Person(interview, facts(record_age=25)).path
    assert "q" not in Person(interview, Context()).path


def test_an_interview_without_sections(tmp_path: Path) -> None:
    interview = replace(build(tmp_path, question("q", "a", "b")), sections=(), questions=())
    path = PathFinder(interview).path(Context(), {})
    assert path.steps == ()
    assert path.open == ()
    assert path.remaining() == (0, 0)


def test_doubt_is_passed_on(tmp_path: Path) -> None:
    second = question("second", "x", "y", depends_on=["q"])
    person = Person(build(tmp_path, question("q", "a", "b"), second, question("then", "a", "b", when={"is": ["second", "x"]})))
    person.say("q", "later").say("second", "y")
    # Another answer to "q" asks "second" again, whose answer may bring "then".
    assert person.asked == ["q", "read_back_a", "well"]
    assert person.path.remaining() == (3, 5)
    assert person.say("q", "b").asked == ["second", "read_back_a", "well"]
    assert person.say("second", "x").asked == ["then", "read_back_a", "well"]


def test_a_path_does_not_change_with_later_answers(tmp_path: Path) -> None:
    interview = build(tmp_path, question("q", "a", "b"), question("then", "x", "y", when=ONLY_A))
    answers: dict[str, Answer] = {}
    path = PathFinder(interview).path(Context(), answers)
    answers["q"] = Answer("q", options=("b",))
    assert path.remaining() == (3, 4)


OVERHEARD = {"any": [{"all": [{"is": ["q", "a"]}, {"not": {"is": ["room", "a"]}}]}, {"is": ["room", "b"]}]}


def overheard(tmp_path: Path) -> Person:
    """Somebody is asked who is here (q), what is private (told), what rests on it (then), and last if it is private (room)."""
    told = question("told", "x", "y", private=True, depends_on=["before"])
    then = question("then", "x", "y", when={"is": ["told", "x"]})
    asked = (question("q", "a", "b"), question("before", "a", "b"), told, then, question("room", "a", "b"))
    return Person(load_interview(write(tmp_path, [section("a", *asked)], overheard=OVERHEARD)))


def test_what_is_private_waits_while_others_could_hear_and_is_asked_once_they_cannot(tmp_path: Path) -> None:
    person = overheard(tmp_path).say("q", "a").say("before", "a")
    assert person.asked == ["room", "read_back_a", "well"]
    (waiting,) = person.path.waiting()
    assert (waiting.question.id, waiting.answer and waiting.answer.state) == ("told", "later")
    assert person.path.for_later() == () == person.path.postponed
    assert person.path.next("told") == person.path.next(), "nor where somebody goes to it"
    person.say("room", "b")
    assert person.asked == ["read_back_a", "well"], "it is not private"
    person.say("room", "a")
    assert person.asked == ["told", "read_back_a", "well"]
    assert person.path.waiting() == ()
    person.say("told", "x")
    assert person.asked == ["then", "read_back_a", "well"]


def test_what_is_private_and_was_said_before_somebody_came_in_stays(tmp_path: Path) -> None:
    person = overheard(tmp_path).say("q", "b").say("before", "a").say("told", "x").say("q", "a")
    assert person.path.answers["told"].options == ("x",)
    person.say("before", "b")
    assert [step.question.id for step in person.path.waiting()] == ["told"], "what would be asked again waits"
    person.say("before", "a").say("q", "b").say("told", "later").say("q", "a")
    assert [step.question.id for step in person.path.waiting()] == ["told"], "what was put off is not asked with others there"


def _in_mode(person: Person, now: str, **modes: str) -> Person:
    """The same person, whose interview is in another mode now; ``modes`` are those that questions were answered in."""
    context = replace(facts(interview_mode=now), modes={name: frozenset([mode]) for name, mode in modes.items()})
    return Person(person.interview, context, person.answers)


def test_what_was_answered_in_one_mode_keeps_its_place_in_the_other(tmp_path: Path) -> None:
    alone, with_worker = ({"is": ["interview.mode", mode]} for mode in ("kiosk", "worker"))
    interview = build(
        tmp_path,
        question("gate", "a", "b", when=alone),
        question("told", "x", "y", when={"is": ["gate", "a"]}),
        question("after", "x", "y", when={"is": ["told", "x"]}),
        question("checked", "x", "y", asked_of="worker", when={"not": {"is": ["interview.mode", "kiosk"]}}),
        question("seen", "x", option("y", when=with_worker)),
    )
    person = Person(interview, facts(interview_mode="kiosk")).say("gate", "a").say("told", "x")
    now = _in_mode(person, "worker", gate="kiosk", told="kiosk")
    assert {"gate", "told"} <= now.path.answers.keys()
    assert [step.question.id for step in now.path.steps if step.kept] == ["gate", "told"]
    # Nothing is asked on the strength of it, and it is neither asked nor gone back to here.
    assert now.asked == ["checked", "seen", "read_back_a", "well"]
    assert now.path.next("told") == now.path.next() and now.path.before("checked") is None
    assert "after" not in [question.id for question in now.path.possible]
    now.say("checked", "x").say("seen", "y")
    back = _in_mode(now, "kiosk", gate="kiosk", told="kiosk", checked="worker", seen="worker")
    assert {"gate", "told", "checked", "seen"} <= back.path.answers.keys()
    assert back.asked == ["after", "read_back_a", "well"]
    assert back.path.first_in("a") == back.path.by_id["after"]


def test_what_no_mode_has_a_place_for_is_off_the_path_in_every_mode(tmp_path: Path) -> None:
    shown = {"all": [{"is": ["interview.mode", "kiosk"]}, {"is": ["first", "a"]}]}
    interview = build(tmp_path, question("first", "a", "b"), question("q", "a", "b", when=shown))
    person = Person(interview, facts(interview_mode="kiosk")).say("first", "a").say("q", "a")
    assert "q" in _in_mode(person, "worker", q="kiosk").path
    person.say("first", "b")
    assert "q" not in _in_mode(person, "worker", q="kiosk").path


def test_what_is_offered_rests_on_all_that_was_said_in_whatever_mode(tmp_path: Path) -> None:
    interview = build(
        tmp_path,
        question("alone", "a", "b", when={"is": ["interview.mode", "kiosk"]}),
        question("help", option("x", when={"is": ["alone", "a"]}), "y"),
    )
    person = Person(interview, facts(interview_mode="kiosk")).say("alone", "a").say("help", "x")
    now = _in_mode(person, "worker", alone="kiosk", help="kiosk")
    assert now.path.answers["help"].options == ("x",) and not now.path.by_id["help"].kept
    assert now.asked == ["read_back_a", "well"]


def test_what_is_put_off_in_one_mode_is_not_asked_in_the_other(tmp_path: Path) -> None:
    interview = build(tmp_path, question("q", "a", "b", when={"is": ["interview.mode", "kiosk"]}))
    person = Person(interview, facts(interview_mode="kiosk")).say("q", "later")
    now = _in_mode(person, "worker", q="kiosk")
    assert "q" in now.path and now.path.for_later() == () and now.asked == ["read_back_a", "well"]
    assert now.path.progress()["a"] == "nothing_to_ask"
