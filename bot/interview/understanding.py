"""What is made of understood words: which guesses are answers, which are only likely, and what else was heard.

The dialogue gives guesses, each a calibrated confidence that the words say one option of one question. What they become is decided
here, for a live turn and for ``bcst2 understand`` alike.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.interview.answers import Answer, InvalidAnswer, choose
from bot.interview.definitions import NOT_NOW, REFUSED, Interview, Option, Question
from bot.interview.path import Context, PathFinder, Step

# From here on words are taken as the answer to the open question, or said back as something else that was heard. What is said back
# is asked about, but there are many more things it could be, and each that is wrong costs the person a moment and some trust.
SURE = 0.7
SURE_BESIDE = 0.89
# From here on something else that may have been said is shown below what was heard, for the person to tick. About half of it is
# right: worth a look where there is a page anyway, but never a page of its own.
PERHAPS = 0.5
MOST_PERHAPS = 3
# From here on another option of the same question speaks against an answer that would only follow from something else.
RIVAL = 0.2
# Less likely than this is not worth offering.
LIKELY = 0.04
SUGGESTIONS = 3
# Kinds of urgent remark; ``responses.yml`` has what is said to each, ``alerts.yml`` what is done.
URGENT_KINDS = ("self_harm", "safety", "child", "health")
# More than this is too much to look over at once; the rest is asked in its turn.
MOST_BESIDE = 6


@dataclass(frozen=True, slots=True)
class Guess:
    """How far the words fit one option of one question, from 0 to 1."""

    question: str
    option: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Beside:
    """Something heard beside the open question, not yet an answer: the person says whether it is right.

    What is not ``sure`` is only put down where the person names it; a plain yes is to the rest.
    """

    question: str
    options: tuple[str, ...]
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Pending:
    """What the last turn asked a yes or no to, and the words it was heard in (``said``).

    ``unsure`` are the options to offer after it at the question ``about``; ``turn`` is the id of the turn that asked first.
    """

    heard: tuple[Beside, ...] = ()
    said: str = ""
    about: str = ""
    unsure: tuple[str, ...] = ()
    turn: str = ""


NOTHING_PENDING = Pending()
# The item of a reply that says what else was heard.
ALSO_HEARD = "utter_also_heard"
# The same where it waits until something else is done: it is kept with the reply, and not said.
ALSO_WAITS = "also_waits"


def pending_of(reply: Iterable[Mapping[str, Any]], turn: str = "", name: str = ALSO_HEARD) -> Pending:
    """What a turn's reply asked a yes or no to, or with ``ALSO_WAITS`` what waits to be asked; nothing, for most."""
    for item in reply:
        if item.get("say") == name:
            vars = item.get("vars") or {}
            heard = tuple(
                Beside(str(each["question"]), tuple(each["options"]), each.get("sure", True)) for each in vars.get("also") or ()
            )
            return Pending(
                heard,
                str(vars.get("said") or ""),
                str(vars.get("about") or ""),
                tuple(vars.get("unsure") or ()),
                turn=str(vars.get("asks") or turn),
            )
    return Pending()


def ranked(question: Question, offered: Iterable[Option], guesses: Iterable[Guess]) -> list[Guess]:
    """The guesses for a question's offered options, likeliest first."""
    ids = {option.id for option in offered}
    found = [guess for guess in guesses if guess.question == question.id and guess.option in ids]
    return sorted(found, key=lambda guess: -guess.confidence)


def chosen(question: Question, offered: Sequence[Option], guesses: Iterable[Guess], sure: float) -> tuple[str, ...]:
    """The options that the words settle: one, or for ``many`` every one that is sure, without an exclusive one beside others."""
    found = [guess.option for guess in ranked(question, offered, guesses) if guess.confidence >= sure]
    if not found or question.kind == "one" or question.by_id[found[0]].exclusive:
        return tuple(found[:1])
    kept = [option for option in found if not question.by_id[option].exclusive]
    return tuple(kept[: question.at_most or None])


def likely(question: Question, offered: Sequence[Option], guesses: Iterable[Guess]) -> list[str]:
    """The options to offer where the words settle none: at most three, likeliest first."""
    return [guess.option for guess in ranked(question, offered, guesses) if guess.confidence >= LIKELY][:SUGGESTIONS]


