"""A short journey in every language in a real browser, alone and beside a worker: words, direction, access, no other host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium

from bot.commands.language import all_messages
from bot.interview.definitions import Interview
from bot.interview.loading import load_interview
from bot.language.catalogue import Catalogues
from bot.language.languages import ENGLISH, Language, load_languages
from bot.language.messages import Message
from bot.language.wording import Wording
from tests.web.conftest import Live, answer_until, make_house, serving
from tests.web.test_browser import Desk, chromium, pytestmark
from tests.web.test_browser_kiosk import PIN, Screen, at, issue

__all__ = ["chromium", "pytestmark"]

LANGUAGES = load_languages()
CATALOGUES = Catalogues()
PERSON, WORKER = "body", ".beside__worker"
TABLET = {"width": 1280, "height": 800}
# What is on a page to be read or heard: the text of each element, its labels for screen readers, and the name of the page. Without
# what another language is given for, and without the worker's side.
READ = """(root) => {
  const found = [document.title];
  const seen = (each) => each.checkVisibility() && !each.closest("script, style, .beside__worker");
  const walk = document.createTreeWalker(document.querySelector(root), NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode());) {
    const at = node.parentElement, own = at?.closest("[lang]")?.lang === document.documentElement.lang;
    if (own && node.data.trim() && seen(at)) found.push(node.data);
  }
  for (const name of ["aria-label", "alt", "title", "placeholder"])
    for (const each of document.querySelectorAll(`[${name}]`))
      if (each.getAttribute(name) && seen(each) && each.closest("[lang]").lang === document.documentElement.lang)
        found.push(each.getAttribute(name));
  return found;
}"""
_FILLED = re.compile(r"\{\w+\}")
_LETTERS = re.compile(r"[^\W\d_]{2}")


@cache
def everything() -> tuple[Message, ...]:
    return tuple(all_messages())


def plain(text: str) -> str:
    """A text as it is compared: one space where there are several, without the marks that keep directions apart."""
    return " ".join(re.sub("[\u2066-\u2069\u200e\u200f]", "", text).split())


class Spoken:
    """What may stand on a person's page in a language: its catalogue, and the English of what has no translation of today."""

    def __init__(self, code: str) -> None:
        have = {} if code == ENGLISH else CATALOGUES.texts(code)
        texts = {plain(have.get(message.key) or message.english) for message in everything()}
        texts |= {plain(one.name) for one in LANGUAGES.values()}
        self.whole = frozenset(text for text in texts if "{" not in text)
        filled = [".+?".join(map(re.escape, _FILLED.split(text))) for text in sorted(texts - self.whole)]
        self.filled = re.compile("|".join(filled))

    def knows(self, text: str) -> bool:
        """Whether a text is one of ours, some of ours one after the other, or has no words in it."""
        text = plain(text)
        if not _LETTERS.search(text) or text in self.whole or self.filled.fullmatch(text):
            return True
        places = [each.end() for each in re.finditer(r"[ :]+(?:– )?|(?<=[.?!।۔؟:]) ?", text)]
        return any(plain(text[:place]).rstrip(" –:.") in self.own and self.knows(text[place:]) for place in places if place)

    @property
    def own(self) -> frozenset[str]:
        return self.whole | {text.rstrip(".:") for text in self.whole}


@cache
def spoken_in(code: str) -> Spoken:
    return Spoken(code)


def strange(page: Any, code: str, *more: str) -> list[str]:
    """What the person can read or hear on a page that is not said in their language."""
    known = spoken_in(code)
    return [plain(text) for text in page.evaluate(READ, PERSON) if not known.knows(text) and plain(text) not in more]


@pytest.fixture(scope="module")
def spoken(furnished: Path, tmp_path_factory: pytest.TempPathFactory, interview: Interview) -> Iterator[Live]:
    """The application with the catalogues on a real port."""
    wording = Wording(interview, lookup=CATALOGUES.lookup)
    yield from serving(make_house(furnished, tmp_path_factory.mktemp("languages") / "home", interview, wording))


@pytest.fixture(scope="module")
def desk(chromium: Chromium, spoken: Live) -> Iterator[Desk]:
    made = Desk(chromium, spoken, viewport=TABLET)
    yield made
    made.context.close()


