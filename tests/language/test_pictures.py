"""The list of pictures: every one is there, used, small, a plain drawing, and tells nothing beside a private question."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.interview.definitions import Interview
from bot.interview.loading import DATA, load_interview
from bot.interview.yamlfile import ContentError
from bot.language.pictures import FILE, FOLDER, LARGEST, check_pictures, load_pictures, pictures_within
from bot.plan.definitions import PATHWAYS
from bot.plan.loading import load_plan

ACTIVITIES = {activity.id for activity in load_plan().activities.values() if not activity.sensitive}


@pytest.fixture(scope="module")
def interview() -> Interview:
    return load_interview()


@dataclass
class Spoilt:
    """A copy of the list and of the pictures, to spoil."""

    interview: Interview
    root: Path
    folder: Path

    def write(self, old: str, new: str) -> None:
        text = (self.root / FILE).read_text(encoding="utf-8")
        assert old in text, old
        (self.root / FILE).write_text(text.replace(old, new, 1), encoding="utf-8")

    def wrong(self) -> list[str]:
        return check_pictures(self.interview, PATHWAYS, ACTIVITIES, self.root, self.folder)


@pytest.fixture
def spoilt(tmp_path: Path, interview: Interview) -> Spoilt:
    for name in (FILE, "commands.yml"):
        shutil.copy(DATA / name, tmp_path / name)
    made = Spoilt(interview, tmp_path, shutil.copytree(FOLDER, tmp_path / "pictures"))
    assert made.wrong() == []
    return made


def test_every_question_has_a_picture_and_private_ones_a_neutral_one(interview: Interview) -> None:
    pictures = load_pictures()
    for question in interview.questions:
        found = pictures.question(question)
        assert (FOLDER / f"{found}.svg").is_file(), question.id
        if question.sensitive or question.section == "safety":
            assert found in ("talk", "people", "phone"), question.id
            assert not any(pictures.option(question.id, option.id) for option in question.options)
        if {option.id for option in question.options} == {"yes", "no"}:
            assert not any(pictures.option(question.id, option.id) for option in question.options), "neither is the right one"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("  women_offer: people", "  women_offfer: people", "questions names 'women_offfer'"),
        ("  women_offer: people", "  women_offer: peeple", "'women_offer' has the picture 'peeple'"),
        ("{things_to_store: box, pets: dog}", "{things_to_store: box, dogs: dog}", "'things_and_pets' has no option 'dogs'"),
        ("buttons: {refuse: stop", "buttons: {refused: stop", "buttons names 'refused'"),
        ("finishing: plan}", "ending: plan}", "sections has no picture for 'finishing'"),
        ("ttg_support: help, ", "", "pathways has no picture for 'ttg_support'"),
        ("faith: {openmoji: 1F6D0, because: ", "faith: {openmoji: 1F6D0, why: ", "'faith' should say its 'openmoji' code and"),
        ("  other_support: {faith: faith}\n", "", "'faith' stands beside nothing"),
        ("  gang: talk", "  gang: people_in_a_gang", "'gang' has the picture 'people_in_a_gang'"),
        ("  gang: talk", "  gang: stop", "'gang' is private and has the picture 'stop'; choose from people, phone, talk"),
        ("safety: talk, finishing", "safety: stop, finishing", "'hurt_ever' is private and has the picture 'stop'"),
        ("  felt_safe: talk\n", "", "'felt_safe' is private and has the picture 'plan'"),
        ("options:\n", "options:\n  sex_work_now: {now: clock}\n", "the answers of 'sex_work_now' are private"),
        ("sex_work: talk}", "sex_work: money}", "the pathway 'sex_work' is private"),
        ("  pictures: [talk, people, phone]", "  pictures: [talk, people, phone, hand]", "private allows 'hand'"),
        ("  also: [emotions", "  also: [feelings", "private names 'feelings'"),
        ("sections: {", "sections: [", "mend the YAML there"),
        ("options:\n", "options: none\nmore:\n", "'options' should be a mapping"),
        ("  other_support: {faith: faith}", "  other_support: faith", "'other_support' should map its options"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_list_is_named_with_its_line(spoilt: Spoilt, old: str, new: str, says: str) -> None:
    spoilt.write(old, new)
    found = spoilt.wrong()
    assert any(says in line for line in found), found
    assert all(line.split(":")[0].endswith(FILE) and line.split(":")[1].isdigit() for line in found)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: (folder / "talk.svg").unlink(), "'talk' has no file that can be read; put talk.svg into pictures"),
        (lambda folder: (folder / "talk.svg").write_bytes(b"\xff\xfe"), "'talk' has no file that can be read"),
        (lambda folder: (folder / "gun.svg").write_text("<svg/>"), "gun.svg: nobody uses it"),
        (lambda folder: (folder / "talk.svg").write_text("<svg>" + " " * LARGEST), "at most 10240"),
        (lambda folder: (folder / "talk.svg").write_text("<svg><script>1</script></svg>"), "'talk' is not a plain drawing"),
        (lambda folder: (folder / "talk.svg").write_text('<svg><use href="x"/></svg>'), "'talk' is not a plain drawing"),
        (lambda folder: (folder / "talk.svg").write_text("words"), "'talk' is not a plain drawing"),
        (lambda folder: (folder / "LICENSE.txt").unlink(), "LICENSE.txt: is not there"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(spoilt: Spoilt, spoil: Callable[[Path], object], says: str) -> None:
    spoil(spoilt.folder)
    (line,) = spoilt.wrong()
    assert says in line


def test_a_list_that_cannot_be_read_is_one_line(tmp_path: Path, interview: Interview) -> None:
    with pytest.raises(ContentError):
        load_pictures(tmp_path)
    assert len(check_pictures(interview, PATHWAYS, ACTIVITIES, tmp_path)) == 1


def test_pictures_for_paper_are_in_the_paper_itself() -> None:
    found = pictures_within()
    assert set(found) == {f"topic_{pathway}" for pathway in PATHWAYS} | {f"activity_{activity}" for activity in ACTIVITIES}
    assert all(address.startswith("data:image/svg+xml;base64,") and len(address) < 15_000 for address in found.values())
    assert found["topic_sex_work"] == found["topic_domestic_abuse"]


def test_whose_they_are_is_beside_them() -> None:
    text = (FOLDER / "LICENSE.txt").read_text(encoding="utf-8")
    assert "All emojis designed by OpenMoji" in text and "Attribution-ShareAlike 4.0 International" in text
