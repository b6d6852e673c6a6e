"""Patterns of urgent words met as people say them: what must be outright or named, and what ordinary talk must not set off."""

from __future__ import annotations

import pytest

from bot.dialogue.patterns import OUTRIGHT, kinds_in, outright_in, sentences_of
from bot.dialogue.words import read


def kinds(said: str) -> dict[str, float]:
    """As the trained part asks: the whole line and its sentences."""
    reading = read(said)
    return kinds_in(reading.text, sentences=sentences_of(reading.spoken))


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("No. I want to die", "self_harm"),
        ("no i want to die", "self_harm"),
        ("I've got nothing. I want to die", "self_harm"),
        ("I have nobody, I want to die", "self_harm"),
        ("nah I wish I was dead", "self_harm"),
        ("Nope, suicidal. Want to die", "self_harm"),
        ("says no. wants to die", "self_harm"),
        ("No hope. going to hang myself", "self_harm"),
        ("I wish I was dead right now", "self_harm"),
        ("I want to be dead on my birthday", "self_harm"),
        ("I want to die for my crimes", "self_harm"),
        ("she'll kill herself", "self_harm"),
        ("he'll hang himself", "self_harm"),
        ("I'm gonna string myself up", "self_harm"),
        ("gonna off myself", "self_harm"),
        ("I'll neck myself", "self_harm"),
        ("going to shoot myself", "self_harm"),
        ("I'll set my cell on fire", "self_harm"),
        ("I'm going to jump in front of a train", "self_harm"),
        ("I took an overdose last night", "self_harm"),
        ("on an open ACCT", "self_harm"),
        ("No. They will kill me", "safety"),
        ("no they are going to kill me", "safety"),
        ("Nobody helps, they will stab me", "safety"),
        ("not safe, they are going to jump me", "safety"),
        ("they'll kill me", "safety"),
        ("he'll stab me tonight", "safety"),
        ("said they'd shank me if I told", "safety"),
        ("they will kill me if they find out where I am", "safety"),
        ("He's going to kill me when he hears I've been moved here", "safety"),
        ("he will shoot me now I've grassed", "safety"),
        ("If I don't pay they will kill me", "safety"),
        ("if I dont pay up he'll stab me", "safety"),
    ],
)
def test_urgent_words_are_outright_whatever_stands_before_or_after(said: str, kind: str) -> None:
    assert kinds(said).get(kind, 0.0) >= OUTRIGHT


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("I'm sick of living", "self_harm"),
        ("sick of it all, sick of being alive", "self_harm"),
        ("better off dead, simple as", "self_harm"),
        ("thinking about dying for a while now", "self_harm"),
        ("I'm ready to die for what I did", "self_harm"),
        ("he hung himself", "self_harm"),
        ("string meself up", "self_harm"),
        ("I'll be swinging by morning", "self_harm"),
        ("unalive myself", "self_harm"),
        ("I'll be leaving in a body bag", "self_harm"),
        ("put a bag over my head", "self_harm"),
        ("they had to cut me down last night", "self_harm"),
        ("going to cut my ear off", "self_harm"),
        ("found my cellmate hanging", "self_harm"),
        ("I'm slashing up", "self_harm"),
        ("go under a train when I get out", "self_harm"),
        ("me no want life", "self_harm"),
        ("tired from life", "self_harm"),
        ("OD'd last night", "self_harm"),
        ("s/h yesterday", "self_harm"),
        ("active DSH", "self_harm"),
        ("thoughts of TASH", "self_harm"),
        ("self-inflicted wound", "self_harm"),
        ("ACCT opened today", "self_harm"),
        ("drank bleach", "self_harm"),
        ("my ex will kill me if I lose the baby", "safety"),
        ("he would kill me if I was late home", "safety"),
        ("scared to death of my cellmate", "safety"),
        ("I'm dead if I go on that wing", "safety"),
        ("I'll kill my cellmate if you don't move me", "safety"),
        ("gonna stab an officer", "safety"),
        ("I no safe here", "safety"),
        ("danger for me here", "safety"),
        ("no, threats to me on the wing", "safety"),
        ("my kids are starving to death at home", "child"),
        ("nearly had a heart attack last night", "health"),
        ("I had a heart attack when I got here", "health"),
        ("cellmate not responding", "health"),
        ("he's not breathing", "health"),
        ("having contractions", "health"),
        ("I've got labour pains", "health"),
        ("I'm in labour", "health"),
        ("I was in the game, prostitution", "private"),
        ("sex work", "private"),
        ("forced marriage", "private"),
        ("DV victim", "private"),
        ("modern slavery", "private"),
    ],
)
def test_urgent_and_private_words_are_named(said: str, kind: str) -> None:
    assert kind in kinds(said)


