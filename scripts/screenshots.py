"""``make screenshots``: pictures of the main pages into docs/images, from a demonstration with made-up people only.

It starts ``bcst2 serve --demo`` on a scratch home and free ports, answers some interviews through the pages' API, opens the
pages in headless Chromium and stops everything again. A picture is what fits on the screen that the page is for: a tablet,
a cell's laptop, a desk. ``make screenshots ARGS="--only kiosk"`` takes those whose name holds a word; ``--out FOLDER`` puts them
elsewhere.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, sync_playwright

from bot.commands import UserError
from bot.interview.loading import load_interview
from bot.rehearsal.browser import Browser
from bot.rehearsal.moves import JourneyFailed
from bot.rehearsal.servers import Servers
from bot.settings import ROOT

MOST_BYTES = 150_000
TABLET = {"width": 1180, "height": 820}
IN_CELL = {"width": 1366, "height": 768}
DESK = {"width": 1280, "height": 900}
PIN = "4827"
# What the made-up people say where it matters; to everything else "right", "none" or "no".
HOMELESS = {
    "consent_go_on": "yes", "where_lived": "private_rented", "where_will_live": "nowhere", "duty_to_refer_consent": "yes",
    "help_accommodation": "find_home", "debts": "yes", "debt_kinds": "rent", "help_finance": "debt_advice", "drugs": "yes",
    "drugs_help": "outside", "share_with_services": "yes", "share_with_officer": "yes",
}  # fmt: skip
ALONE = {"consent_go_on": "yes", "who_is_here": "alone", "safety_room": "private"}
PAPER = "/people/{person}/papers/{what}?kind=plan-pdf"
MOST_TURNS = 250


class Photographer:
    """The demonstration, what has been said in it, and the browser that looks at it."""

    def __init__(self, servers: Servers, chromium: Chromium, out: Path, only: str) -> None:
        self.servers, self.chromium, self.out, self.only = servers, chromium, out, only
        self.api = Browser(servers).sign_in()
        self.people = {person.name.split()[0]: person for person in servers.store.people()}
        self.sections = {question.id: question.section for question in load_interview().questions}
        self.taken: list[Path] = []

    def interview(self, name: str, said: dict[str, str], until: str = "", **start: Any) -> str:
        """Start an interview with somebody and answer it, to a question or section, or to its end; its id."""
        state = self.api.start(self.people[name].id, **start)
        interview = str(state["interview"]["id"])
        for _ in range(MOST_TURNS):
            question = state.get("question")
            if state["complete"] or question is None or until in (question["id"], self.section(question["id"])):
                break
            reply = self.api.turn(state, **spoken(question, said))
            state = self.api.state(interview) if reply.status == 422 else dict(self.api.wanted(reply).body)
        return interview

    def section(self, question: str) -> str:
        """The section that a question belongs to."""
        return self.sections[question]

    def desk(self, user: str, size: dict[str, int]) -> Page:
        """A window in which somebody of the demonstration is signed in."""
        page = self.screen(size)
        page.goto("/sign-in")
        page.fill("#username", user)
        page.fill("#password", self.servers.sign_in()[1])
        page.click("main button")
        page.wait_for_load_state()
        return page

    def screen(self, size: dict[str, int]) -> Page:
        """A window in which nobody is signed in."""
        context = self.chromium.new_context(base_url=self.servers.url, viewport=size, reduced_motion="reduce")  # type: ignore[arg-type]
        context.set_default_timeout(30_000)
        return context.new_page()

    def take(self, name: str, page: Page) -> None:
        """The picture of what is on the screen."""
        if self.only not in name:
            return
        if page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus") >= 400:
            raise UserError(f"{name}: the page says {page.inner_text('h1')!r}")
        page.evaluate("document.activeElement?.blur()")
        page.wait_for_timeout(200)
        file = self.out / f"{name}.png"
        page.screenshot(path=str(file))
        smaller(file)
        size = file.stat().st_size
        if size > MOST_BYTES:
            raise UserError(f"{file.name} has {size:,} bytes; at most {MOST_BYTES:,}: show less of the page")
        self.taken.append(file)
        say(f"{file.name} ({size / 1000:.0f} KB)")


def smaller(file: Path) -> None:
    """Keep a picture with 256 colours: a page has no more that anybody would miss."""
    with Image.open(file) as picture:
        few = picture.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    few.save(file, optimize=True)


def say(text: str) -> None:
    """Progress."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def spoken(question: dict[str, Any], said: dict[str, str]) -> dict[str, Any]:
    """What is posted for a question."""
    options = [option["id"] for option in question["options"]]
    if question["kind"] in ("one", "many"):
        wanted = (said.get(question["id"], ""), "right", "none", "no")
        return {"options": [next((each for each in wanted if each in options), options[-1])]}
    if question["kind"] == "address":
        return {"parts": {"line1": "14 Mill Lane", "town": "Leeds"}}
    words = {"scale": "7", "number": "3", "date": "24/12/2027"}.get(
        question["kind"], said.get(question["id"], "Nothing more, thank you")
    )
    return {"text": words}


