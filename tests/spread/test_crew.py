"""What a crew makes of its pieces is what one thread would, whoever does them, and nobody is left behind."""

from __future__ import annotations

import gc
import multiprocessing
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from prsim.spread import crew as C
from prsim.spread.atomics import breathe, exchange_if, give_way, publish, seen
from prsim.spread.compiled import address_of, fitted, kernel
from prsim.spread.crew import ROUND, Crew, begun_at, is_free, new_board, obtain, post, take_off
from prsim.spread.handed import Handed, taken

WIDE = 8  # numbers of a piece
PLACES = 20  # of a plan
PATIENT_S = 60.0  # longer than anything here takes


class Refused(Exception):
    """A piece cannot be done."""


@kernel(apart=True)
def multiply(place, room, rest):  # type: ignore[no-untyped-def]
    """Do a piece: numbers that follow from what stands at its place; by others than the leader, if they are able."""
    _, table, rooms, _, toil = taken(rest)
    if room // ROUND >= toil[0]:
        raise Refused
    for _ in range(toil[1]):  # it takes some time
        breathe()
    x = table[place]
    for k in range(WIDE):
        rooms[room, k] = x
        x = x * np.int64(6364136223846793005) + np.int64(1442695040888963407)
    return True


@kernel(nogil=True)
def lead(address, plans, many, rest):  # type: ignore[no-untyped-def]
    """Post plans of pieces that depend on all that was taken in before, and take them in; return what comes of it."""
    board, table, rooms, begun, _ = taken(rest)
    total = np.int64(1)
    for plan in range(plans):
        window = 0
        while not is_free(board, window * PLACES, PLACES):
            window += 1
        for x in range(many):
            table[window * PLACES + x] = total ^ (plan * PLACES + x)
        post(board, many, window * PLACES)
        for x in range(many):
            room = obtain(board, address, rest)
            begun[0] = max(begun[0], plan * many + x - begun_at(board, room))
            for k in range(WIDE):
                total = total * 31 + rooms[room, k]
            take_off(board)
    return total


def by_hand(plans: int, many: int) -> int:
    """The same in Python, without pieces and boards."""
    all_bits = 2**64 - 1
    total = 1
    for plan in range(plans):
        pieces = [total ^ (plan * PLACES + x) for x in range(many)]
        for x in pieces:
            for _ in range(WIDE):
                total = (total * 31 + x) & all_bits
                x = (x * 6364136223846793005 + 1442695040888963407) & all_bits
    return total - 2**64 if total >= 2**63 else total


class Table:
    """A crew with its pieces."""

    def __init__(self, workers: int, able: int = C.MOST, breaths: int = 0) -> None:
        self.crew = Crew(workers)
        self.begun = np.zeros(1, np.int64)
        self.toil = np.array([able, breaths])
        self.rest = Handed(
            (
                self.crew.board,
                np.zeros((workers + 1) * PLACES, np.int64),
                np.zeros((workers * ROUND, WIDE), np.int64),
                self.begun,
                self.toil,
            )
        )
        self.address = address_of(multiply, (0, 0, self.rest))

    def lead(self, plans: int, many: int) -> int:
        """What comes of so many plans of so many pieces."""
        arguments = (self.address, plans, many, self.rest)
        return int(fitted(lead, arguments)(*arguments))

    def call(self) -> None:
        """Let the hands come."""
        self.crew.call(self.address, self.rest)


