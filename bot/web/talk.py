"""Taking turns for the pages and the JSON API: the store says where the interview is, Rasa decides, the store confirms."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from bot.actions.hearing import unread
from bot.actions.situation import context, situation
from bot.casework.proposing import of_this_stay
from bot.interview.answers import Answer, InvalidAnswer
from bot.interview.definitions import Interview, Question
from bot.interview.path import IN_SECTION, Path, PathFinder
from bot.interview.understanding import may_go_on
from bot.language.languages import ENGLISH
from bot.store.notes import WORDS
from bot.store.store import Store
from bot.store.types import FIRST, PRERELEASE, WORKER, InterviewRow, InterviewState
from bot.web.dialogue import Dialogue, RasaDown
from bot.web.posted import ANSWER, BEGIN, CONFIRM, DENY, Outgoing, Posted, fits_beside, new_turn, outgoing, payload
from bot.web.sent import Sent, of_page
from bot.web.tongues import Tongues

PRIVATE = "~"
SAY_MORE, BACK_TO_QUESTIONS = "say_more", "repeat"
# Turns that left the question open: words in another language are then kept beside the answers.
_NOT_UNDERSTOOD = frozenset({"clarify", "try_again"})
_ALERT = "utter_alert_"


class NotTaken(Exception):
    """The turn was not written down; the same turn can be sent again."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who is at the page, and on which device."""

    by: str
    device: str


