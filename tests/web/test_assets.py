"""What the pages are made from, and that they ask nobody else for anything."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from bot.interview.yamlfile import read_yaml
from bot.settings import ROOT
from bot.web.phrases import FILE, Phrases

BUILT = ROOT / "bot" / "web" / "static" / "built" / "pages.css"
TEMPLATES = ROOT / "bot" / "web" / "templates"


def test_the_lock_names_no_registry() -> None:
    text = (ROOT / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    assert not [name for name, package in packages.items() if "resolved" in package]
    assert all("integrity" in package for name, package in packages.items() if name)
    hosts = set(re.findall(r"https?://([^/\"]+)", text))
    assert not [host for host in hosts if "registry" in host or "npm" in host]
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text()


def test_versions_are_pinned() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    for version in (*package["dependencies"].values(), *package["devDependencies"].values()):
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)


@pytest.mark.skipif(not BUILT.exists(), reason="the style sheet is not made here: run scripts/assets")
def test_the_style_sheet_asks_for_nothing() -> None:
    text = BUILT.read_text()
    assert "GDS Transport" not in text
    assert "@font-face" not in text
    assert not re.search(r"url\((?!['\"]?data:)", text)
    assert not re.search(r"https?://[a-z]", text)


@pytest.mark.skipif(not BUILT.exists(), reason="the style sheet is not made here: run scripts/assets")
def test_making_the_assets_again_does_nothing() -> None:
    before = BUILT.stat().st_mtime_ns
    done = subprocess.run([ROOT / "scripts" / "assets"], capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    assert BUILT.stat().st_mtime_ns == before


def test_our_own_styles_turn_round_with_the_language() -> None:
    text = "".join(
        (ROOT / "bot" / "web" / "styles" / name).read_text() for name in ("_own.scss", "_cases.scss", "_plan.scss", "_kiosk.scss")
    )
    assert not re.search(r"(margin|padding|border)-(left|right|top|bottom)|\b(left|right):|text-align: (left|right)|float:", text)


def test_the_script_is_small_and_alone() -> None:
    text = (ROOT / "bot" / "web" / "static" / "pages.js").read_text()
    assert len(text) < 8000
    assert "http" not in text
    assert "innerHTML" not in text


def test_every_phrase_a_template_uses_is_there_in_both_levels() -> None:
    english = read_yaml(FILE)["phrases"]
    used, mentioned = set(), set()
    for path in TEMPLATES.rglob("*.html"):
        text = path.read_text()
        used |= set(re.findall(r"(?:say|phrase)\('(\w+)'", text))
        mentioned |= set(re.findall(r"'(\w+)'", text))
    for path in (ROOT / "bot" / "web").rglob("*.py"):
        used |= {name for name in re.findall(r'"(\w+)"', path.read_text()) if "_" in name and name in english}
    used |= {name for name in english if re.match("(code|pin|contact)_", name)}
    used |= {f"{kind}_title" for kind in ("say_more", "paused", "finished")} | {"line1", "line2", "town", "county", "postcode"}
    assert used <= set(english)
    assert all(set(levels) == {"plain", "easy"} for levels in english.values())
    extra = (
        set(english) - used - mentioned - {"private_title", "restored", "restored_not", "not_taken", "not_taken_why", "part_later"}
    )
    assert not extra, f"phrases that nothing uses: {sorted(extra)}"


def test_phrases_are_filled_in_and_looked_up(tmp_path: Path) -> None:
    phrases = Phrases(
        lookup=lambda language, level, context: f"{language} {level} {context} {{part}}" if language == "cy" else None
    )
    assert phrases.say("part", part=2, parts=7) == "Part 2 of 7"
    assert phrases.say("part", "cy", "easy", part=2, parts=7) == "cy easy page.part 2"
    assert phrases.say("continue", "pl") == "Continue"
    with pytest.raises(KeyError):
        phrases.say("nothing")
