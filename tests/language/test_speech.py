"""Reading aloud: by espeak-ng where it is, and without it nothing breaks."""

from __future__ import annotations

import io
import shutil
import stat
import wave
from pathlib import Path

import pytest

from bot.language.languages import load_languages
from bot.language.speech import LONGEST, Speech, pieces

VOICES = {language.code: language.speech for language in load_languages().values() if language.speech}
needs_espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")


def program(folder: Path, script: str) -> str:
    """A stand-in for espeak-ng."""
    file = folder / "espeak"
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return str(file)


@needs_espeak
@pytest.mark.parametrize("language", sorted(VOICES))
def test_every_voice_named_in_languages_can_speak(tmp_path: Path, language: str) -> None:
    speech = Speech(tmp_path, VOICES)
    name = speech.name(load_languages()[language].name, language)
    assert name is not None
    sound = speech.sound(name)
    assert sound is not None
    with wave.open(io.BytesIO(sound)) as made:
        assert made.getframerate() >= 16000


@needs_espeak
def test_slow_takes_longer_than_quick(tmp_path: Path) -> None:
    speech = Speech(tmp_path, VOICES)
    text = "Where did you live before you came to prison?"
    sounds = [speech.sound(str(speech.name(text, "en", speed))) for speed in ("slow", "quick")]
    assert sounds[0] is not None and sounds[1] is not None and len(sounds[0]) > 1.2 * len(sounds[1])


def test_languages_without_a_voice_have_no_button(tmp_path: Path) -> None:
    speech = Speech(tmp_path, VOICES, program(tmp_path, "exit 0"))
    assert speech.name("Soomaali", "so") is None and not speech.can("ckb") and speech.can("pl")
    without = Speech(tmp_path, VOICES)
    without._program = None
    assert without.name("Hello", "en") is None and not without.can("en")


def test_a_name_tells_nothing_and_means_nothing_elsewhere(tmp_path: Path) -> None:
    sound = program(tmp_path, 'cat >/dev/null; printf "RIFF%060d" 1')
    one, other = Speech(tmp_path, VOICES, sound), Speech(tmp_path, VOICES, sound)
    name = one.name("Do you feel safe?", "en")
    assert name is not None and one.sound(name) is not None
    assert other.sound(name) is None and one.sound("0" * 32) is None and one.sound("../../etc/passwd") is None
    assert one.name("Do you feel safe?", "en") == name != other.name("Do you feel safe?", "en")


def test_fixed_texts_are_kept_and_answers_are_not(tmp_path: Path) -> None:
    folder = tmp_path / "speech"
    speech = Speech(folder, VOICES, program(tmp_path, 'cat >/dev/null; printf "RIFF%060d" 1'))
    assert speech.sound(str(speech.name("my words", "en", fixed=False))) is not None
    assert not folder.exists()
    assert speech.prepare(["Where?", " ", "Why?"], "en") == 2
    assert len(list((folder / "en").iterdir())) == 2
    speech._program = program(tmp_path, "exit 1")
    assert speech.sound(str(speech.name("Where?", "en"))) is not None  # from what is kept
    assert speech.sound(str(speech.name("New?", "en"))) is None


@pytest.mark.parametrize("script", ["exit 1", "printf nothing", "sleep 0; printf RIFF"])
def test_a_program_that_fails_makes_no_sound_and_leaves_nothing(tmp_path: Path, script: str) -> None:
    speech = Speech(tmp_path / "speech", VOICES, program(tmp_path, script))
    assert speech.sound(str(speech.name("Where?", "en"))) is None
    assert not (tmp_path / "speech").exists()


def test_the_words_go_in_by_a_pipe_and_not_as_an_argument(tmp_path: Path) -> None:
    script = f'printf "%s " "$@" > {tmp_path}/args; cat > {tmp_path}/in; printf "RIFF%060d" 1'
    speech = Speech(tmp_path / "speech", VOICES, program(tmp_path, script))
    assert speech.sound(str(speech.name("-w /etc/x $(touch y)  and\nmore", "en", fixed=False))) is not None
    assert (tmp_path / "in").read_text(encoding="utf-8") == "-w /etc/x $(touch y) and more"
    assert "touch" not in (tmp_path / "args").read_text(encoding="utf-8")


def test_very_long_texts_are_cut(tmp_path: Path) -> None:
    speech = Speech(tmp_path / "speech", VOICES, program(tmp_path, f'cat > {tmp_path}/in; printf "RIFF%060d" 1'))
    assert speech.sound(str(speech.name("word " * 2000, "en", fixed=False))) is not None
    assert len((tmp_path / "in").read_text(encoding="utf-8")) <= LONGEST


def test_what_is_too_long_for_one_sound_is_read_in_pieces_and_nothing_is_left_out() -> None:
    rows = [f"Question {number}? " + "many words " * 40 for number in range(12)]
    found = pieces([*rows, "x" * (LONGEST + 5), ""])
    assert 1 < len(found) < len(rows) and all(len(piece) <= LONGEST for piece in found)
    assert "".join("".join(found).split()) == "".join("".join(rows).split()) + "x" * (LONGEST + 5)
    assert pieces([]) == []