def gates(interview: Interview) -> dict[str, tuple[Guess, ...]]:
    """For each question that is only asked after one answer to another: that answer, as a guess.

    Who says that the debts are a loan says, by that, that there are debts. A consent is given in so many words or not at all.
    What is offered after a refusal as well (help against an overdose) still says what was refused, where it is said unasked.
    """
    found: dict[str, tuple[Guess, ...]] = {}
    for question in filter(takes_words, interview.questions):
        needed = [
            Guess(source, option, 1.0)
            for source, *options in _needed(question.when.data if question.when else None)
            if (option := _gate(options)) and source in interview.by_id and takes_words(interview.by_id[source])
        ]
        if spoken_for := tuple(guess for guess in needed if guess.question not in interview.consents):
            found[question.id] = spoken_for
    return found


def _gate(options: Sequence[str]) -> str | None:
    """The one answer that a question is asked after, or the yes where it is offered after a refusal as well."""
    if len(options) == 1:
        return options[0]
    return "yes" if REFUSED in options and [option for option in options if option not in NOT_NOW] == ["yes"] else None


def _needed(rule: Any) -> Iterator[list[str]]:
    """The plain ``is`` that a rule cannot do without, each as [source, option, ...]."""
    if isinstance(rule, Mapping):
        if "is" in rule:
            yield list(rule["is"])
        for part in rule.get("all", ()):
            yield from _needed(part)


def settled(interview: Interview, question: str) -> frozenset[tuple[str, str]]:
    """The answers, as (question, option), that a question is only asked after: no news where they are said beside it again.

    What is asked after one of several options is asked after what their question needs. Where a rule has a choice (``any``) nothing
    is certain, and what may be implied need not have been asked.
    """
    found, known = set[tuple[str, str]](), {question}
    waiting = [interview.by_id[question]]
    while waiting:
        rule = waiting.pop().when
        for source, *options in _needed(rule.data if rule else None):
            before = interview.by_id.get(source)
            if before is None:
                continue
            if len(options) == 1 and takes_words(before) and source not in interview.consents:
                found.add((source, options[0]))
            if before.implied is None and source not in known:
                known.add(source)
                waiting.append(before)
    return frozenset(found)


def with_gates(
    interview: Interview, known: Mapping[str, tuple[Guess, ...]], guesses: Sequence[Guess], never: Collection[str]
) -> tuple[Guess, ...]:
    """The guesses to say back, with the answers that what was heard needs to be asked at all: as sure as what needs them.

    Nothing is added for a question that the words speak of themselves with another option, for those in ``never`` (the open one:
    it is not answered by way of another), for a wish, or because of an option that says there is nothing ("no help").
    """
    best = {(guess.question, guess.option): guess for guess in guesses}
    waiting = list(guesses)
    while waiting:
        guess = waiting.pop()
        question = interview.by_id.get(guess.question)
        if question is None or guess.option not in question.by_id or question.by_id[guess.option].exclusive or guess.option == "no":
            continue
        for gate in known.get(guess.question, ()):
            rivals = (each for each in best.values() if each.question == gate.question and each.option != gate.option)
            before = best.get((gate.question, gate.option))
            if gate.question in never or interview.by_id[gate.question].wish or any(each.confidence >= RIVAL for each in rivals):
                continue
            if before is None or before.confidence < guess.confidence:
                best[gate.question, gate.option] = replace(gate, confidence=guess.confidence)
                waiting.append(best[gate.question, gate.option])
    return tuple(best.values())


def may_go_on(
    finder: PathFinder,
    context: Context,
    answers: Mapping[str, Answer],
    heard: Iterable[Beside],
    focus: str | None = None,
    by_button: Collection[str] = (),
) -> bool:
    """Whether words may go with the yes or no to what else was heard.

    They answer no question; those in which nothing is heard wait beside the next one, be all of what was heard right or none.
    A question ``by_button`` has no box for them.
    """
    heard = tuple(heard)
    put = ((), tuple(each for each in heard if each.sure), heard)
    steps = [finder.path(context, {**answers, **taken(finder, context, answers, each)}).next(focus) for each in put]
    return all(step is not None and has_box(step.question) and step.question.id not in by_button for step in steps)


