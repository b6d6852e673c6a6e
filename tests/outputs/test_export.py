"""``bcst2 export`` and ``bcst2 report``: whole files or none, noted in the audit, and one clear line for every refusal."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest
from pypdf import PdfReader

from bot import cli
from bot.casework.casework import Casework
from bot.commands import export
from bot.outputs.making import KINDS, CannotMake, Outputs, Wanted
from bot.outputs.pdf import NoPdf
from bot.store import Store
from bot.store.errors import StoreBusy
from tests.casework.making import interviewed, wording
from tests.outputs import making
from tests.plan.making import Person, interview, plan_data, record

NOBODY_YET, REFUSES, SHARES, POLISH = "A0003AA", "A0004AA", "A0005AA", "A0006AA"
Said = pytest.CaptureFixture[str]
# The day of these tests: plans are made and given out on it, whatever day it is.
THE_DAY = {"BCST2_DEMO": "1", "BCST2_TODAY": "2026-11-23"}


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a database of four people: not interviewed, sharing nothing, sharing all, and one who speaks Polish."""
    home = tmp_path_factory.mktemp("kept") / "home"
    (home / "keys").mkdir(mode=0o700, parents=True)
    address, keys = f"sqlite:///{home / 'bcst2.sqlite3'}", home / "keys" / "store.keys"
    with pytest.MonkeyPatch.context() as set_to, Store.open(address, keys, create_keys=True) as store:
        for name, value in THE_DAY.items():
            set_to.setenv(name, value)
        user = store.add_user("sam", "Sam Worker", ["worker"], "three random words", by="test").id
        store.add_person(record(prison_number=NOBODY_YET), by="test")
        casework = Casework(store, interview(), plan_data(), wording())
        for number, said, language in ((REFUSES, "no", "en"), (SHARES, "yes", "en"), (POLISH, "yes", "pl")):
            person = Person(record(prison_number=number, name=f"Made-up {number}"), language=language)
            making.answer_all(person, {"consent_go_on": "yes", "where_will_live": "nowhere", "share_with_officer": said})
            casework.ensure_plan(interviewed(store, person, by=user, language=language).id, by=user)
    return home


@pytest.fixture
def home(kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = tmp_path / "home"
    shutil.copytree(kept, copy)
    monkeypatch.setenv("BCST2_HOME", str(copy))
    for name, value in THE_DAY.items():
        monkeypatch.setenv(name, value)
    return copy


def run(*more: str, person: str = SHARES, kind: str = "csv", out: Path | str = "") -> int:
    return cli.main(["export", "--person", person, "--as", kind, "--out", str(out), *more])


def audit(home: Path) -> list[tuple[str, tuple[str, ...]]]:
    with Store.open(f"sqlite:///{home / 'bcst2.sqlite3'}", home / "keys" / "store.keys") as store:
        return [(row.what, row.subjects) for row in store.audit_rows(3)]


def person_id(home: Path, number: str) -> str:
    with Store.open(f"sqlite:///{home / 'bcst2.sqlite3'}", home / "keys" / "store.keys") as store:
        return store.person_by_number(number).id


def test_the_command_knows_every_output() -> None:
    assert tuple(KINDS) == export.KINDS


@pytest.mark.parametrize("kind", ["plan-json", "oasys", "handover-docx", "csv", "hmpps"])
def test_each_output_is_written_whole_private_and_noted(home: Path, tmp_path: Path, capsys: Said, kind: str) -> None:
    out = tmp_path / "out.file"
    out.write_text("an earlier one")
    assert run(kind=kind, out=out) == 0
    assert len(out.read_bytes()) > 500 and out.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".bcst2")] == []
    assert audit(home)[0] == (f"exported {kind}", (person_id(home, SHARES),))
    said = capsys.readouterr()
    assert said.out == said.err == ""


def test_a_plan_is_a_pdf_with_the_workers_name(printing: None, home: Path, tmp_path: Path) -> None:
    out = tmp_path / "plan.pdf"
    assert run("--level", "easy", kind="plan-pdf", out=out, person="a0005aa ") == 0
    text = PdfReader(io.BytesIO(out.read_bytes())).pages[0].extract_text()
    assert audit(home)[0][0] == "exported plan-pdf"
    assert "Made-up A0005AA" in text and "These easy words are a draft." in text


def test_the_answers_are_printed_when_asked_for(printing: None, home: Path, tmp_path: Path, capsys: Said) -> None:
    out = tmp_path / "plan.pdf"
    for more, printed in (((), False), (("--with-answers",), True)):
        assert run(*more, kind="plan-pdf", out=out) == 0
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(out.read_bytes())).pages)
        assert ("Your answers\n" in text) is printed
    assert run("--with-answers", kind="csv", out=out) == 2
    assert "only plan-pdf can be with the answers" in capsys.readouterr().err


