from __future__ import annotations

from bot.interview.answers import Answer
from bot.interview.exchange import IN_PASSING
from bot.store.cache import Cache, Known


def test_later_rows_make_a_new_picture_and_leave_the_old() -> None:
    one = Known().plus([(1, Answer("q", text="one")), (3, Answer("r"))])
    two = one.plus([(4, Answer("q", text="two"))])
    assert (one.newest, one.answers["q"].text, one.newest_for) == (3, "one", {"q": 1, "r": 3})
    assert (two.newest, two.answers["q"].text, two.newest_for) == (4, "two", {"q": 4, "r": 3})


def test_a_question_that_was_ever_asked_stays_so() -> None:
    one = Known().plus([(1, Answer("q")), (2, Answer("r"))], [("q", "kiosk", IN_PASSING), ("r", "kiosk", "button")])
    assert one.in_passing == {"q"}
    two = one.plus([(3, Answer("q"))], [("q", "worker", "button")])
    assert one.plus([(3, Answer("r"))]).in_passing == {"q"} and two.in_passing == frozenset()
    assert two.modes == {"q": {"kiosk", "worker"}, "r": {"kiosk"}}


def test_the_cache_never_goes_back() -> None:
    cache = Cache()
    cache.put("a", Known(newest=2))
    cache.put("a", Known(newest=1))
    assert cache.get("a") == Known(newest=2)
    assert cache.get("b") is None


def test_the_interview_used_longest_ago_goes_first() -> None:
    cache = Cache(size=2)
    cache.put("a", Known())
    cache.put("b", Known())
    cache.get("a")
    cache.put("c", Known())
    assert (cache.get("b"), cache.get("a"), cache.get("c")) == (None, Known(), Known())
