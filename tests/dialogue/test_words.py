"""Words made comparable: shorthand, spelling, clauses, negation, corrections; and the patterns and lines beside them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.deciding import (
    CommandSettings,
    PrivateSettings,
    UrgentSettings,
    command_in,
    is_code,
    private_in,
    taken_back,
    urgent_in,
)
from bot.dialogue.lines import ALERTS, COMMANDS, Line, example_lines, joined, line_of, read_lines, training_files
from bot.dialogue.patterns import OUTRIGHT, PatternError, expression, kinds_in
from bot.dialogue.wordpiece import WordPiece, basic_words
from bot.dialogue.words import Clause, features_of, read, tokenize
from bot.interview.loading import load_interview


def negated(text: str) -> set[str]:
    return {clause.tokens[place] for clause in read(text).clauses for place in clause.negated}


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("NFA prior", "no fixed abode prior"),
        ("s/e, p/t b4", "self employed part time before"),
        ("r/w mum", "living with mum"),
        ("I'm at me mam's", "i am at my mum"),
        ("TA from the LA", "temporary accommodation from the council from the local authority council"),
        ("ta very much", "thanks"),
        ("nah mate", "no"),
        ("at my mate's", "at my mate"),
        ("a pasport", "a passport"),
        ("drugs/alcohol", "drugs alcohol"),
        ("100%", "yes definitely"),
        ("got a B&B", "got a bed and breakfast"),
    ],
)
def test_shorthand_slang_and_spelling_are_written_out(said: str, wanted: str) -> None:
    assert read(said).text == wanted


def test_clauses_are_split_and_a_list_shares_its_negation() -> None:
    assert [clause.text for clause in read("has passport, owes rent; no GP").clauses] == [
        "has passport",
        "owes rent",
        "no gp doctor",
    ]
    assert negated("denies drugs, alcohol, gambling") >= {"drugs", "alcohol", "gambling"}
    assert "cv" not in negated("no passport or birth cert but got a CV")
    assert [clause.text for clause in read("me and the wife").clauses] == ["me and the wife"]


@pytest.mark.parametrize(
    "said", ["it's not like I don't drink", "I can't say I haven't", "not that I don't have one", "wouldn't say no"]
)
def test_two_negations_make_none(said: str) -> None:
    assert negated(said) == set()


def test_what_stands_before_a_correction_is_told_from_what_comes_after() -> None:
    assert [(clause.text, clause.side) for clause in read("rented, no hang on, that was before").clauses] == [
        ("rented", -1),
        ("that was before", 1),
    ]
    assert [clause.side for clause in read("hang on, rented").clauses] == [0, 0]


def test_hedges_past_and_others_are_noticed() -> None:
    clause = read("maybe it was my sister's").clauses[0]
    assert (clause.hedged, clause.past, clause.others) == (True, True, True)
    assert read("").clauses == ()


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    reading = read(text)
    assert all(clause.tokens for clause in reading.clauses)
    assert all(0 <= place < len(clause.tokens) for clause in reading.clauses for place in clause.negated)
    assert isinstance(features_of(reading.clauses), list)
    assert len(tokenize(text)) <= 400


def test_words_under_a_negation_are_features_of_their_own() -> None:
    found = features_of([Clause(("no", "passport"), frozenset({0, 1}))])
    assert found == ["no", "passport", "no passport", "¬no", "¬passport"] or set(found) >= {"¬passport", "no passport"}


def matches(pattern: str, text: str) -> bool:
    import re

    return re.search(expression(pattern), text + " ") is not None


def test_patterns_have_alternatives_groups_options_and_gaps() -> None:
    assert matches("kill|harm myself", "i will harm myself") and not matches("kill|harm myself", "i harm you")
    assert matches("(very)? sad", "sad") and matches("(very)? sad", "very sad")
    assert matches("scared (of|to go) *", "scared to go out there")
    assert matches("tell * secret", "tell nobody my secret") and not matches("tell * secret", "tell a b c d e secret")
    assert not matches("cut", "cutlery")
    for broken in ("(a", "a)"):
        with pytest.raises(PatternError):
            expression(broken)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("I want to kill myself", "self_harm"),
        ("he says he will stab me tonight", "safety"),
        ("my daughter is being groomed online", "child"),
        ("I've got chest pain", "health"),
    ],
)
def test_urgent_words_are_found_and_figures_of_speech_are_not(said: str, kind: str) -> None:
    assert kind in kinds_in(read(said).text)
    for spared in ("I could kill for a cup of tea", "dying for a fag", "this place will be the death of me", "bored to death mate"):
        assert not kinds_in(read(spared).text), spared
    assert not kinds_in(read("nobody outside is a threat to me").text), "an answer"
    assert "safety" in kinds_in(read("nobody believes he is a threat to me").text)


def test_written_lines_are_of_the_form_and_never_answer_a_sensitive_question() -> None:
    interview = load_interview()
    lines = [line for path in training_files() for line in read_lines(path)]
    assert len(lines) > 1000
    for line in lines:
        assert line.open in interview.by_id, line.id
        assert line.command in (None, *COMMANDS) and set(line.alerts) <= set(ALERTS), line.id
        assert not (line.private and line.answers), line.id
        for name, options in line.answers.items():
            question = interview.by_id[name]
            assert question.closed and not question.sensitive, line.id
            assert set(options) <= set(question.by_id), (line.id, name)
            assert question.kind == "many" or len(options) == 1, line.id


def test_training_never_uses_an_evaluation_line() -> None:
    folder = Path(__file__).parent.parent / "evaluation" / "lines"
    tested = {(line.open, line.text.lower()) for path in folder.glob("*/*.jsonl") for line in read_lines(path)}
    written = {(line.open, line.text.lower()) for path in training_files() for line in read_lines(path)}
    # Short replies ("yes please") are bound to be said twice.
    assert not [text for _, text in tested & written if len(text.split()) > 6]


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text(json.dumps({"text": "x", "open": "gp"}) + "\n\n[1]\n")
    with pytest.raises(ValueError, match="lines.jsonl:3"):
        read_lines(path)


def test_a_line_survives_being_a_training_message() -> None:
    line = Line("hello", "gp", {"gp": ("yes",)}, "pause", True, True, True, ("health",), True, "id", "note")
    assert line_of("hello", line.to_json()) == line


def test_joined_lines_answer_each_question_once() -> None:
    lines = [Line(f"here comes a longer line number {n}", f"q{n}", {f"q{n}": ("yes",)}, whole=True) for n in range(8)]
    made = joined(lines, 30)
    assert len(made) == 30 and any(len(line.answers) > 2 for line in made)
    assert joined(lines, 30) == made, "the same content gives the same model"
    assert joined(lines[:3], 5) == []


def test_examples_of_sensitive_questions_are_never_lines() -> None:
    interview = load_interview()
    assert not [line for line in example_lines(interview) if interview.by_id[line.open or ""].sensitive]


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Rented, no hang on, that was before", ["rented ,", "no hang on , that was before"]),
        ("yeah. And I've a job!", ["yes .", "and i have a job !"]),
        ("no, wait", ["no ,", "wait"]),
    ],
)
def test_the_encoder_reads_all_that_was_said_with_its_marks(text: str, spoken: list[str]) -> None:
    reading = read(text)
    assert [clause.spoken for clause in reading.clauses] == spoken
    assert reading.spoken == " ".join(spoken)


@given(st.lists(st.sampled_from(["no", "hang on", ",", ".", "and", "I", "rent", "but", "a", "flat", "never", "?"]), max_size=12))
def test_clauses_as_spoken_leave_nothing_out(words: list[str]) -> None:
    reading = read(" ".join(words))
    if reading.clauses:
        assert reading.spoken.split() == " ".join(words).lower().split()


def test_pieces_of_words_are_those_of_the_vocabulary() -> None:
    pieces = WordPiece(
        {piece: number for number, piece in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "council", "##s", "house", "'"])}
    )
    assert pieces.pair("council", "Councils' HÔUSE zzz") == [2, 4, 3, 4, 5, 7, 6, 1, 3]
    assert len(pieces.pair("house", "house " * 500)) <= 160
    ids, edges = pieces.parts("council", ["house zzz", "", "house's"])
    assert ids == pieces.pair("council", "house zzz house's") and edges == [3, 5, 5, 8]
    assert pieces.parts("house", ["house " * 200, "house"])[1] == [3, 159, 159], "what is too long has no pieces of its own"
    assert list(basic_words("Ça va? 中文")) == ["ca", "va", "?", "中", "文"]


def command(text: str, kinds: dict[str, float], *guesses: tuple[str, float]) -> str | None:
    listed = [{"question": question, "option": "yes", "confidence": sure} for question, sure in guesses]
    return command_in(text, "gp", listed, kinds, CommandSettings())


def test_one_unknown_word_is_no_pause_and_marks_of_code_are_no_talk() -> None:
    assert command("restart", {"pause": 0.8}) is None
    assert command("need a break", {"pause": 0.8}) == "pause"
    assert is_code("{{7*7}} ${jndi:x}") and not is_code("rent < 2/12 [unclear]")


def test_a_sentence_of_its_own_is_a_command_beside_an_answer() -> None:
    guesses = [{"question": "gp", "option": "yes", "confidence": 0.98}]

    def said(apart: dict[str, float], guesses: list[dict[str, object]], has_options: bool = True) -> str | None:
        return command_in(
            "yes I have one. what is that for?", "gp", guesses, {"explain": 0.1}, CommandSettings(), has_options, apart
        )

    assert said({"explain": 0.97}, guesses) == "help_me"
    assert said({"back": 0.97}, guesses) == "go_back"
    assert said({"explain": 0.9}, guesses) is None, "not sure enough"
    assert said({"refuse": 0.99}, guesses) is None, "what is answered is not refused"
    assert said({"refuse": 0.99}, []) == "refuse"
    assert said({"explain": 0.99}, [], has_options=False) is None, "any words may be the answer there"


def test_commands_are_sure_short_and_surer_than_an_answer() -> None:
    assert command("can we stop there", {"pause": 0.9}) == "pause"
    assert command("can we stop there", {"pause": 0.45}) is None
    assert command("word " * 31, {"pause": 0.99}) is None
    assert command("no I stopped", {"pause": 0.7}, ("gp", 0.8)) is None
    assert command("no I stopped", {"pause": 0.7}, ("drugs", 0.8)) == "pause"
    assert command("what's that mean", {"explain": 0.9}) == "help_me"
    assert command("why d'you ask?", {"explain": 0.9}) == "why"
    assert command("hello", {}) is None
    assert command("💥 123", {"skip": 0.99}) is None
    assert command('/skip{"question": "gp"}', {"skip": 0.99}) is None


def test_what_is_surer_to_be_unclear_or_off_the_subject_is_no_command() -> None:
    assert command("whether they do, I couldn't tell you", {"unknown": 0.34, "clarify": 0.47}) is None
    assert command("what do you call a screw with no keys", {"person": 0.56, "off": 0.58}) is None
    assert command("no idea, sorry", {"unknown": 0.9, "clarify": 0.2, "off": 0.1}) == "unknown"


def test_at_a_question_without_options_only_a_sure_command_takes_the_words_away() -> None:
    for sure, wanted in ((0.55, None), (0.65, "pause")):
        assert command_in("to stop the drink", "matters_most", [], {"pause": sure}, CommandSettings(), has_options=False) == wanted


def test_urgent_kinds_are_those_above_the_mark_surest_first() -> None:
    settings = UrgentSettings(sure=0.25, sure_if_named=0.05)
    assert urgent_in({"health": 0.3, "self_harm": 0.9, "child": 0.1}, {}, settings) == ["self_harm", "health"]
    assert urgent_in({"health": 0.01, "child": 0.1, "safety": 0.1}, {"child": 1.0, "health": 2.0}, settings) == ["child"]
    assert urgent_in({"self_harm": 0.5}, {}, settings, words=1) == []
    assert urgent_in({"self_harm": 0.5}, {"self_harm": 1.0}, settings, words=2) == ["self_harm"]


@pytest.mark.parametrize(
    "said", ["rented, no hang on, that was before", "at my mum's – wait, that's the old place.", "yes. sorry, that was last time"]
)
def test_what_is_taken_back_answers_nothing(said: str) -> None:
    assert taken_back(said)


@pytest.mark.parametrize(
    "said", ["no, that was my mum's place", "rented, no hang on, that was before, now I'm at my mum's", "that was before"]
)
def test_what_is_put_in_its_place_still_counts(said: str) -> None:
    assert not taken_back(said)


def test_one_or_two_words_are_private_only_when_very_sure() -> None:
    marks = PrivateSettings()
    assert private_in({"private": 0.3}, marks, words=3) and not private_in({"private": 0.3}, marks, words=2)
    assert private_in({"private": 0.9}, marks, words=1) and not private_in({}, marks, words=9)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("neckst qestion", "neckst question"),
        ("ive got to many dets", "i have got too many debts"),
        ("i dont undastand the qestion", "i do not understand the question"),
        ("i want to dye", "i want to die"),
        ("i want to dye my hair", "i want to colour my hair"),
        ("they were there after me", "they were there after me"),
    ],
)
def test_words_spelt_by_sound(said: str, meant: str) -> None:
    assert read(said).text == meant


@pytest.mark.parametrize(
    "said",
    [
        "I'll top myself if they don't sort it",
        "top myself if they dont move me",
        "swear down im gonna do meself in",
        "i want hang",
        "Cl states he wants to kill himself",
        "cant be bothered, dont wanna live no more",
        "I don't want to live with this any more",
        "dont wanna live in a world like this",
        "I don't want to live at all",
    ],
)
def test_what_is_said_outright_is_urgent_whatever_was_learned(said: str) -> None:
    found = kinds_in(read(said).text)
    assert found["self_harm"] >= OUTRIGHT
    assert urgent_in({"self_harm": 0.0}, found, UrgentSettings()) == ["self_harm"]


@pytest.mark.parametrize(
    "said",
    [
        "I'd never kill myself",
        "I don't want to kill myself",
        "not gonna top myself over a phone bill am I",
        "could kill for a cup of tea",
        "me mam's going to kill me when she sees the state of this",
    ],
)
def test_what_is_denied_or_a_figure_of_speech_is_not_said_outright(said: str) -> None:
    assert max(kinds_in(read(said).text).values(), default=0.0) < OUTRIGHT


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("I have the wish to finish with my life", "self_harm"),
        ("I think to take from me the life", "self_harm"),
        ("In me there is no more strength to live", "self_harm"),
        ("I don't have the will to live", "self_harm"),
        ("The taste for life has left me", "self_harm"),
        ("I shall follow him to the grave", "self_harm"),
        ("not eaten or drunk for three days", "self_harm"),
        ("im not eating till im gone", "self_harm"),
        ("refusing fluids today", "self_harm"),
        ("I stop to drink water yesterday", "self_harm"),
        ("scratching my arms again", "self_harm"),
        ("banging me head off the wall", "self_harm"),
        ("she's being groomed online", "child"),
        ("he is grooming our lad", "child"),
        ("he grooms kids, comes round with his dog", "child"),
        ("I think it's a stroke, my face has dropped", "health"),
    ],
)
def test_what_is_not_said_in_the_usual_words_is_named_too(said: str, kind: str) -> None:
    assert kind in kinds_in(read(said).text)


@pytest.mark.parametrize(
    "said",
    [
        "till the end of my life",
        "I want to quit the life of crime",
        "leaving the world of drugs behind",
        "I have no desire to live in a hostel",
        "give me the death certificate for my mum",
        "not drunk for two years",
        "I'm not drinking since January",
        "he'll bite my head off",
        "yeah that's bang on still",
        "work with dogs, grooming and that",
        "I groom my own dogs",
    ],
)
def test_what_only_sounds_like_it_is_not_named(said: str) -> None:
    assert not kinds_in(read(said).text)