def test_private_parts_are_noted_in_the_audit(home: Path, tmp_path: Path) -> None:
    assert run("--with-private", kind="plan-json", out=tmp_path / "a.json") == 0
    assert audit(home)[0][0] == "exported plan-json with private parts"
    assert json.loads((tmp_path / "a.json").read_text())["private_included"] is True


@pytest.mark.parametrize(
    ("more", "person", "kind", "told"),
    [
        ((), "A9999AA", "csv", "--person: nobody has this prison number"),
        ((), "../../etc/passwd", "csv", "--person: is not a prison number; write it as A1234BC"),
        ((), "A0005AA/../x", "csv", "--person: is not a prison number"),
        ((), "", "csv", "--person: is not a prison number"),
        ((), NOBODY_YET, "csv", "nobody has interviewed this person yet"),
        ((), NOBODY_YET, "hmpps", "nobody has interviewed this person yet"),
        ((), REFUSES, "handover-docx", "the person has not agreed to share the plan"),
        ((), REFUSES, "handover-pdf", "the person has not agreed to share the plan"),
        (("--language", "xx"), SHARES, "plan-pdf", "'xx' is not a language of this program; use one of en, cy"),
        (("--with-private",), SHARES, "oasys", "oasys never holds private parts; only plan-pdf and plan-json can"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(
    home: Path, tmp_path: Path, capsys: Said, more: tuple[str, ...], person: str, kind: str, told: str
) -> None:
    before = audit(home)
    assert run(*more, person=person, kind=kind, out=tmp_path / "out") == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"bcst2 export: {told}") and said.err.count("\n") == 1 and said.out == ""
    assert not (person and person in said.err)
    assert not (tmp_path / "out").exists() and audit(home) == before


def test_an_unknown_output_or_level_is_refused(home: Path, tmp_path: Path) -> None:
    for more in (("--as", "pptx"), ("--as", "csv", "--level", "hard")):
        with pytest.raises(SystemExit) as stopped:
            cli.main(["export", "--person", SHARES, "--out", str(tmp_path / "x"), *more])
        assert stopped.value.code == 2


@pytest.mark.parametrize(
    ("out", "told"),
    [
        ("", "is a folder"),
        ("folder", "is a folder"),
        ("new/", "is a folder"),
        ("nowhere/plan.csv", "its folder is not there"),
        ("link", "is there and not an ordinary file"),
        ("dangling", "is there and not an ordinary file"),
        ("/dev/null", "is there and not an ordinary file"),
        ("home/bcst2.sqlite3", "is the database or its keys"),
        ("home/../home/keys/store.keys", "is the database or its keys"),
        ("a\x00b", "cannot be used as a file"),
        ("x" * 300, "cannot be"),
    ],
)
def test_a_path_that_is_none_is_refused(
    home: Path, tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch, out: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "target").write_text("mine")
    (tmp_path / "link").symlink_to("target")
    (tmp_path / "dangling").symlink_to("nothing")
    kept = (home / "bcst2.sqlite3").read_bytes()
    assert run(out=out) == 2
    said = capsys.readouterr().err
    assert f"bcst2 export: --out: {told}" in said and said.count("\n") == 1
    assert (tmp_path / "target").read_text() == "mine" and (home / "bcst2.sqlite3").read_bytes()[:16] == kept[:16]
    assert not list(tmp_path.glob(".bcst2*"))


def test_nothing_is_left_when_it_cannot_be_noted(home: Path, tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise StoreBusy("database: another process holds it; try again")

    monkeypatch.setattr(Store, "audit", busy)
    out = tmp_path / "out.csv"
    out.write_text("an earlier one")
    assert run(out=out) == 2
    assert out.read_text() == "an earlier one" and not list(tmp_path.glob(".bcst2*"))
    assert "another process holds it" in capsys.readouterr().err


def test_a_disk_that_is_full_leaves_the_earlier_file(
    home: Path, tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export.os, "fsync", full)
    out = tmp_path / "out.csv"
    out.write_text("an earlier one")
    with pytest.raises(export.UserError, match=r"--out: cannot be written \(No space left on device\)"):
        export.write_aside(out, b"new", lambda: None)
    assert out.read_text() == "an earlier one" and not list(tmp_path.glob(".bcst2*"))


def test_an_export_makes_no_database(tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BCST2_HOME", str(tmp_path / "empty"))
    assert run(out=tmp_path / "out") == 2
    assert "there is no database yet" in capsys.readouterr().err and not (tmp_path / "empty").exists()


def test_what_a_language_changes_and_what_not(home: Path, tmp_path: Path, capsys: Said) -> None:
    assert run("--language", "pl", kind="csv", out=tmp_path / "a.csv") == 0
    assert capsys.readouterr().err == "bcst2 export: csv is for staff and in English, whatever the language\n"


# -- the room's own door


def outputs(lookup: object = making.english_only) -> Outputs:
    content = making.content(lookup)  # type: ignore[arg-type]
    return Outputs(content.interview, content.plan, content.wording)


def test_the_paper_is_in_the_persons_own_language_unless_another_is_asked_for() -> None:
    case = making.Made(language="pl", where_will_live="nowhere").case()
    made = outputs(making.pseudo).make(case, Wanted("plan-json"))
    assert json.loads(made.content)["language"] == "pl" and made.notes == ()
    english = outputs().make(case, Wanted("plan-json"))
    assert json.loads(english.content)["language"] == "en"
    assert english.notes == ("there are no words in Polish for it yet; it is in English",)
    with pytest.raises(CannotMake, match="there are no words in Polish for it yet; leave the language out"):
        outputs().make(case, Wanted("plan-json", language="pl"))


def test_the_sheet_for_oasys_needs_the_words_of_the_questions_only() -> None:
    def questions(language: str, level: str, context: str) -> str | None:
        return making.pseudo(language, level, context) if context.startswith("question.") else None

    case = making.Made(language="pl", where_will_live="nowhere").case()
    made = outputs(questions).make(case, Wanted("oasys"))
    assert "As it was read and said, in Polish" in made.content.decode() and made.notes == ()
    assert "no words in Polish" in outputs(questions).make(case, Wanted("plan-pdf", level="easy")).notes[0]


def test_no_plan_yet_is_refused_but_for_what_needs_none() -> None:
    case = making.dave().case(plan=False)
    for kind in set(KINDS) - {"hmpps"}:
        with pytest.raises(CannotMake, match="there is no plan yet"):
            outputs().make(case, Wanted(kind))
    assert outputs().make(case, Wanted("hmpps")).media == "application/json"


@pytest.mark.parametrize("state", ["open", "paused"])
def test_half_an_interview_is_not_sent_as_a_whole_one(state: str) -> None:
    made = making.dave()
    made.state = state
    for plan in (True, False):
        with pytest.raises(CannotMake, match="the interview is not finished; finish it first"):
            outputs().make(made.case(plan), Wanted("hmpps"))
    assert outputs().make(made.case(), Wanted("csv")).content


def test_every_output_of_a_case_says_what_it_is(dave: object) -> None:
    for name, kind in KINDS.items():
        if "pdf" not in name:
            made = outputs().make(dave, Wanted(name))  # type: ignore[arg-type]
            assert made.content and (made.media, made.suffix) == (kind.media, kind.suffix)


def test_unknown_wishes_are_refused(dave: object) -> None:
    for wanted, told in ((Wanted("pptx"), "there is no output 'pptx'"), (Wanted("csv", level="hard"), "'hard' is not a level")):
        with pytest.raises(CannotMake, match=told):
            outputs().make(dave, wanted)  # type: ignore[arg-type]


def test_a_machine_without_pango_says_what_to_install(dave: object, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: str) -> bytes:
        raise NoPdf("PDF needs Pango, which is not here")

    monkeypatch.setattr("bot.outputs.person_pdf.to_pdf", none)
    with pytest.raises(CannotMake, match="PDF needs Pango"):
        outputs().make(dave, Wanted("plan-pdf"))  # type: ignore[arg-type]


def test_languages_with_words() -> None:
    assert outputs().languages() == ["en"]
    assert outputs(making.pseudo).languages() == list(making.content().languages)


# -- the report


def report(*more: str, prison: str = "HMP Northmere", start: str = "2026-01-01", end: str = "2030-12-31") -> int:
    return cli.main(["report", "--prison", prison, "--from", start, "--to", end, *more])


def test_a_report_is_json_or_a_table_and_tells_nothing_of_a_few(home: Path, capsys: Said) -> None:
    assert report() == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["prison"], told["people"], told["suppressed_below"]) == ("HMP Northmere", None, 5)
    assert audit(home)[0] == ("report made", ())
    assert report("--as", "csv") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["table,row,column,figure", "report,prison,,HMP Northmere"] and "report,people,,suppressed" in lines
    assert {line.split(",")[0] for line in lines[1:]} == {"report"}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"start": "1 May"}, "--from: is not a day; write it as 2026-12-24"),
        ({"end": "2026-02-30"}, "--to: is not a day"),
        ({"start": "2026-05-02", "end": "2026-05-01"}, "--to: is before --from"),
        ({"prison": "HMP Nowhere"}, "--prison: nobody in the database is in a prison of that name"),
    ],
)
def test_a_wrong_report_is_refused_in_one_line(home: Path, capsys: Said, wrong: dict[str, str], told: str) -> None:
    assert report(**wrong) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"bcst2 report: {told}") and said.err.count("\n") == 1 and said.out == ""
