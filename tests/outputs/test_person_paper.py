"""What is on the person's own plan, and what is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random

import pytest

from bot.casework.case import Case
from bot.outputs.person_paper import PersonPaper, person_paper
from bot.outputs.person_pdf import person_html
from bot.plan.consents import ConsentEvent
from tests.outputs import making
from tests.plan.making import Person, random_person, record


def paper(case: Case, language: str = "en", level: str = "plain", **more: object) -> PersonPaper:
    lookup = making.english_only if language == "en" else making.pseudo
    return person_paper(case, making.words(language, level, lookup), **more)  # type: ignore[arg-type]


def answers(made: PersonPaper) -> dict[str, str]:
    return {str(line.what): str(line.note) for part in made.answers or () for line in part.lines}


def cards(made: PersonPaper) -> dict[str, dict[str, object]]:
    return {
        f"{card.title} {card.about}".strip(): {
            "because": [str(one) for one in card.because],
            "who": str(card.who),
            "when": [str(one) for one in card.when],
            "stands": [str(one) for one in card.stands],
            "service": str(card.service),
        }
        for topic in made.topics
        for card in topic.cards
    }


def test_each_item_says_why_who_when_and_who_can_help(dave: Case) -> None:
    apply = cards(paper(dave))[
        "We will help you apply for a home. We will ask places that have homes to rent. Finding and applying for a home"
    ]
    assert apply["because"] == ["Because you need a settled place to live when you leave."]
    assert apply["who"] == "Your resettlement worker in this prison"
    assert apply["when"] == ["Before you leave, by 14 May 2027"]
    assert apply["service"] == "Northmere City Council housing options team"
    assert apply["stands"] == [
        "We told you about Northmere City Council housing options team on 23 November 2026.",
        "We will check how it went by 7 December 2026.",
    ]


def test_a_reason_with_which_no_help_is_wanted_is_not_given_for_what_happens(dave: Case) -> None:
    follow_up = cards(paper(dave))["We will keep asking about your forms for a home, and tell you the news."]
    assert follow_up["because"] == ["Because you need a settled place to live when you leave."]


def test_who_works_together_is_named_in_words_for_the_person(dave: Case) -> None:
    teams = cards(paper(dave))["We will work with the drug and alcohol team, and help you keep going to them."]
    assert teams["who"] == (
        "Your resettlement worker in this prison, together with an addiction worker in this prison, prison healthcare "
        "and the drug and alcohol service"
    )
    outside = cards(paper(dave))["If you have nowhere to stay on the day you leave, we will help you tell the council."]
    assert outside["who"] == "J. Example (A resettlement worker where you will live)"


def test_what_is_due_first_stands_first(dave: Case) -> None:
    home = paper(dave).topics[0]
    assert [str(card.when[0]) for card in home.cards][:2] == ["By 19 March 2027"] * 2
    assert [str(card.number) for topic in paper(dave).topics for card in topic.cards][:3] == ["1", "2", "3"]


def test_what_is_done_refused_or_cannot_be_had_stands_apart(dave: Case) -> None:
    made = paper(dave)
    assert [(str(line.what), str(line.note)) for line in made.done] == [("Opening a bank account", "Done on 23 November 2026.")]
    assert [str(line.note) for line in made.unavailable] == ["The scheme is closed until April"]
    assert "Writing a CV" in [str(line) for line in made.declined]
    shown = {str(card.about) for topic in made.topics for card in topic.cards}
    assert shown.isdisjoint({"Opening a bank account", "Writing a CV"})


def test_what_everybody_is_told_is_short(dave: Case) -> None:
    assert "We will talk with you about what you need to have a home." in [str(line) for line in paper(dave).everybody]


def test_each_service_is_told_once_with_how_to_reach_it(dave: Case) -> None:
    services = paper(dave).services
    names = [str(one.name) for one in services]
    assert names == sorted(set(names), key=str.casefold)
    council = services[names.index("Northmere City Council housing options team")]
    assert str(council.phone) == "01632 960101" and "Your worker sends the referral" in str(council.how)


def test_the_dates_are_those_still_to_come(dave: Case) -> None:
    assert [(str(line.what), str(line.note)) for line in paper(dave).dates] == [
        ("19 February 2027", "From this day on, we look at this plan with you again"),
        ("14 May 2027", "You leave prison"),
    ]
    assert [str(line.what) for line in paper(dave).contacts][:2] == ["15 May 2027", "21 May 2027"]


def test_an_unknown_release_date_is_said_not_guessed() -> None:
    made = paper(
        making.Made(record(release=None), where_will_live="temporary", home_safe="yes", help_accommodation=["find_home"]).case()
    )
    assert made.release_unknown and not made.contacts
    assert {str(card.when[0]) for topic in made.topics for card in topic.cards} == {
        "There is no date yet, because we do not know when you leave",
    }


def test_what_may_be_shared_and_what_was_taken_back() -> None:
    made = making.dave()
    made.consents.append(ConsentEvent("officer", "withdrawn", making.NOW, making.WORKER))
    said = {str(line.what): str(line.note) for line in paper(made.case()).sharing}
    assert said["May we share your plan with your probation officer?"] == "You took your yes back on 23 November 2026"
    assert said["May we share your plan with each service it names?"].startswith("You said no on")


def test_a_yes_that_was_taken_back_for_all_that_it_covers_is_no_yes() -> None:
    made = making.dave()
    made.consents.append(ConsentEvent("officer", "withdrawn", making.NOW, making.WORKER, service="northmere_probation"))
    said = {str(line.what): str(line.note) for line in paper(made.case()).sharing}
    assert said["May we share your plan with your probation officer?"] == "You took your yes back on 23 November 2026"


def test_somebody_to_talk_to_is_on_every_paper(dave: Case, lisa: Case) -> None:
    for case in (dave, lisa):
        assert "Samaritans and Listeners" in [str(one.name) for one in paper(case).talk]


def test_the_answers_are_there_but_for_consents_and_read_backs(dave: Case) -> None:
    said = answers(paper(dave, with_answers=True))
    assert said["Where will you live when you leave prison?"] == "I have nowhere to live"
    assert said["Are you in touch with your family?"] == "Not answered"
    assert "May we share your plan with your probation officer?" not in said
    assert not [ask for ask in said if ask.startswith("This is what you told us")]


def test_easy_read_says_why_once_a_topic_and_each_sentence_on_its_line(dave: Case) -> None:
    made = paper(dave, level="easy")
    home = made.topics[0]
    assert "Because you need a settled place to live when you leave." in [str(one) for one in home.reasons]
    assert all(not card.because for card in home.cards)
    assert "You may have no home when you leave.<br>We can tell the council.<br>We will ask you first." in person_html(
        dave, making.words(level="easy")
    )
    assert "These easy words are a draft. Readers still need to test them." in [str(note) for note in made.notes]


def test_a_worker_has_a_name_where_there_is_one(dave: Case) -> None:
    assert str(paper(dave, worker="Sam Worker").ask) == "If you have a question about this plan, ask Sam Worker, your worker."
    assert "resettlement team" in str(paper(dave).ask)


def test_a_day_that_a_worker_chose_is_said_with_the_first_day() -> None:
    made = making.dave().step("acc_application_follow_up", "change", reason="earlier", due=date(2027, 3, 1))
    follow_up = cards(paper(made.case()))["We will keep asking about your forms for a home, and tell you the news."]
    assert follow_up["when"] == ["Between 19 February 2027 and 1 March 2027"]


def test_nobody_who_said_nothing_is_told_that_they_did() -> None:
    made = making.dave()
    made.person.answers.clear()
    made.steps.clear()
    assert "You have not answered any question yet." in person_html(made.case(), making.words(), with_answers=True)


def test_an_unfinished_interview_is_said() -> None:
    made = making.dave()
    made.state = "paused"
    assert "Not all questions are answered yet. The plan can still grow." in [str(note) for note in paper(made.case()).notes]


@pytest.mark.parametrize("level", ["plain", "easy"])
def test_nothing_private_is_on_the_paper(lisa: Case, level: str) -> None:
    html = person_html(lisa, making.words(level=level), with_answers=True)
    assert [text for text in making.private_words() if text in html] == []
    assert "Your answers about safety are left out" in html


def test_the_same_is_said_about_safety_whether_there_is_anything_or_not(dave: Case, lisa: Case) -> None:
    assert paper(dave).safety == paper(lisa).safety
    assert [topic.title.text for topic in paper(lisa).topics if topic.picture == "topic_private"] == []


@pytest.mark.parametrize("level", ["plain", "easy"])
def test_the_answers_are_on_the_paper_only_when_the_person_asks(dave: Case, level: str) -> None:
    assert paper(dave, level=level).answers is None
    assert "Your answers</h2>" not in person_html(dave, making.words(level=level))
    assert "Your answers</h2>" in person_html(dave, making.words(level=level), with_answers=True)
    assert paper(dave, level=level, with_answers=True).answers


@pytest.mark.parametrize("level", ["plain", "easy"])
def test_who_may_harm_the_person_is_not_on_what_they_carry_on_the_wing(level: str) -> None:
    case = making.tom().case()
    html = person_html(case, making.words(level=level), with_answers=True)
    assert [text for text in making.off_paper_words() if text in html] == []
    made = paper(case, level=level, with_answers=True)
    # The work stands, and says no more of why than what is private does.
    urgent = {"plain": "We will work on the most urgent things first, such as a home, benefits, work or care.",
              "easy": "We will do urgent things first. This may be your home or your money."}[level]  # fmt: skip
    # Nor does a service that was chosen for the reason.
    assert cards(made)[urgent]["service"] == ""
    assert "Because of what you told us." in [str(reason) for topic in made.topics for reason in topic.reasons]
    said = answers(made)
    assert "loan" in said["What do you owe money for?"].lower() and "worry" not in said["What do you owe money for?"]


def test_what_is_said_no_to_does_not_name_it_either() -> None:
    made = making.Made(where_will_live="nowhere", debts="yes", debt_kinds=["people_who_may_hurt"], gang="yes", threat="yes")
    html = person_html(made.case(), making.words(), with_answers=True)
    assert "What you said no to" in html
    assert [text for text in making.off_paper_words() if text in html] == []
    assert "What do you owe money for?" not in html


def test_what_is_private_is_there_when_the_person_asks(lisa: Case) -> None:
    made = paper(lisa, with_private=True)
    private = next(topic for topic in made.topics if topic.picture == "topic_private")
    assert "We will make a plan with you to help you be safe." in [str(card.title) for card in private.cards]
    assert private.title.text == "Being safe"
    assert "Other people may see it" in str(made.safety)
    told = person_html(making.tom().case(), making.words(), with_private=True, with_answers=True)
    assert "Is anyone outside prison a threat to you?" in told and "someone outside may be a threat to you" in told


def test_people_at_random_get_a_paper_without_a_private_word() -> None:
    for seed in range(12):
        case = _at_random(random_person(Random(seed)))
        for level in ("plain", "easy"):
            html = person_html(case, making.words(level=level), with_answers=True)
            hidden = making.private_words() | making.off_paper_words()
            assert [text for text in hidden if text in html] == [], seed
            assert str(case.record.name) in html


def _at_random(person: Person) -> Case:
    made = making.Made.__new__(making.Made)
    made.person, made.language, made.kind, made.today = person, "en", "first", person.today
    made.steps, made.consents, made.events, made.alerts, made.state = {}, [], [], [], "complete"
    return made.case()


# -- other languages


def test_every_word_is_in_the_language_and_what_is_not_says_so(dave: Case) -> None:
    made = paper(dave, "cy")
    assert str(made.topics[0].title).startswith("‹") and made.topics[0].title.foreign == ""
    how = next(one.how for one in made.services)
    assert how.foreign == "en"
    html = person_html(dave, making.words("cy", lookup=making.pseudo))
    assert '<p lang="en" dir="ltr"><span lang="en" dir="ltr">' in html
    notes = [str(note) for note in made.notes]
    assert any("translator" in note for note in notes) and any("English" in note for note in notes)


def test_a_reviewed_language_is_not_called_a_draft(dave: Case) -> None:
    words = making.words("cy", lookup=making.pseudo)
    words.language = replace(words.language, state="reviewed")
    assert not any("translator" in str(note) for note in person_paper(dave, words).notes)


def test_dates_and_numbers_as_the_language_writes_them() -> None:
    day = date(2026, 12, 4)
    written = {
        code: str(making.words(code, lookup=making.pseudo).day(day)) for code in ("en", "pl", "pt", "cy", "fa", "ckb", "ar", "ur")
    }
    assert written["en"] == "4 December 2026" and written["pl"] == "4 grudnia 2026" and written["cy"] == "4 Rhagfyr 2026"
    assert written["pt"] == "4 de dezembro de 2026"
    assert written["fa"] == "۴ دسامبر ۲۰۲۶"
    assert "٢٠٢٦" in written["ckb"] and "2026" in written["ur"]
    assert str(making.words("pl", lookup=making.pseudo).count(1234.5)) == "1\xa0234,5"


def test_names_and_numbers_keep_their_direction_in_arabic(dave: Case) -> None:
    html = person_html(dave, making.words("ar", lookup=making.pseudo), worker="Sam Worker")
    assert '<html lang="ar" dir="rtl">' in html
    assert '<bdi dir="ltr" class="unbroken">A0001AA</bdi>' in html
    assert '<bdi dir="ltr">Sam Worker</bdi>' in html


def test_no_name_or_word_of_anybody_becomes_markup() -> None:
    name = '<img src="file:///etc/passwd">"&{{7*7}}'
    made = making.Made(record(name=name), matters_most="</style><script>alert(1)</script>")
    html = person_html(made.case(), making.words())
    assert "<img" not in html and "<script" not in html and "&lt;img" in html
    assert "{{7*7}}" in html


def test_every_language_has_a_whole_paper(dave: Case) -> None:
    for code in making.content().languages:
        for level in ("plain", "easy"):
            html = person_html(dave, making.words(code, level, making.pseudo if code != "en" else making.english_only))
            assert f'lang="{code}"' in html and "{" not in html.split("</style>")[1]
