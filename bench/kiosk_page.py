"""A page as a person at a kiosk sees it: its forms and what can be filled in, read from the HTML as a browser would."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from html.parser import HTMLParser

# What keeps an interview going; everything else is chosen at random.
WANTED = {"consent_go_on": "yes", "who_is_here": "alone"}
READ_BACK = "right"
# Every so many closed questions are answered by the words of an option and not by its button.
WORDS_EACH = 4
WORDS = "It was a while ago, I would have to think about that"
PARTS = {"day": "24", "month": "12", "year": "2026", "line1": "12 Made-up Street", "town": "Northmere"}


@dataclass
class Option:
    """A radio button or checkbox, with the words beside it."""

    name: str
    value: str
    id: str
    kind: str
    label: str = ""


@dataclass
class Form:
    """A form: where it goes, what it takes along unseen, and what can be put in or pressed."""

    action: str
    hidden: dict[str, str] = field(default_factory=dict)
    options: list[Option] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)  # name: input mode
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Page(HTMLParser):
    """The forms of a page, and whether it says that something is wrong. Buttons of a form elsewhere (``form=``) are left out."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.wrong = "<title>Error:" in text
        self._form: Form | None = None
        self._labels: dict[str, str] = {}
        self._label = ""
        self.feed(text)
        for form in self.forms:
            for option in form.options:
                option.label = " ".join(self._labels.get(option.id, "").split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = Form(found.get("action", ""))
            self.forms.append(self._form)
        elif tag == "label":
            self._label = found.get("for", "")
        elif self._form is None or "form" in found:
            return
        elif tag == "button":
            self._form.buttons.append((found.get("name", ""), found.get("value", "")))
        elif tag == "textarea":
            self._form.fields[found.get("name", "")] = "text"
        elif tag == "input" and found.get("type") == "hidden":
            self._form.hidden[found["name"]] = found.get("value", "")
        elif tag == "input" and found.get("type") in ("radio", "checkbox"):
            self._form.options.append(Option(found["name"], found.get("value", ""), found.get("id", ""), found["type"]))
        elif tag == "input":
            self._form.fields[found.get("name", "")] = found.get("inputmode", "text")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "label":
            self._label = ""

    def handle_data(self, data: str) -> None:
        if self._label:
            self._labels[self._label] = self._labels.get(self._label, "") + data

    def form_to(self, end: str) -> Form | None:
        """The first form whose address ends so."""
        return next((form for form in self.forms if form.action.endswith(end)), None)

    def talk(self) -> Form | None:
        """The form of the open question."""
        wanted = (form for form in self.forms if form.action.endswith("/turns") and "question" in form.hidden)
        return next((form for form in wanted if ("do", "answer") in form.buttons), None)


def answer(form: Form, number: int, chance: random.Random, by_button: bool = False) -> dict[str, str]:
    """What a person puts into the form of a question. ``number``: how many they have answered; ``by_button``: no words."""
    posted = {**form.hidden, "do": "answer"}
    question = form.hidden["question"]
    if form.options:
        values = [option.value for option in form.options]
        wanted = next((value for value in (WANTED.get(question, ""), READ_BACK) if value in values), "")
        option = next((each for each in form.options if each.value == wanted), None) or chance.choice(form.options)
        if "words" in form.fields and number % WORDS_EACH == WORDS_EACH - 1 and not by_button:
            return {**posted, "words": option.label}
        return {**posted, option.name: option.value}
    parts = {name: PARTS[name] for name in form.fields if name in PARTS}
    if parts:
        return {**posted, **parts}
    return {**posted, "text": "1" if form.fields.get("text") in ("decimal", "numeric") else WORDS}
