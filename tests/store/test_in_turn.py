"""Those who write wait in the order they came."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from bot.store.errors import StoreBusy
from bot.store.in_turn import InTurn


def test_first_come_first_served() -> None:
    line, order = InTurn(), []

    def wait(number: int) -> None:
        with line.turn(10):
            order.append(number)

    with line.turn(1):
        threads = []
        for number in range(20):
            threads.append(threading.Thread(target=wait, args=(number,)))
            threads[-1].start()
            _until(lambda number=number: len(line._waiting) == number + 1)
        assert order == []
    for thread in threads:
        thread.join()
    assert order == list(range(20))


def test_one_who_comes_again_and_again_does_not_shut_out_another() -> None:
    line, stop = InTurn(), threading.Event()

    def greedy() -> None:
        while not stop.is_set():
            with line.turn(10):
                time.sleep(0.001)

    thread = threading.Thread(target=greedy)
    thread.start()
    try:
        for _ in range(20):
            began = time.monotonic()
            with line.turn(1):
                assert time.monotonic() - began < 0.5
    finally:
        stop.set()
        thread.join()


def test_who_waited_too_long_is_told_and_does_not_hold_up_the_others() -> None:
    line = InTurn()
    with line.turn(1):
        with pytest.raises(StoreBusy, match="nothing was written"), line.turn(0.05):
            raise AssertionError("two held it at once")
        assert not line._waiting
    with line.turn(0.1):
        pass


def test_a_failure_inside_hands_the_turn_on() -> None:
    line = InTurn()
    with pytest.raises(KeyError), line.turn(1):
        raise KeyError
    with line.turn(0.1):
        pass


def _until(true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if true():
            return
        time.sleep(0.001)
    raise AssertionError("it never came")