@pytest.mark.parametrize(
    "said",
    [
        "I do not want to live in a hostel",
        "I don't want to live in Manchester",
        "does not want to live with his ex",
        "I don't want to live near my ex",
        "don't want to live off my mum",
        "do not want to live on benefits",
        "I do not want to live out of area",
        "I don't want to wake up early",
        "did not want to wake up the kids",
        "I want to take my life back",
        "I'm going to take my life seriously now",
        "want to take my life in a different direction",
        "tried to hang myself when I was 14",
        "I tried to kill myself when my dad died, 20 years ago",
        "he will shoot me an email",
        "someone will shoot me a message when there is a bed",
        "yeah wifey, she'll kill me when she sees this beard",
        "me mam's going to kill me when she sees the state of this",
        "my mum will kill me if I forget her birthday",
        "nobody wants to die in prison",
        "no one wants to die",
        "I never want to die in here",
        "not gonna top myself over a phone bill am I",
        "denies he wants to die",
        "I don't think they will kill me",
        "They will not kill me",
        "never been on an ACCT",
        "not on an open ACCT",
        "ACCT closed 2019",
        "want a new acct opened with Barclays",
        "took an overdose in 2014",
        "never going to off myself",
        "I'm dead good at cooking",
        "dying for a fag",
        "sick of waiting",
        "hang on a minute",
        "I jump in a taxi",
        "that cake was to die for",
        "cut down on drinking",
    ],
)
def test_ordinary_talk_is_not_outright(said: str) -> None:
    assert max(kinds(said).values(), default=0.0) < OUTRIGHT


@pytest.mark.parametrize(
    "said",
    [
        "dead easy, it was dead easy",
        "sick of the food in here",
        "dying to see my kids",
        "bored to death in here",
        "hanging around with the wrong people",
        "nobody is a threat to me",
        "cut up about my nan",
        "my bank acct",
        "acct closed by Barclays",
        "denies TSH",
        "jump on a bus",
        "a talk about how to stay safe from an overdose",
        "the internet is danger for me",
        "my solicitor is not responding to letters",
        "an escort to hospital",
        "I was an escort driver",
    ],
)
def test_ordinary_talk_is_not_even_named(said: str) -> None:
    assert not kinds(said)


def test_a_denial_reaches_no_further_than_its_sentence() -> None:
    assert kinds_in("nothing feeling suicidal")["self_harm"] < OUTRIGHT
    assert kinds_in("nothing feeling suicidal", sentences=["nothing", "feeling suicidal"])["self_harm"] > OUTRIGHT
    assert kinds("not good. feeling suicidal")["self_harm"] > OUTRIGHT
    assert kinds("not... feeling suicidal")["self_harm"] < OUTRIGHT, "three dots end no sentence"


@pytest.mark.parametrize(
    "said",
    [
        "I don't want to live with my partner dead",
        "I don't want to live with my brother gone",
        "don't want to live in any house or at all",
        "I don't want to live in the area where she died",
        "I don't know if I can come out they will kill me",
        "dont know if i can go back he will kill me",
        "can't cope I want to die",
        "nobody cares i want to die",
        "without my kids I want to die",
        "I've got no choice I will kill myself",
        "on an open ACCT",
    ],
)
def test_grief_fear_and_doubt_are_no_figures_of_speech(said: str) -> None:
    assert max(kinds(said).values(), default=0.0) > OUTRIGHT


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("cut up about ten times", "self_harm"),
        ("ACCT was opened last night", "self_harm"),
        ("they opened an ACCT on me", "self_harm"),
        ("on ACCT", "self_harm"),
        ("the boss is going to kill me if I lose the gear", "safety"),
    ],
)
def test_what_may_be_urgent_is_named(said: str, kind: str) -> None:
    assert kinds(said).get(kind, 0.0) > 0


@pytest.mark.parametrize(
    "said",
    [
        "I'm never, ever going to kill myself",
        "Denies: wants to die",
        "Denies - going to kill himself",
        "Nobody - wants to die",
        "there's nothing I want to die for",
        "there's nobody they will kill me for",
        "never said I will kill myself",
        "denies that he wants to die",
        "no way I will kill myself",
        "I don't think he will kill himself",
        "I don't think I want to die",
        "On ACCT? No",
        "was on an ACCT in 2019",
        "I've got 20 quid on acct",
        "they'll slash me hours at work",
        "he'll batter me at FIFA",
        "my kids, they'd kill me if I missed another birthday",
        "going to choke myself laughing",
        "I don't want to live there",
        "I don't want to live in supported housing",
        "I don't want to live at my mum's",
    ],
)
def test_denials_and_ordinary_answers_are_not_outright(said: str) -> None:
    assert max(kinds(said).values(), default=0.0) < OUTRIGHT


def test_the_watch_on_self_harm_is_no_bank_account() -> None:
    assert read("on an open ACCT").text == "on an open acct" and read("ACCT review").text == "acct review"
    assert read("bank acct").text == "bank account" and "account" in read("wants acct opened").text


def test_what_is_said_outright_in_english_is_heard_in_words_as_they_were_typed() -> None:
    assert outright_in("Want to die.") == ["self_harm"]
    for harmless in ("chcę się zabić", "mam dobrą pracę", "waan is dilayaa", "no", ""):
        assert outright_in(harmless) == []
