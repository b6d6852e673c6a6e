"""What a language costs (``python -m bench.languages``): a page in it beside the English one, and other people's turns while
somebody's own words are translated by a package of real size. Ratios of one run, so a busy machine shifts both sides.

The dialogue is the tests' stand-in for Rasa: what is measured is the page's own part.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.big_package import WORDS_SAID, make_big_package
from bench.measure import percentile
from bot.interview.loading import load_interview
from bot.language.catalogue import Catalogues
from bot.language.languages import ENGLISH, load_languages
from bot.language.wording import Wording
from bot.settings import read_settings
from bot.store.demo import fill_demo
from bot.store.store import Store
from bot.translation.packages import add_packages
from tests.web.conftest import PASSWORD, Browser, House, answer_until, make_house, web_of

PAGES, TURNS = 60, 60
PAGE_RATIO, TURN_RATIO = 1.1, 1.5


def house_in(folder: Path) -> House:
    """The application over made-up people, with the catalogues."""
    furnished = folder / "furnished"
    furnished.mkdir(mode=0o700)
    settings = read_settings({"BCST2_HOME": str(furnished)})
    with Store.open(settings.database, settings.keys, create_keys=True) as store:
        fill_demo(store, PASSWORD)
    interview = load_interview()
    return make_house(furnished, folder / "home", interview, Wording(interview, lookup=Catalogues().lookup))


def timed(work: Callable[[], Any], clock: Callable[[], float] = time.perf_counter) -> float:
    """Milliseconds."""
    began = clock()
    work()
    return (clock() - began) * 1000


def alone(house: House, row: str) -> Browser:
    """The browser of the person, who has come in with a code."""
    worker = next(user for user in house.store.users() if user.username == "worker")
    browser = house.client()
    browser.get("/kiosk")
    browser.post("/kiosk", {"code": house.store.issue_code(row, worker.id)[1]})
    browser.get("/kiosk/pin")
    browser.post("/kiosk/pin", {"pin": "4827", "again": "4827"})
    assert browser.get(f"/interviews/{row}").status_code == 200
    return browser


def page_times(house: House) -> dict[str, list[float]]:
    """Processor milliseconds of the same question's page in each language, one after the other, again and again.

    The test client answers in this thread, so its processor time is the server's, and others on the machine do not count.
    """
    rows = {}
    for code in load_languages():
        # Alone: beside a worker the page of any language has the English question too, and the English one has not.
        row = house.started("Daniel", language=code, mode="kiosk").id
        answer_until(house, row, lambda step: step.question.id == "where_lived")
        # The newest turn took one answer, as people's turns do.
        answer_until(house, row, lambda step: step.question.id != "where_lived")
        rows[code] = (alone(house, row), row)
        for _ in range(3):
            rows[code][0].get(f"/interviews/{row}")
    times: dict[str, list[float]] = {code: [] for code in rows}
    for _ in range(PAGES):
        for code, (browser, row) in rows.items():
            times[code].append(timed(lambda page=browser.get, row=row: page(f"/interviews/{row}"), time.thread_time))  # type: ignore[misc]
    return times


def turns(house: House, browser: Browser, row: str) -> list[float]:
    """Milliseconds of one person's English turns: the page and the answer, changed back and forth."""
    found = []
    for number in range(TURNS):

        def one(number: int = number) -> None:
            browser.get(f"/interviews/{row}")
            browser.turn(row, option=("hostel", "private_rented")[number % 2], do="answer")
            browser.turn(row, change="where_lived")

        found.append(timed(one))
    return found


@contextmanager
def translating(house: House, seconds: list[float]) -> Iterator[None]:
    """Somebody else's words are put into English all the time meanwhile, as the page does it; how long each took, in ms."""
    stop, tongues = threading.Event(), web_of(house).tongues

    def work() -> None:
        while not stop.is_set():
            seconds.append(timed(lambda: tongues.translate(WORDS_SAID, "pl", "en")))

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def main() -> int:
    """Print the ratios; 1 if one is over its aim."""
    load, over = os.getloadavg()[0], 0
    sys.stdout.write(f"load before the start {load:.1f}; {'figures are rough' if load > 0.5 else 'quiet'}\n")
    with tempfile.TemporaryDirectory(prefix="bcst2-bench-") as name:
        folder = Path(name)
        house = house_in(folder)
        times = page_times(house)
        english = statistics.median(times[ENGLISH])
        for code, found in times.items():
            ratio = statistics.median(found) / english
            over += ratio > PAGE_RATIO
            sys.stdout.write(f"page in {code:4} median {statistics.median(found):6.1f} ms, {ratio:.2f} of the English one\n")
        manifest, parameters = make_big_package(folder / "media", "pl", "en")
        add_packages(manifest, house.settings.home / "translation")
        tongues = web_of(house).tongues
        tongues.warm_up()
        sys.stdout.write(f"package of {parameters / 1e6:.0f} M parameters; {tongues.translator.problems or 'opened'}\n")
        browser = house.signed_in()
        row = house.started("Lee").id
        answer_until(house, row, lambda step: step.question.id == "where_lived")
        turns(house, browser, row)
        made: list[float] = []
        alone, beside = [], []
        for _ in range(2):
            alone += turns(house, browser, row)
            with translating(house, made):
                beside += turns(house, browser, row)
        ratio = percentile(beside, 95) / percentile(alone, 95)
        over += ratio > TURN_RATIO
        sys.stdout.write(
            f"turns of others, p95: {percentile(alone, 95):.0f} ms alone, {percentile(beside, 95):.0f} ms beside "
            f"{len(made)} translations of {len(WORDS_SAID.split())} words "
            f"(median {statistics.median(made):.0f} ms each): {ratio:.2f} times\n"
        )
        house.store.close()
    return 1 if over else 0


if __name__ == "__main__":
    raise SystemExit(main())
