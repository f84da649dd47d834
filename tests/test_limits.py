"""How often a visitor may ask: a window that slides, visitors told apart, nothing kept."""

import threading

from ui.limits import ADDRESS_FACTOR, MAX_VISITORS, Allowance, Limiter, Visitors


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_window_slides() -> None:
    clock = Clock()
    limiter = Limiter(2, 60, clock)
    assert limiter.admit("a") == 0
    clock.now += 30
    assert limiter.admit("a") == 0
    assert limiter.admit("a") == 30
    clock.now += 29.5
    assert limiter.admit("a") == 1
    clock.now += 0.5
    assert limiter.admit("a") == 0
    assert limiter.admit("a") == 30


def test_a_refused_question_is_not_counted() -> None:
    clock = Clock()
    limiter = Limiter(1, 60, clock)
    limiter.admit("a")
    for _ in range(10):
        clock.now += 5
        assert limiter.admit("a") > 0
    clock.now += 10
    assert limiter.admit("a") == 0


def test_visitors_do_not_share() -> None:
    limiter = Limiter(1, 60, Clock())
    assert [limiter.admit(key) for key in "abab"] == [0, 0, 60, 60]


def test_visitors_are_forgotten_after_the_window() -> None:
    clock = Clock()
    limiter = Limiter(5, 60, clock)
    for number in range(100):
        limiter.admit(str(number))
    clock.now += 61
    limiter.admit("new")
    assert len(limiter) == 1


def test_no_more_visitors_are_remembered_than_fit() -> None:
    limiter = Limiter(5, 60, Clock())
    for number in range(MAX_VISITORS + 50):
        limiter.admit(str(number))
    assert len(limiter) <= MAX_VISITORS + 1


def test_threads_are_counted_exactly() -> None:
    limiter = Limiter(100, 60, Clock())
    admitted: list[int] = []
    threads = [
        threading.Thread(target=lambda: admitted.extend(limiter.admit("a") == 0 for _ in range(50))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(admitted) == 100


def test_people_behind_one_address_are_told_apart_by_their_cookie() -> None:
    visitors = Visitors(1, Clock())
    first, second = visitors.issue(), visitors.issue()
    assert visitors.admit(first, "10.0.0.1") == 0
    assert visitors.admit(second, "10.0.0.1") == 0
    assert visitors.admit(first, "10.0.0.1") == 60


def test_an_invented_cookie_counts_as_none() -> None:
    visitors = Visitors(1, Clock())
    assert not visitors.known("") and not visitors.known("name.signature") and not visitors.known("名字.签名")
    assert visitors.known(visitors.issue())
    assert not Visitors(1).known(visitors.issue())
    assert [visitors.admit(f"invented.{n}", "10.0.0.1") for n in range(2)] == [0, 60]


def test_a_new_cookie_for_every_question_does_not_pay() -> None:
    visitors = Visitors(1, Clock())
    waits = [visitors.admit(visitors.issue(), "10.0.0.1") for _ in range(ADDRESS_FACTOR + 1)]
    assert waits == [0] * ADDRESS_FACTOR + [60]


def test_each_thing_a_visitor_does_has_an_allowance_of_its_own() -> None:
    clock = Clock()
    visitors = Visitors(1, clock)
    verdicts, leads = Allowance(visitors, 2, 60, clock), Allowance(visitors, 1, 3600, clock)
    cookie = visitors.issue()
    assert [verdicts.admit(cookie, "a") for _ in range(3)] == [0, 0, 60]
    assert [leads.admit(cookie, "a") for _ in range(2)] == [0, 3600]
    assert visitors.admit(cookie, "a") == 0
    assert leads.admit(visitors.issue(), "a") == 0
    assert leads.admit("not ours", "b") == 0 and leads.admit("nor this", "b") == 3600
