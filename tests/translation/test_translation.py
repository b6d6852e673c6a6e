"""Free text through a real Argos package (a tiny one made here), and everything that can go wrong with it."""

from __future__ import annotations

import json
import logging
import shutil
import socket
import threading
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cli import main
from bot.translation import translator as module
from bot.translation.argos import split_sentences
from bot.translation.packages import PackageError, add_packages, read_record, verified
from bot.translation.translator import Translator, degenerate
from tests.translation.conftest import POLISH, SPANISH, digest, manifest

Make = Callable[..., Translator]


@pytest.mark.parametrize(("source", "text", "english"), [*(("pl", *one) for one in POLISH), *(("es", *one) for one in SPANISH)])
def test_a_phrase_is_translated_and_says_what_made_it(
    translator: Translator, media: Path, source: str, text: str, english: str
) -> None:
    said = translator.translate(text, source, "en")
    assert (said.text, said.problem, said.original) == (english, "", text)
    assert said.package == f"translate-{source}_en-0_1" and said.version == "0.1" and said.quality in (84, 85)
    assert said.sha256 == digest(media / f"{said.package}.argosmodel")
    assert text not in json.dumps(said.to_json(), ensure_ascii=False)


def test_two_sentences_are_translated_one_by_one(translator: Translator) -> None:
    assert translator.translate("mam długi. szukam pracy.", "pl", "en").text.count("I ") == 2


@pytest.mark.parametrize(("source", "target"), [("pl", "es"), ("en", "pl"), ("cy", "en"), ("pl", "pl"), ("xx", "yy"), ("", "")])
def test_a_pair_without_a_package_never_goes_through_a_third_language(translator: Translator, source: str, target: str) -> None:
    said = translator.translate("mam długi", source, target)
    assert (said.problem, said.text, said.original) == ("no_package", "", "mam długi")
    assert not translator.can(source, target)


def test_a_model_that_does_not_stop_is_not_taken_for_a_translation(translator: Translator) -> None:
    said = translator.translate("nu, nu da nu", "ro", "en")
    assert (said.problem, said.text, said.original) == ("degenerate", "", "nu, nu da nu")


@pytest.mark.parametrize("text", ["", "   ", "12", "?!", "😀😀", "\u0000"])
def test_what_holds_no_letters_is_not_translated(translator: Translator, text: str) -> None:
    assert translator.translate(text, "pl", "en").problem == "empty"


def test_more_words_than_anybody_says_are_not_translated(translator: Translator) -> None:
    assert translator.translate("mam " * 301, "pl", "en").problem == "too_long"


def test_a_late_translation_is_given_up_and_the_words_stay(home: Path, make_translator: Make) -> None:
    slow = make_translator(home)
    one, opened = slow._ready["pl", "en"]

    class Slow:
        def translate(self, text: str) -> str:
            time.sleep(0.6)
            return str(opened.translate(text))

    slow._ready["pl", "en"] = (one, Slow())
    slow._seconds = 0.2
    began = time.monotonic()
    said = slow.translate("mam długi", "pl", "en")
    assert (said.problem, said.original) == ("late", "mam długi")
    assert time.monotonic() - began < 0.5
    # What stood in the queue too long is not worked on any more, and the next one works again.
    assert slow.translate("mam długi", "es", "en").problem == "late"
    time.sleep(0.7)
    slow._seconds = 20.0
    assert slow.translate("no tengo casa", "es", "en").text == "I have no home"


def test_a_translation_that_breaks_keeps_the_words_and_says_nothing_in_a_log(
    home: Path, make_translator: Make, caplog: pytest.LogCaptureFixture
) -> None:
    broken = make_translator(home)
    one, _ = broken._ready["pl", "en"]

    class Broken:
        def translate(self, text: str) -> str:
            raise AttributeError(f"no {text}")

    broken._ready["pl", "en"] = (one, Broken())
    caplog.set_level(logging.DEBUG)
    said = broken.translate("mam długi", "pl", "en")
    assert (said.problem, said.original) == ("failed", "mam długi")
    assert "długi" not in caplog.text