def has_box(question: Question) -> bool:
    """Whether words that a person said to nothing can wait on a question's page."""
    boxed = takes_words(question) or (question.kind == "text" and not question.sensitive)
    return boxed and question.asked_of == "person"


def takes_words(question: Question) -> bool:
    """Whether a question may be answered by words said to another."""
    return question.closed and not question.sensitive and question.reads_back is None


def beside(
    finder: PathFinder, context: Context, answers: Mapping[str, Answer], guesses: Sequence[Guess], open_question: str, sure: float
) -> tuple[Beside, ...]:
    """What else was heard: answers to other questions on the path as it is with them, that are new or differ from what was said."""
    wanted = dict.fromkeys(guess.question for guess in guesses if guess.confidence >= sure and guess.question != open_question)
    found: dict[str, Beside] = {}
    known = dict(answers)
    waiting = sorted((name for name in wanted if name in finder.interview.by_id), key=lambda name: finder.interview.position[name])
    progress = True
    while progress and waiting and len(found) < MOST_BESIDE:
        progress = False
        path = finder.path(context, known)
        for name in waiting:
            step = path.by_id.get(name)
            if step is None or not step.askable:
                continue
            waiting.remove(name)
            progress = True
            options = chosen(step.question, step.options, guesses, sure) if takes_words(step.question) else ()
            options = _with_before(step, options)
            if options and not (step.answer is not None and set(step.answer.options) == set(options)):
                found[name] = Beside(name, options)
                known[name] = Answer(name, options=options, basis=path.basis(step.question))
            break
    return tuple(found.values())


def _with_before(step: Step, options: tuple[str, ...]) -> tuple[str, ...]:
    """What was heard of a question that may have several answers, with those it has: what is said later does not take them back."""
    question, before = step.question, step.answer
    if question.kind != "many" or before is None or not before.given or not options:
        return options
    if any(question.by_id[option].exclusive for option in (*options, *before.options) if option in question.by_id):
        return options
    both = tuple(option.id for option in step.options if option.id in options or option.id in before.options)
    return () if question.at_most and len(both) > question.at_most else both


def perhaps(
    finder: PathFinder,
    context: Context,
    answers: Mapping[str, Answer],
    guesses: Sequence[Guess],
    open_question: str,
    heard: Collection[Beside],
) -> tuple[Beside, ...]:
    """What may have been said besides ``heard``, likeliest first: answers to questions not answered yet, on the path with that.

    A consent is not guessed at, nor what a worker is to say.
    """
    path = finder.path(context, {**answers, **taken(finder, context, answers, heard)})
    named = {open_question, *answers, *(each.question for each in heard)}
    best = sorted((guess for guess in guesses if guess.confidence >= PERHAPS), key=lambda guess: -guess.confidence)
    found = list[Beside]()
    for name in dict.fromkeys(guess.question for guess in best):
        step = path.by_id.get(name)
        if step is None or not step.askable or name in named or name in finder.interview.consents or not takes_words(step.question):
            continue
        options = chosen(step.question, step.options, guesses, PERHAPS) if step.question.asked_of == "person" else ()
        if options:
            found.append(Beside(name, options, sure=False))
    return tuple(found[: max(0, min(MOST_PERHAPS, MOST_BESIDE - len(heard)))])


def taken(finder: PathFinder, context: Context, answers: Mapping[str, Answer], heard: Iterable[Beside]) -> dict[str, Answer]:
    """The answers that what was heard comes to, now that it is confirmed. What the path has no place for any more is left out."""
    known, found = dict(answers), dict[str, Answer]()
    for each in heard:
        path = finder.path(context, known)
        step = path.by_id.get(each.question)
        if step is None or not step.askable:
            continue
        try:
            answer = choose(step.question, each.options, step.options)
        except InvalidAnswer:
            continue
        # Words that the person added to an answer stay with it.
        more = step.answer.more if step.answer is not None else ""
        found[each.question] = known[each.question] = replace(answer, more=more, basis=path.basis(step.question))
    return found