def staff(camera: Photographer) -> None:
    """What a worker sees."""
    daniel = camera.people["Daniel"].id
    camera.interview("Daniel", HOMELESS)
    lee = camera.interview("Lee", ALONE, "where_lived")
    camera.api.wanted(camera.api.turn(camera.api.state(lee), do="person"))
    polish = camera.interview("Andrei", ALONE, "where_lived", language="pl")
    arabic = camera.interview("Imran", ALONE, "where_lived", language="ar", level="easy")
    page = camera.desk("worker", TABLET)
    for name, path in {
        "cases": "/cases", "person": f"/people/{daniel}", "together-polish": f"/interviews/{polish}", "alerts": "/alerts",
        "together-arabic": f"/interviews/{arabic}", "plan": f"/people/{daniel}/plan",
    }.items():  # fmt: skip
        page.goto(path)
        camera.take(name, page)
    paper(camera, page, daniel)


def office(camera: Photographer) -> None:
    """What an administrator sees."""
    page = camera.desk("administrator", DESK)
    for name, path in {"users": "/admin/users", "audit": "/admin/audit"}.items():
        page.goto(path)
        camera.take(name, page)


def paper(camera: Photographer, page: Page, person: str) -> None:
    """The first page of the printed plan: the paper itself where pdftoppm is here, else its preview."""
    if camera.only not in "paper":
        return
    answer = page.request.get(PAPER.format(person=person, what="file"))
    if shutil.which("pdftoppm") is None or not answer.body().startswith(b"%PDF"):
        say(f"paper: {answer.status}, the preview instead")
        page.goto(PAPER.format(person=person, what="preview"))
        camera.take("paper", page)
        return
    made = camera.servers.home / "plan.pdf"
    made.write_bytes(answer.body())
    target = camera.out / "paper"
    subprocess.run(["pdftoppm", "-png", "-singlefile", "-r", "65", str(made), str(target)], check=True)
    smaller(target.with_suffix(".png"))
    camera.taken.append(target.with_suffix(".png"))
    say(f"paper.png ({target.with_suffix('.png').stat().st_size / 1000:.0f} KB)")


def kiosk(camera: Photographer) -> None:
    """What a person alone sees."""
    store = camera.servers.store
    worker = next(user.id for user in store.users() if user.username == "worker")

    def come_in(interview: str) -> Page:
        page = camera.screen(IN_CELL)
        page.goto("/kiosk")
        page.fill("#code", store.issue_code(interview, worker)[1])
        press(page, "Continue")
        page.fill("#pin", PIN)
        page.fill("#again", PIN)
        press(page, "Continue")
        return page

    page = camera.screen(IN_CELL)
    page.goto("/kiosk")
    camera.take("kiosk-code", page)
    tyler = camera.interview("Tyler", ALONE, "where_lived", mode="kiosk")
    page = come_in(tyler)
    camera.take("kiosk-number", page)
    page.goto(f"/interviews/{tyler}/languages")
    camera.take("kiosk-language", page)
    page.goto(f"/interviews/{tyler}")
    camera.take("kiosk-question", page)
    page.goto(f"/interviews/{tyler}/adjust")
    for name in ("easy", "pictures", "bigger"):
        page.check(f"#adjust-{name}")
    camera.take("kiosk-adjust", page)
    press_first(page)
    camera.take("kiosk-easy", page)
    page.goto(f"/interviews/{tyler}/support")
    camera.take("kiosk-support", page)
    gareth = camera.interview("Gareth", ALONE, "safety", mode="kiosk")
    page = come_in(gareth)
    page.goto(f"/interviews/{gareth}")
    camera.take("kiosk-private", page)
    press(page, "Go on to this part")
    camera.take("kiosk-private-question", page)
    page.goto("/away")
    camera.take("kiosk-away", page)
    rhys = camera.interview("Rhys", ALONE, mode="kiosk")
    page = come_in(rhys)
    page.goto(f"/interviews/{rhys}")
    camera.take("kiosk-ending", page)


def press(page: Page, label: str) -> None:
    """Press a button and wait for the page after it."""
    with page.expect_navigation():
        page.get_by_role("button", name=label, exact=True).first.click()


def press_first(page: Page) -> None:
    """Press the page's own button."""
    with page.expect_navigation():
        page.locator("main button.govuk-button").first.click()


def main() -> int:
    """Take them; 0 done, 2 not possible."""
    parser = argparse.ArgumentParser(prog="make screenshots", description=(__doc__ or "").splitlines()[0], allow_abbrev=False)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "images", metavar="FOLDER")
    parser.add_argument("--only", default="", metavar="WORD", help="those whose name holds this word")
    args = parser.parse_args()
    program = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
    if program is None:
        print("screenshots: there is no chromium here; run scripts/system test", file=sys.stderr)
        return 2
    args.out.mkdir(parents=True, exist_ok=True)
    parts = [kiosk, office, staff]
    if args.only:
        parts = [kiosk if args.only.startswith("kiosk") else office if args.only in ("users", "audit") else staff]
    try:
        with Servers(say=say) as servers, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=program, args=["--headless", "--no-sandbox", "--disable-gpu"])
            camera = Photographer(servers, chromium, args.out.resolve(), args.only)
            for part in parts:
                part(camera)
            chromium.close()
    except (UserError, JourneyFailed) as error:
        print(f"screenshots: {error}", file=sys.stderr)
        return 2
    return 0 if camera.taken else 2


if __name__ == "__main__":
    raise SystemExit(main())