class Talk:
    """The interview as the web process sees it."""

    def __init__(self, store: Store, interview: Interview, rasa: Dialogue, tongues: Tongues | None = None) -> None:
        self.store = store
        self.interview = interview
        self.rasa = rasa
        self.tongues = tongues
        self.finder = PathFinder(interview)
        self.sent = Sent()

    def path(self, state: InterviewState) -> Path:
        """The path of an interview, as the actions compute it."""
        return self.finder.path(context(state), state.answers)

    def start(
        self, person_id: str, kind: str, level: str, speaker: Speaker, language: str = "en", mode: str = WORKER
    ) -> InterviewRow:
        """Start an interview with a person. A pre-release review carries the answers of the one before in this stay in prison.

        Where there is none of this stay, there is nothing to review: somebody who is back in prison is asked everything.

        Raises:
            NotFound: there is no such person.
            BadInput: an unknown kind, level or mode.
            StoreError: it could not be written.
        """
        earlier, carried = None, list[Answer]()
        if kind == PRERELEASE:
            before = of_this_stay(self.store.person(person_id).record, self.store.interviews_of(person_id))
            if before:
                earlier = before[0].id
                carried = self._carried(earlier)
            else:
                kind = FIRST
        row = self.store.start_interview(
            person_id, kind=kind, mode=mode, language=language, level=level, by=speaker.by, device=speaker.device,
            earlier=earlier, carried=carried,
        )  # fmt: skip
        self.begin(row, speaker)
        return row

    def _carried(self, earlier: str) -> list[Answer]:
        """What a review starts from: what was said and still counts, without what must be asked anew each time.

        Help that was not wanted is offered again: that answer is left out.
        """
        offers = {need.asked_by.question for need in self.interview.needs if need.asked_by is not None}

        def turned_down(question: Question, answer: Answer) -> bool:
            if question.needs_of is None and question.id not in offers:
                return False
            return not answer.given or all(name == "no" or question.by_id[name].exclusive for name in answer.options)

        steps = [step for step in self.path(self.store.state(earlier)).steps if not step.implied and step.question.carry]
        return [step.answer for step in steps if step.answer is not None and not turned_down(step.question, step.answer)]

    def begin(self, row: InterviewRow, speaker: Speaker) -> None:
        """Say hello. When it fails the interview is there all the same, and the page asks its first question."""
        posted = Posted(turn=new_turn(), do=BEGIN)
        try:
            self.rasa.say(row.id, payload(BEGIN), False, _metadata(posted, row, speaker))
        except RasaDown:
            return

    def take(self, interview_id: str, posted: Posted, speaker: Speaker) -> InterviewState:
        """Take a posted turn: say it to Rasa, whose action writes it down, and give what the store has then.

        Raises:
            NotFound: there is no such interview.
            InvalidAnswer: the answer cannot be taken, and why.
            NotTaken: it was not written down.
            StoreError: the store failed.
        """
        state = self.store.state(interview_id)
        posted = self._named(posted, state)
        if state.turn is not None and state.turn.turn_id == posted.turn:
            return state  # a double tap; a later repeat the action itself knows
        path = self.path(state)
        posted = _open_private(posted, path)
        out = self._outgoing(posted, state, path)
        made = self._made_of(out, posted, state, path)
        metadata = {**_metadata(posted, state.interview, speaker), "words": out.words, "more": out.more, "parts": out.parts}
        if out.button:
            metadata["button"] = out.button
        if out.settles:
            metadata |= {"settles": out.settles, "right": list(out.right)}
        if posted.asks:
            metadata["asks"] = posted.asks
        if made:
            metadata |= {"translation": made, "by_button": sorted(self.tongues.by_button if self.tongues else ())}
        self.sent.sending(interview_id, posted)
        try:
            # English words in another language's interview are heard as they are: no machine makes them plainer.
            english = out.typed and made.get("looks_like") != ENGLISH and made.get("text")
            self.rasa.say(interview_id, english or out.message, out.typed, metadata)
        except RasaDown as error:
            # It may have been written down before Rasa failed.
            after = self.store.state(interview_id)
            if not self._taken(posted, after):
                raise NotTaken(str(error)) from None
            self._keep_words(out, made, after, posted, speaker)
            return after
        after = self.store.state(interview_id)
        if not self._taken(posted, after):
            raise NotTaken("the action did not write the turn down")
        self._keep_words(out, made, after, posted, speaker)
        return after

    def _named(self, posted: Posted, state: InterviewState) -> Posted:
        """The turn, which is another where its page has sent something else before, such as a choice changed while all was slow."""
        named = self.sent.named(state.interview.id, posted)
        # Where nothing has come since, the page's own first choice is no other screen's.
        mine = named is not posted and state.turn is not None and of_page(state.turn.turn_id, posted)
        return replace(named, seen=state.newest) if mine else named

    def may_go_on(self, state: InterviewState) -> bool:
        """Whether the page has a box for words to go with the yes or no to what else was heard."""
        here = situation(state)
        by_button = self.tongues.buttons_only(state.interview.language) if self.tongues else frozenset()
        return may_go_on(self.finder, here.context, here.answers, here.pending.heard, here.focus, by_button)

    def _made_of(self, out: Outgoing, posted: Posted, state: InterviewState, path: Path) -> dict[str, Any]:
        """What a machine makes of what was typed. No transaction is open here, and no failure stops the turn."""
        words, language = out.words if out.typed else out.more, state.interview.language
        if self.tongues is None or not words.strip():
            return {}
        if posted.english:
            return {"from": ENGLISH} if language != ENGLISH else {}
        step = path.by_id.get(posted.question or "") or path.next(state.interview.focus)
        said = language != ENGLISH and out.typed and not (out.settles or out.button)
        ours = self.tongues.from_catalogue(words, language, step) if said else {}
        return ours or self.tongues.made_of(words, language)

    def _keep_words(self, out: Outgoing, made: dict[str, Any], after: InterviewState, posted: Posted, speaker: Speaker) -> None:
        """Keep words in another language that no answer holds: somebody who speaks it can still read them."""
        turn = after.turn
        if made.get("from", ENGLISH) == ENGLISH or turn is None or turn.turn_id != posted.turn:
            return
        asked = self.interview.by_id.get(turn.question or "")
        if not out.words or (asked is not None and asked.sensitive):
            return
        if turn.kind not in _NOT_UNDERSTOOD and (not unread(made, out.words) or self._recorded(turn.turn_id, after)):
            return
        # What is said beside an urgent remark stands in the alert only.
        if not any(str(item.get("say")).startswith(_ALERT) for item in turn.reply):
            self.store.add_note(after.interview.id, WORDS, out.words, speaker.by, turn.question, made)

    def _recorded(self, turn_id: str, after: InterviewState) -> bool:
        """Whether an answer of the turn holds its words."""
        written = self.store.written_by(after.interview.id, turn_id)
        return any(row.words or row.answer.text or row.answer.more for row in written)

    def _taken(self, posted: Posted, state: InterviewState) -> bool:
        """Whether a posted turn is written down: mostly it is the newest, and only a late repeat is looked for among all."""
        newest = state.turn
        if newest is None:
            return False
        return newest.turn_id == posted.turn or self.store.turn(state.interview.id, posted.turn) is not None

    def _outgoing(self, posted: Posted, state: InterviewState, path: Path) -> Outgoing:
        """The message of a turn. Only the open question's answer is looked at here: what any other post means, the engine says."""
        limits = self.interview.limits
        if state.last[0] == SAY_MORE and posted.question in (None, state.last[1]):
            nothing = posted.do == ANSWER and not posted.typed and not posted.options
            out = Outgoing(payload(BACK_TO_QUESTIONS)) if nothing else outgoing(posted, None, limits)
            added_to = path.answers.get(state.last[1] or "")
            if out.typed and added_to is not None:
                fits_beside(f"{added_to.more}\n{out.words}".strip(), limits)
            return out
        step, asking = path.by_id.get(posted.question or ""), path.next(state.interview.focus)
        try:
            return outgoing(posted, step, limits)
        except InvalidAnswer:
            if (step is not None and step is asking) or posted.do in (CONFIRM, DENY):
                raise
            return Outgoing(payload(ANSWER, question=posted.question or "", option=list(posted.options)))


def _metadata(posted: Posted, row: InterviewRow, speaker: Speaker) -> dict[str, object]:
    return {
        "turn": posted.turn,
        "question": posted.question,
        "seen": posted.seen,
        "words": "",
        "by": speaker.by,
        "device": speaker.device,
        "language": row.language,
        "level": row.level,
    }


def private_questions(path: Path, section_id: str) -> list[str]:
    """The answered sensitive questions of a section, which pages name by number only."""
    return [
        step.question.id
        for step in path.steps
        if step.question.sensitive
        and step.question.section == section_id
        and step.answer is not None
        and step.askable
        and step.question.reads_back is None
    ]


def private_name(section_id: str, number: int) -> str:
    """How a page names the n-th private answer of a section, counted from 1."""
    return f"{section_id}{PRIVATE}{number}"


def _open_private(posted: Posted, path: Path) -> Posted:
    """The turn with the question that a private name stands for."""
    if posted.target is None or PRIVATE not in posted.target or posted.target.startswith(IN_SECTION):
        return posted
    section_id, _, number = posted.target.partition(PRIVATE)
    found = private_questions(path, section_id)
    index = int(number) - 1 if number.isdigit() else -1
    target = found[index] if 0 <= index < len(found) else None
    return replace(posted, target=target)