def hands() -> list[threading.Thread]:
    """The hands there are."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("prsim-hand")]


@pytest.fixture(autouse=True)
def nobody_is_left() -> Iterator[None]:
    assert not hands()
    yield
    gc.collect()
    assert not hands()


@pytest.mark.parametrize("workers", [1, 2, 3, 5])
@pytest.mark.parametrize(("plans", "many"), [(3000, 1), (500, 7), (200, PLACES)])
def test_the_result_is_that_of_one_thread(workers: int, plans: int, many: int) -> None:
    table = Table(workers)
    table.call()
    assert table.lead(plans, many) == by_hand(plans, many)
    table.crew.halt()  # and once more, on the same board
    table.call()
    assert table.lead(plans, many) == by_hand(plans, many)


def test_hands_do_a_part_of_the_work() -> None:
    table = Table(2, breaths=200)
    expected = by_hand(100, PLACES)
    for _ in range(1000):  # on a machine that has no core to spare it takes some patience
        table.call()
        assert table.lead(100, PLACES) == expected
        table.crew.halt()
        if table.crew.pieces > 0 and table.begun[0] > 0:
            break
    assert table.crew.pieces > 0
    assert 0 < table.begun[0] < ROUND  # pieces are begun before all that comes before them was taken in


def test_nobody_is_called_by_a_crew_of_one() -> None:
    table = Table(1)
    table.call()
    assert not hands()
    assert table.lead(10, PLACES) == by_hand(10, PLACES)
    assert table.crew.pieces == 0


@pytest.mark.parametrize("many", [1, 3, PLACES])
def test_a_hand_that_sleeps_with_a_piece_in_its_hands_is_not_waited_for(many: int) -> None:
    table = Table(2)
    board, at = table.crew.board, (C.B_WORKERS + 2) * C.APART
    # It has claimed the first piece of the first plan, and does not move.
    board[C.B_CLAIMED], board[at] = 1, 0
    assert table.lead(50, many) == by_hand(50, many)
    assert board[at] == 0  # it is still at it: the leader has not touched the plan since
    assert not fitted(free, (board, 0))(board, 0)
    assert fitted(free, (board, PLACES))(board, PLACES)


@kernel()
def free(board, place):  # type: ignore[no-untyped-def]
    """Whether a part is."""
    return is_free(board, place, PLACES)


def test_what_a_late_hand_reports_is_not_believed() -> None:
    table = Table(2)
    assert table.lead(1, PLACES) == by_hand(1, PLACES)
    board = table.crew.board
    rooms = table.rest.arguments[2]
    rooms[ROUND:] = 7  # nonsense in the room of the hand, said to be pieces of a round ago
    board.reshape(-1, C.APART)[C.B_DONE : C.B_DONE + ROUND, 0] = np.arange(ROUND) * C.MOST + 1
    assert table.lead(20, PLACES) == by_hand(20, PLACES)


def test_what_a_hand_cannot_do_the_leader_does() -> None:
    table = Table(3, able=1)
    for _ in range(5):
        table.call()
        assert table.lead(50, PLACES) == by_hand(50, PLACES)
    table.crew.halt()


def test_what_nobody_can_do_is_an_error_where_the_run_is() -> None:
    table = Table(2, able=0)
    table.call()
    with pytest.raises(Refused):
        table.lead(1, PLACES)
    table.crew.dismiss()
    assert not hands()


def test_a_hand_without_work_goes_to_sleep_and_can_be_called_again() -> None:
    table = Table(2)
    for _ in range(3):
        table.call()
        (hand,) = table.crew._hands
        assert hand.away.wait(PATIENT_S)
        assert len(hands()) == 1
    assert table.lead(30, PLACES) == by_hand(30, PLACES)


def test_other_arguments_can_be_handed_over_after_a_halt() -> None:
    table = Table(2)
    for size in range(1, 20):
        table.call()
        assert table.lead(20, PLACES) == by_hand(20, PLACES)
        table.crew.halt()
        others = list(table.rest.arguments)
        others[1] = np.zeros(3 * PLACES + size, np.int64)
        others[2] = np.zeros((2 * ROUND + size, WIDE), np.int64)
        table.rest.hand_over(tuple(others))


def test_a_crew_that_is_forgotten_ends_its_threads() -> None:
    table = Table(4)
    table.call()
    assert len(hands()) == 3
    del table
    gc.collect()
    assert not hands()


def test_a_crew_can_be_called_after_it_was_dismissed() -> None:
    table = Table(2)
    for _ in range(3):
        table.call()
        assert table.lead(20, PLACES) == by_hand(20, PLACES)
        table.crew.dismiss()
        assert not hands()


def test_several_crews_at_the_same_time() -> None:
    def one(_: int) -> int:
        table = Table(2)
        table.call()
        total = table.lead(200, PLACES)
        table.crew.dismiss()
        return total

    one(0)  # compiled before, as a run does
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(one, range(12))) == {by_hand(200, PLACES)}


@pytest.mark.parametrize("workers", [0, -1, C.MOST + 1])
def test_a_crew_has_one_to_many_workers(workers: int) -> None:
    with pytest.raises(ValueError, match=f"got {workers}"):
        new_board(workers)


def _in_a_child(table: Table, expected: int) -> None:
    table.crew.halt()  # of whom the parent called
    for _ in range(2):
        table.call()
        if table.lead(100, PLACES) != expected or len(hands()) != 1:
            os._exit(3)
        table.crew.halt()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_child_has_a_crew_of_its_own() -> None:
    table = Table(2)
    expected = by_hand(100, PLACES)
    table.call()
    assert table.lead(100, PLACES) == expected
    table.call()  # awake while the process is doubled
    child = multiprocessing.get_context("fork").Process(target=_in_a_child, args=(table, expected))
    child.start()
    child.join(PATIENT_S)
    assert child.exitcode == 0
    assert table.lead(100, PLACES) == expected


def test_a_process_that_is_interrupted_ends() -> None:
    script = """
        from tests.spread.test_crew import Table
        table = Table(3)
        table.call()
        table.lead(100, 20)
        table.call()
        raise KeyboardInterrupt
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=PATIENT_S * 5
    )
    assert done.stderr.strip().endswith("KeyboardInterrupt")
    assert "Fatal" not in done.stderr