def test_nothing_that_is_said_reaches_a_log(translator: Translator, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in list(logging.Logger.manager.loggerDict):
        if name.startswith("argos"):
            assert logging.getLogger(name).getEffectiveLevel() > logging.CRITICAL
    assert translator.translate("szukam pracy", "pl", "en").text
    assert "szukam" not in caplog.text and "looking" not in caplog.text


def test_nothing_asks_the_network(home: Path, make_translator: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def refuse(self: socket.socket, address: object) -> None:
        asked.append(address)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    one = make_translator(home)
    assert one.problems == []
    assert one.translate("mam długi", "pl", "en").text == "I have debts"
    assert asked == []


def test_many_at_once_get_their_own_words(translator: Translator) -> None:
    wanted = [(text, "pl", english) for text, english in POLISH] + [(text, "es", english) for text, english in SPANISH]
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda one: translator.translate(one[0], one[1], "en").text, wanted * 6))
    assert said == [english for _, _, english in wanted] * 6


def test_first_use_by_many_threads_at_once(home: Path, make_translator: Make) -> None:
    one = make_translator(home)
    barrier = threading.Barrier(6)

    def ask() -> str:
        barrier.wait()
        return one.translate("mam długi", "pl", "en").text

    with ThreadPoolExecutor(6) as pool:
        assert {future.result() for future in [pool.submit(ask) for _ in range(6)]} == {"I have debts"}


def test_damaged_files_are_found_at_start_and_the_rest_works(home: Path, tmp_path: Path, make_translator: Make) -> None:
    copy = tmp_path / "home"
    shutil.copytree(home, copy)
    model = copy / "packages" / "translate-pl_en-0_1" / "model" / "model.bin"
    content = bytearray(model.read_bytes())
    content[5000:6000] = bytes(byte ^ 255 for byte in content[5000:6000])
    model.write_bytes(content)
    (copy / "packages" / "stray").mkdir()
    one = make_translator(copy)
    assert len(one.problems) == 1 and "translate-pl_en-0_1" in one.problems[0] and "add it again" in one.problems[0]
    assert one.translate("mam długi", "pl", "en").problem == "no_package"
    assert one.translate("no tengo casa", "es", "en").text == "I have no home"


def test_a_home_without_packages_or_with_a_broken_record_has_none(tmp_path: Path, make_translator: Make) -> None:
    assert make_translator(tmp_path / "new").pairs() == {}
    (tmp_path / "installed.json").write_text("{", encoding="utf-8")
    assert make_translator(tmp_path).pairs() == {} and list(verified(tmp_path)) == []


def test_one_package_can_be_named_and_a_newer_one_takes_its_place(media: Path, tmp_path: Path) -> None:
    add_packages(media / "translate-pl_en-0_1.argosmodel", tmp_path)
    assert [one.name for one in read_record(tmp_path)] == ["translate-pl_en-0_1"]
    newer = tmp_path / "media"
    newer.mkdir()
    file = newer / "newer.argosmodel"
    shutil.copy(media / "translate-pl_en-0_1.argosmodel", file)
    made = json.loads(manifest(newer, (file, "pl", "en", 90)).read_text(encoding="utf-8"))
    made["packages"][0]["version"] = "0.2"
    (newer / "manifest.json").write_text(json.dumps(made), encoding="utf-8")
    add_packages(newer / "manifest.json", tmp_path)
    assert [(one.name, one.quality) for one in read_record(tmp_path)] == [("translate-pl_en-0_2", 90)]
    assert [folder.name for folder in (tmp_path / "packages").iterdir()] == ["translate-pl_en-0_2"]


def archive(file: Path, *names: str, link: bool = False) -> Path:
    """A zip that holds these names."""
    with zipfile.ZipFile(file, "w") as made:
        for name in names:
            info = zipfile.ZipInfo(name)
            if link:
                info.external_attr = 0o120777 << 16
            made.writestr(info, "{}")
    return file