def faults(screen: Desk, language: Language, *more: str) -> list[str]:
    """What is not as it must be on the person's page that is shown."""
    page = screen.page
    found = screen.violations()
    found += [f"sideways by {screen.sideways()}"] if screen.sideways() > 0 else []
    found += [f"not in {language.english}: {text}" for text in strange(page, language.code, *more)]
    is_so = (page.get_attribute("html", "lang"), page.get_attribute("html", "dir"))
    return found + ([f"lang and dir are {is_so}"] if is_so != (language.code, language.direction) else [])


def forward(page: Any, what: str) -> None:
    """Press something and wait for the page after it."""
    with page.expect_navigation():
        page.locator(what).first.click()


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=lambda one: one.code)
def test_alone_from_the_code_to_the_way_out(chromium: Chromium, spoken: Live, language: Language) -> None:
    screen, row = Screen(chromium, spoken), at(spoken, "Lee", "daily_help")
    page, code = screen.page, issue(spoken, row)[0]
    page.goto("/kiosk")
    forward(page, f"button[name=language][value={language.code}]")
    assert strange(page, language.code) == []
    page.fill("#code", code)
    forward(page, "main button.govuk-button")
    page.fill("#pin", PIN)
    page.fill("#again", PIN)
    forward(page, "main button.govuk-button")
    assert strange(page, language.code) == []
    forward(page, "main a.govuk-button")
    assert page.get_by_role("button", name=language.name).is_visible()
    forward(page, f"button[name=language][value={language.code}]")
    page.check("#adjust-easy")
    assert strange(page, language.code) == []
    forward(page, "main button.govuk-button")
    asked = []
    for number in range(3):
        asked.append(screen.heading())
        assert (faults(screen, language) if number == 0 else strange(page, language.code)) == []
        page.locator("#talk :is(input[type=radio], input[type=checkbox])").last.check()
        forward(page, "button[value=answer]")
    assert len({*asked, screen.heading()}) == 4
    page.goto(f"/interviews/{row.id}/support")
    assert faults(screen, language) == []
    answer_until(spoken.house, row.id, lambda step: step.question.section == "safety")
    page.goto(f"/interviews/{row.id}")
    assert faults(screen, language) == []
    forward(page, ".exit__button")
    page.wait_for_url("**/away")
    assert strange(page, language.code) == []
    assert page.get_attribute("html", "dir") == language.direction
    assert [url for url in screen.asked if not url.startswith(spoken.address)] == [] and screen.complaints == []
    screen.context.close()


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=lambda one: one.code)
def test_beside_a_worker_who_reads_english(desk: Desk, language: Language) -> None:
    house, page = desk.live.house, desk.page
    row = at(desk.live, "Daniel", mode="worker", language=language.code)
    page.goto(f"/interviews/{row.id}")
    assert faults(desk, language) == []
    question = load_interview().by_id["where_lived"]
    assert question.plain.ask in (page.inner_text(WORKER) if language.code != ENGLISH else page.inner_text("h1"))
    worker = page.locator(WORKER)
    assert (worker.get_attribute("lang"), worker.get_attribute("dir")) == ("en", "ltr")
    assert worker.evaluate("side => getComputedStyle(side).direction") == "ltr"
    assert page.locator(".beside__person").evaluate("side => getComputedStyle(side).direction") == language.direction
    if language.code != ENGLISH:
        labels = page.locator(".beside__person .govuk-radios__label").all_inner_texts()
        options = [option.id for option in question.options]
        assert labels == [house.wording.option(question, option, language.code) for option in options]
        assert page.locator(".english__option").all_inner_texts() == [option.plain for option in question.options]
    # Nothing was chosen: what is said then is in the language too.
    forward(page, "button[value=answer]")
    assert page.locator("#answer-error").count() == 1 and strange(page, language.code) == []
    page.check("#answer")
    forward(page, "button[value=answer]")
    assert house.store.state(row.id).answers["where_lived"].options == (question.options[0].id,)
    assert question.options[0].plain in page.inner_text("#put")
    assert strange(page, language.code) == []
    assert [url for url in desk.asked if not url.startswith(desk.live.address)] == []
    assert [text for text in desk.complaints if "422" not in text] == []