@kernel(nogil=True)
def count(numbers, me, many, times):  # type: ignore[no-untyped-def]
    """Add one to a number so many times, while others do; they begin together."""
    publish(numbers, me, 1)
    for other in range(many):
        while seen(numbers, other) == 0:
            give_way()
    for _ in range(times):
        while True:
            old = seen(numbers, many)
            if exchange_if(numbers, many, old, old + 1):
                break
            breathe()
    return True


@kernel(nogil=True)
def tell(numbers, times):  # type: ignore[no-untyped-def]
    """Write pairs of numbers, the second after the first."""
    for x in range(times):
        numbers[0] = x
        publish(numbers, 16, x)
    return True


@kernel(nogil=True)
def listen(numbers, last):  # type: ignore[no-untyped-def]
    """Read the second number of the pair, then the first; return how often that was older."""
    wrong = turns = 0
    while True:
        second = seen(numbers, 16)
        wrong += numbers[0] < second
        if second == last:
            return wrong
        turns += 1
        if turns % 1000 == 0:
            give_way()


def at_once(*calls: tuple[Any, ...]) -> list[Any]:
    """What several kernels return that run at the same time."""
    kernels = [(fitted(function, tuple(arguments)), arguments) for function, *arguments in calls]
    with ThreadPoolExecutor(len(kernels)) as pool:
        return [done.result() for done in [pool.submit(k, *arguments) for k, arguments in kernels]]


def test_numbers_are_exchanged_whole() -> None:
    numbers = np.zeros(8, np.int64)
    at_once(*[(count, numbers, me, 3, 1_000_000) for me in range(3)])
    assert numbers.tolist() == [1, 1, 1, 3_000_000, 0, 0, 0, 0]


def test_a_number_is_exchanged_only_where_it_is_the_one_expected() -> None:
    numbers = np.array([4, 5], np.int64)
    assert not fitted(swap, (numbers, 1, 4, 9))(numbers, 1, 4, 9)
    assert numbers.tolist() == [4, 5]
    assert fitted(swap, (numbers, 1, 5, 9))(numbers, 1, 5, 9)
    assert numbers.tolist() == [4, 9]


@kernel()
def swap(numbers, index, old, new):  # type: ignore[no-untyped-def]
    """Exchange a number."""
    return exchange_if(numbers, index, old, new)


def test_what_was_written_before_is_seen() -> None:
    numbers = np.zeros(32, np.int64)
    times = 2_000_000
    _, wrong = at_once((tell, numbers, times), (listen, numbers, times - 1))
    assert wrong == 0