@pytest.mark.parametrize(
    ("names", "link", "said"),
    [
        (("a/metadata.json", "b/x"), False, "exactly one folder"),
        (("../evil/x",), False, "outside its own folder"),
        (("a/../../evil",), False, "outside its own folder"),
        (("/etc/x",), False, "outside its own folder"),
        (("a\\..\\b",), False, "outside its own folder"),
        (("a/model",), True, "outside its own folder"),
        ((".hidden/x",), False, "exactly one folder"),
        (("a/x",), False, "no metadata.json"),
        ((), False, "is empty"),
    ],
)
def test_a_hostile_archive_is_refused_and_leaves_nothing(tmp_path: Path, names: tuple[str, ...], link: bool, said: str) -> None:
    home = tmp_path / "home"
    file = archive(tmp_path / "x.argosmodel", *names, link=link)
    with pytest.raises(PackageError, match=said):
        add_packages(manifest(tmp_path, (file, "pl", "en", 0)), home)
    assert read_record(home) == [] and list((home / "packages").iterdir()) == []
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sha256": "0" * 64}, "sha256 differs"),
        ({"from": "es"}, "other languages than the manifest"),
        ({"file": "none.argosmodel"}, "cannot be read"),
        ({"file": "../x.argosmodel"}, "no file beside the manifest"),
        ({"version": "../../x"}, "version is a number"),
        ({"from": "Polish"}, "language codes"),
        ({"quality": 101}, "0 to 100"),
        ({"sha256": "abc"}, "64 hexadecimal"),
    ],
)
def test_a_package_that_is_not_what_the_manifest_says_is_refused(
    media: Path,
    tmp_path: Path,
    change: dict[str, object],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copy(media / "translate-pl_en-0_1.argosmodel", tmp_path)
    entry = json.loads((media / "manifest.json").read_text(encoding="utf-8"))["packages"][0]
    made = tmp_path / "manifest.json"
    made.write_text(json.dumps({"packages": [{**entry, **change}]}), encoding="utf-8")
    monkeypatch.setenv("BCST2_HOME", str(tmp_path / "home"))
    assert main(["language", "add", str(made)]) == 2
    shown = capsys.readouterr().err
    assert said in shown and shown.count("\n") == 1
    assert read_record(tmp_path / "home" / "translation") == []


def test_what_is_no_archive_or_no_manifest_is_refused(media: Path, tmp_path: Path) -> None:
    file = tmp_path / "x.argosmodel"
    file.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(PackageError, match="cannot? be unpacked|can be unpacked"):
        add_packages(manifest(tmp_path, (file, "pl", "en", 0)), tmp_path / "home")
    (tmp_path / "manifest.json").write_text("[1]", encoding="utf-8")
    with pytest.raises(PackageError, match="is not a manifest"):
        add_packages(tmp_path / "manifest.json", tmp_path / "home")
    shutil.copy(media / "manifest.json", tmp_path / "manifest.json")
    with pytest.raises(PackageError, match="does not name"):
        add_packages(tmp_path / "other.argosmodel", tmp_path / "home")


def test_the_command_installs_what_the_manifest_names(
    media: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BCST2_HOME", str(tmp_path))
    assert main(["language", "add", str(media / "translate-es_en-0_1.argosmodel")]) == 0
    assert "translate-es_en-0_1: es to en" in capsys.readouterr().err
    assert [one.name for one in read_record(tmp_path / "translation")] == ["translate-es_en-0_1"]


@pytest.mark.parametrize(
    ("original", "said", "wrong"),
    [
        ("mam długi", "I have debts", False),
        ("nie", "no no no", False),
        ("tak", "yes yes yes yes yes yes yes yes", True),
        ("a b c", "the way of the way of the way of the way of the way of the way of", True),
        ("krótko", "x" * 200, True),
        ("ha ha ha", "ha ha ha ha", False),
        ("one two three four", "na" * 60, True),
    ],
)
def test_going_round_in_circles_is_told_from_talking(original: str, said: str, wrong: bool) -> None:
    assert degenerate(original, said) is wrong


@given(
    st.lists(
        st.sampled_from(["I", "am", "at", "my", "mum's", "flat", "in", "Leeds", "and", "owe", "rent", "no"]),
        max_size=40,
        unique=True,
    )
)
def test_words_that_do_not_repeat_are_never_degenerate(words: list[str]) -> None:
    assert not degenerate(" ".join(words), " ".join(words))


@settings(max_examples=60)
@given(st.text(max_size=1500))
def test_splitting_loses_no_word(text: str) -> None:
    assert "".join("".join(split_sentences(text)).split()) == "".join(text.replace("\u200c", " ").split())
    assert all(0 < len(sentence) <= 400 for sentence in split_sentences(text))


def test_the_time_it_may_take_is_short_enough_to_wait_for() -> None:
    assert 1 <= module.SECONDS <= 5
