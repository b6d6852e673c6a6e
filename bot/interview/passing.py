"""What is passed over: the rest of a private part at one press, and where the interview goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.interview.answers import Answer, not_now
from bot.interview.definitions import LATER, REFUSED
from bot.interview.exchange import COMPLETE, MOVED, OPEN, Heard, Outcome, Recorded, Situation, say
from bot.interview.path import IN_SECTION, Path, PathFinder, Step

_LEAVES = {"later": (LATER, "utter_part_later"), "refuse": (REFUSED, "utter_part_refused")}


def section_of(situation: Situation, path: Path) -> str | None:
    """Where to go on: whoever went to a section stays in it until it is done."""
    section = (situation.focus or "").removeprefix(IN_SECTION)
    return situation.focus if situation.focus == IN_SECTION + section and path.first_in(section) is not None else None


def leave_part(finder: PathFinder, situation: Situation, heard: Heard, path: Path) -> Outcome | None:
    """The turn that puts off, or refuses, what is left of a private part before any of it was seen; None for any other.

    Each question of it gets that answer, also those that only such an answer opens: nobody is asked for it one by one. Put off
    so it is found under "to answer later", and not asked once more: with nothing after it that would be the same page again.
    """
    section = (heard.question or "").removeprefix(IN_SECTION)
    if heard.intent not in _LEAVES or heard.question != IN_SECTION + section:
        return None
    state, said = _LEAVES[heard.intent]
    current = path.next(situation.focus)
    here = current.question.id if current else None
    if heard.seen is not None and any(
        situation.newest_for.get(step.question.id, 0) > heard.seen for step in _left(path, section, here)
    ):
        return Outcome(MOVED, here, (), (say("utter_moved"),), situation.focus, OPEN)
    passed, after = dict[str, Answer](), path
    while step := next((each for each in _left(after, section, here) if each.question.id not in passed), None):
        answer = not_now(step.question, state, step.answer)
        passed[step.question.id] = replace(answer, basis=after.basis(step.question), again=state == LATER)
        after = finder.path(situation.context, {**situation.answers, **passed})
    if not passed and (current is None or current.question.section != section or not current.settled):
        return None
    focus = section_of(situation, after)
    asking = after.next(focus)
    return Outcome(
        kind="answer",
        question=here,
        recorded=tuple(Recorded(answer, "button") for name, answer in passed.items() if answer != situation.answers.get(name)),
        reply=(say(said),) if asking else (say(said), say("utter_finished")),
        focus=focus,
        state=OPEN if asking else COMPLETE,
        step=asking,
        answers={**situation.answers, **passed},
        path=after,
    )


def _left(path: Path, section: str, here: str | None) -> Iterator[Step]:
    """The person's own private questions of a section that have no answer. What is only there to be read is shown all the same."""
    current = path.by_id.get(here or "")
    for step in path.open if current is None else (*path.open, current):
        question, answered = step.question, step.settled and step.answer is not None and step.answer.given
        to_answer = not question.closed or len(question.options) > 1
        if question.section == section and question.sensitive and question.asked_of == "person" and to_answer and not answered:
            yield step
