"""Catalogues: made from today's English, found by context, never shown when they no longer fit it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.language import all_messages
from bot.interview.definitions import LEVELS
from bot.interview.loading import load_interview
from bot.interview.yamlfile import ContentError
from bot.language.catalogue import Catalogues
from bot.language.languages import Language, load_languages
from bot.language.messages import Message, key_of
from bot.language.upkeep import check_all, check_language, fill, progress, read_translations, to_csv, update
from bot.language.wording import END, ISOLATE, Wording, fill_in

WELSH = Language("cy", "Cymraeg", "Welsh", "ltr", "LATIN", "drafted")
ARABIC = Language("ar", "العربية", "Arabic", "rtl", "ARABIC", "drafted")
GOOD = {"code": "xx", "name": "X", "english": "X", "dir": "ltr", "script": "LATIN", "state": "drafted"}
TEXTS = [
    Message("question.a.ask", "plain", "Where do you live?", "one"),
    Message("question.a.ask", "easy", "Where do you live?", "one"),
    Message("response.heard", "plain", "I have put: {answer}.", "two", "Said after an answer."),
]


def translated(root: Path, **texts: str) -> None:
    update(WELSH, TEXTS, root)
    taken, problems = fill(WELSH, TEXTS, {key.replace("__", "."): text for key, text in texts.items()}, root)
    assert (taken, problems) == (len(texts), [])


def test_every_text_has_one_context_and_english_words() -> None:
    found = all_messages()
    keys = [message.key for message in found]
    assert len(keys) == len(set(keys)) > 2000
    assert all(message.english.strip() for message in found)


def test_every_wording_that_is_looked_up_is_given_to_translators() -> None:
    asked: set[str] = set()

    def note(_language: str, level: str, context: str) -> None:
        asked.add(key_of(context, level))

    interview = load_interview()
    wording = Wording(interview, lookup=note)
    for level in LEVELS:
        for question in interview.questions:
            wording.question(question, "cy", level)
            for option in question.options:
                wording.option(question, option.id, "cy", level)
        for section in interview.sections:
            wording.section(section.id, "cy", level)
        for name in wording.commands:
            wording.command(name, "cy", level)
        for state in interview.not_now:
            wording.not_now(state, "cy", level)
    assert asked
    assert asked <= {message.key for message in all_messages()}


def test_a_translation_is_found_by_its_context_and_level(tmp_path: Path) -> None:
    update(WELSH, TEXTS, tmp_path)
    fill(WELSH, TEXTS, {"question.a.ask#plain": "Ble ydych chi’n byw?"}, tmp_path)
    catalogues = Catalogues(tmp_path)
    assert catalogues.lookup("cy", "plain", "question.a.ask") == "Ble ydych chi’n byw?"
    assert catalogues.lookup("cy", "easy", "question.a.ask") == "Ble ydych chi’n byw?"  # the same English: taken over
    assert catalogues.lookup("cy", "plain", "response.heard") is None
    assert catalogues.lookup("pl", "plain", "question.a.ask") is None
    assert catalogues.lookup("../cy", "plain", "question.a.ask") is None


def test_changed_english_takes_the_translation_off_the_screen_until_it_is_looked_at(tmp_path: Path) -> None:
    update(WELSH, TEXTS, tmp_path)
    fill(WELSH, TEXTS, {"response.heard#plain": "Rwyf wedi rhoi: {answer}."}, tmp_path)
    changed = [*TEXTS[:2], replace(TEXTS[2], english="I have written: {answer}.")]
    assert update(WELSH, changed, tmp_path).fuzzy == 1
    assert Catalogues(tmp_path).lookup("cy", "plain", "response.heard") is None
    text = (tmp_path / "cy" / "two.po").read_text(encoding="utf-8")
    assert "#, fuzzy" in text and '#| msgid "I have put: {answer}."' in text
    assert any("earlier English" in line for line in check_language(WELSH, changed, tmp_path))
    assert fill(WELSH, changed, {"response.heard#plain": "Rwyf wedi ysgrifennu: {answer}."}, tmp_path) == (1, [])
    assert Catalogues(tmp_path).lookup("cy", "plain", "response.heard") == "Rwyf wedi ysgrifennu: {answer}."


def test_what_is_said_no_more_is_dropped_with_its_file(tmp_path: Path) -> None:
    update(WELSH, TEXTS, tmp_path)
    update(WELSH, TEXTS[:2], tmp_path)
    assert [file.name for file in (tmp_path / "cy").iterdir()] == ["one.po"]


def test_updating_again_changes_nothing(tmp_path: Path) -> None:
    update(WELSH, TEXTS, tmp_path)
    fill(WELSH, TEXTS, {"question.a.ask#easy": "Ble?", "response.heard#plain": "Rhoi: {answer}"}, tmp_path)
    before = {file.name: file.read_bytes() for file in (tmp_path / "cy").iterdir()}
    update(WELSH, TEXTS, tmp_path)
    assert {file.name: file.read_bytes() for file in (tmp_path / "cy").iterdir()} == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Rhoi.", "lost {answer}"),
        ("Rhoi: {ateb} {answer}", "unknown {ateb}"),
        ("Rhoi: {answer", "brace"),
        ("Кhoi: {answer}", "another script"),
    ],
)
def test_a_broken_translation_is_refused_and_the_rest_is_kept(tmp_path: Path, text: str, said: str) -> None:
    taken, problems = fill(
        WELSH, TEXTS, {"response.heard#plain": text, "question.a.ask#plain": "Ble?", "no.such#plain": "x"}, tmp_path
    )
    assert taken == 1
    assert any(said in line and line.startswith("response.heard#plain") for line in problems)
    assert any(line.startswith("no.such#plain") for line in problems)
    assert Catalogues(tmp_path).lookup("cy", "plain", "question.a.ask") == "Ble?"


def test_check_names_what_is_missing_english_or_unknown(tmp_path: Path) -> None:
    update(WELSH, TEXTS, tmp_path)
    fill(WELSH, TEXTS, {"question.a.ask#plain": "Where do you live?"}, tmp_path)
    lines = list(check_language(WELSH, TEXTS, tmp_path))
    assert sum("still in English" in line for line in lines) == 2
    assert any("'response.heard#plain' has no translation" in line for line in lines)
    assert any("is no text any more" in line for line in check_language(WELSH, TEXTS[2:], tmp_path))


def test_a_table_goes_out_and_comes_back(tmp_path: Path) -> None:
    update(WELSH, TEXTS, tmp_path)
    table = tmp_path / "cy.csv"
    table.write_text(to_csv("cy", TEXTS, only_open=True, root=tmp_path), encoding="utf-8")
    rows = table.read_text(encoding="utf-8").splitlines()
    assert rows[0] == "key,note,english,translation,look_at" and len(rows) == 4
    table.write_text(table.read_text(encoding="utf-8").replace("live?,,new", 'live?,"Ble, yn wir?",new'), encoding="utf-8")
    assert fill(WELSH, TEXTS, read_translations(table), tmp_path) == (2, [])
    assert len(to_csv("cy", TEXTS, only_open=True, root=tmp_path).splitlines()) == 2
    assert progress("cy", TEXTS, tmp_path).complete == 0.666


@pytest.mark.parametrize("content", ["[]", "{", '{"a": 1}'])
def test_a_file_that_is_no_table_is_refused_by_name(tmp_path: Path, content: str) -> None:
    file = tmp_path / "x.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ContentError, match=r"x\.json"):
        read_translations(file)


def test_a_damaged_catalogue_is_named(tmp_path: Path) -> None:
    update(WELSH, TEXTS, tmp_path)
    (tmp_path / "cy" / "one.po").write_bytes(b'msgid "a"\nmsgstr "\xff\xfe"')
    with pytest.raises(ContentError, match=r"one\.po"):
        Catalogues(tmp_path).texts("cy")


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_what_is_filled_in_keeps_its_own_direction(value: str) -> None:
    assert fill_in("قبل {answer} بعد", "ar", {"answer": value}) == f"قبل {ISOLATE}{value}{END} بعد"
    assert fill_in("put {answer}", "en", {"answer": value}) == f"put {value}"


def test_languages_say_who_checked_them(tmp_path: Path) -> None:
    assert next(iter(load_languages())) == "en"
    good = {"code": "xx", "name": "X", "english": "X", "dir": "ltr", "script": "LATIN", "state": "drafted"}
    for wrong, said in (({"state": "reviewed"}, "by whom and when"), ({"dir": "up"}, "ltr or rtl"), ({"name": ""}, "no name")):
        (tmp_path / "languages.yml").write_text(json.dumps({"languages": [{**good, **wrong}]}), encoding="utf-8")
        with pytest.raises(ContentError, match=said):
            load_languages(tmp_path)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"language": []}, "languages.yml:1: 'languages' should be a list of mappings"),
        ({"languages": {"xx": {}}}, "should be a list of mappings"),
        ({"languages": ["xx"]}, "should be a list of mappings"),
        ({"languages": [GOOD, GOOD]}, "the code 'xx' stands on line 1 too"),
        ({"languages": [{**GOOD, "compleet": True}]}, "the unknown key 'compleet'"),
        ({"languages": [{**GOOD, "complete": "yes"}]}, "complete is true or false"),
        ({"languages": [{**GOOD, "machine": 3}]}, "machine is"),
    ],
)
def test_a_list_of_languages_of_another_shape_is_said_with_its_place(tmp_path: Path, written: object, said: str) -> None:
    (tmp_path / "languages.yml").write_text(json.dumps(written), encoding="utf-8")
    with pytest.raises(ContentError, match=r"languages\.yml:1: ") as error:
        load_languages(tmp_path)
    assert said in str(error.value)


def test_what_a_new_question_lacks_is_one_line_a_language(tmp_path: Path) -> None:
    complete = replace(WELSH, complete=True)
    translated(tmp_path, **{"response__heard#plain": "Rydw i wedi rhoi: {answer}."})
    (line,) = check_all([complete, WELSH], TEXTS, tmp_path)
    assert line.startswith("cy: 2 texts missing, first 'question.a.ask#plain'; run `bcst2 language update`")
    assert "take `complete: true` away" in line
    assert len(list(check_language(complete, TEXTS, tmp_path))) == 2, "a translator is told of each"


def test_the_command_makes_an_empty_catalogue_and_says_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from bot.cli import main

    def aside(language: Language, wanted: list[Message]) -> object:
        return update(language, wanted, tmp_path)

    monkeypatch.setattr("bot.commands.language.update", aside)
    assert main(["language", "update", "cy"]) == 0
    assert "cy: 0 of" in capsys.readouterr().err
    assert main(["language", "update", "xx"]) == 2
    assert "xx: is no language" in capsys.readouterr().err
    assert main(["language", "update", "en"]) == 2


def test_a_spreadsheet_opens_the_table_in_its_own_letters(tmp_path: Path) -> None:
    from bot.cli import main

    out = tmp_path / "pl.csv"
    assert main(["language", "export", "pl", "--out", str(out)]) == 0
    assert out.read_bytes().startswith(b"\xef\xbb\xbfkey,"), "without the mark it is read in another code page"
    found = read_translations(out)
    assert "ł" in "".join(found.values())
    misread = out.read_text(encoding="utf-8-sig").encode().decode("cp1250", errors="replace")
    out.write_text(misread, encoding="utf-8")
    with pytest.raises(ContentError, match="another code page, and nothing was taken"):
        read_translations(out)


@pytest.mark.parametrize("page", ["cp1252", "cp1250", "cp1257"])
def test_a_text_read_in_another_code_page_is_not_taken(tmp_path: Path, page: str) -> None:
    polish = Language("pl", "Polski", "Polish", "ltr", "LATIN", "drafted")
    spoilt = "Gdzie był dom?".encode().decode(page)
    taken, problems = fill(polish, TEXTS, {"question.a.ask#plain": spoilt, "question.a.ask#easy": "Gdzie był dom?"}, tmp_path)
    assert taken == 1
    (line,) = problems
    assert line.startswith("question.a.ask#plain: has letters of another code page")
