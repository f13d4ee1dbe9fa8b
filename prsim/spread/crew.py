"""Several threads at one run: whoever is free works out the next piece, and one takes all pieces in, in order.

The thread that runs a simulation (the *leader*) posts pieces of work that change nothing but the room of whoever does
them: a kernel called with where a piece stands, the room, and what has been handed over. Other threads (the *hands*)
claim one piece after the other, and so does the leader when it finds the next one missing. What comes of it does not
depend on who does what, nor on how many hands there are.

The leader never waits long for a hand that does not run: a piece that a hand has begun and not finished in time is
done by the leader once more, and what the hand still makes of it is not looked at. So a hand may be late, at a piece
that has long been taken in. It writes to its own room only; what it reads must stay in memory until it is through,
and as it is where the piece stands: see :func:`is_free`.
"""

from __future__ import annotations

import os
import threading
import weakref

import numpy as np
from numpy.typing import NDArray

from prsim.spread.atomics import announce, breathe, exchange_if, give_way, publish, seen
from prsim.spread.compiled import call_at, fitted, kernel
from prsim.spread.handed import Handed

__all__ = ["ROUND", "Crew", "begun_at", "is_free", "new_board", "obtain", "post", "room_after", "take_off"]

ROUND = 8  # pieces that may be worked out and not yet taken in, and so the rooms of a worker
MOST = 64  # workers
POSTED = 256  # pieces that may be posted and not yet taken in

# The board, int64[(B_WORKERS + 2 * workers) * APART]: what is written by one and read by others stands apart, so that
# no two of them share a line of the cache.
APART = 16
B_POSTED = 0  # pieces posted so far
B_CLAIMED = 1 * APART  # pieces that somebody has begun
B_TAKEN = 2 * APART  # pieces that the leader has taken in
B_HALT = 3 * APART  # 1: the hands are to leave
B_DONE = 4  # [ROUND rows] the piece worked out last, times MOST, and who did it
B_PLACES = B_DONE + ROUND  # [POSTED numbers] where a piece stands
# [2 rows a worker] where the piece stands that a hand is at; by the room, what had been taken in when it was begun
B_WORKERS = B_PLACES + POSTED // APART
SPELL = 64  # breaths after which a hand without work lets others have its core
PATIENCE = 20_000  # breaths, of 15 to 60 ns, for which a hand without work stays
WAIT = 200  # breaths for which the leader waits for a piece that a hand has begun


def new_board(workers: int) -> NDArray[np.int64]:
    """A board for so many workers, the leader among them, with nothing posted.

    Raises
    ------
    ValueError
        If there is none, or too many.
    """
    if not 1 <= workers <= MOST:
        raise ValueError(f"1 to {MOST} threads can work at one run, got {workers}")
    board = np.zeros((B_WORKERS + 2 * workers, APART), np.int64)
    board[B_DONE:] = -1
    return board.ravel()


@kernel(inlined=True)
def post(board, many, place):  # type: ignore[no-untyped-def]
    """Post ``many`` pieces that stand at ``place`` and the places after it.

    At most ``POSTED`` may be posted and not yet taken in.
    """
    first = board[B_POSTED]
    for x in range(many):
        board[B_PLACES * APART + (first + x) % POSTED] = place + x
    publish(board, B_POSTED, first + many)


@kernel(inlined=True)
def is_free(board, place, many):  # type: ignore[no-untyped-def]
    """Whether no hand is at one of ``many`` places from ``place`` on, so that what stands there may be written over.

    Asked when all that was posted there has been taken in. Every hand is at one place at most, so of as many such
    parts as there are workers one is free.
    """
    free = True
    for row in range(B_WORKERS, board.shape[0] // APART, 2):
        at = seen(board, row * APART)
        free &= at < place or at >= place + many
    return free


@kernel(inlined=True)
def take_off(board):  # type: ignore[no-untyped-def]
    """Note that the leader has taken in one more piece."""
    publish(board, B_TAKEN, board[B_TAKEN] + 1)


@kernel(inlined=True)
def begun_at(board, room):  # type: ignore[no-untyped-def]
    """How many pieces had been taken in when the piece in this room was begun."""
    return board[(B_WORKERS + 2 * (room // ROUND) + 1) * APART + room % ROUND]


@kernel(inlined=True)
def room_after(board):  # type: ignore[no-untyped-def]
    """Room where the piece after the next to be taken in has been worked out; -1 if it has not."""
    piece = board[B_TAKEN] + 1
    note = seen(board, (B_DONE + piece % ROUND) * APART)
    return note % MOST * ROUND + piece % ROUND if note // MOST == piece else np.int64(-1)


@kernel(inlined=True)
def work_out(board, piece, place, worker, address, rest):  # type: ignore[no-untyped-def]
    """Do a piece that stands at ``place`` in a room of the worker; return the room."""
    room = worker * ROUND + piece % ROUND
    board[(B_WORKERS + 2 * worker + 1) * APART + piece % ROUND] = seen(board, B_TAKEN)
    call_at(address, place, room, rest)
    return room


@kernel(inlined=True)
def place_of(board, piece):  # type: ignore[no-untyped-def]
    """Where a piece stands that has been posted and not taken in."""
    return seen(board, B_PLACES * APART + piece % POSTED)


@kernel(inlined=True)
def may_begin(board, piece):  # type: ignore[no-untyped-def]
    """Whether a piece has been posted, and its rooms are no longer needed."""
    return piece < seen(board, B_POSTED) and piece < seen(board, B_TAKEN) + ROUND


@kernel(inlined=True)
def obtain(board, address, rest):  # type: ignore[no-untyped-def]
    """Have the next piece to be taken in worked out, by whomever; return the room where it is. For the leader.

    While a hand is at it, the leader does pieces after it.
    """
    piece = board[B_TAKEN]
    done = (B_DONE + piece % ROUND) * APART
    for _ in range(WAIT):
        note = seen(board, done)
        if note // MOST == piece:
            return note % MOST * ROUND + piece % ROUND
        unclaimed = seen(board, B_CLAIMED)
        if not may_begin(board, unclaimed):
            breathe()
        elif exchange_if(board, B_CLAIMED, unclaimed, unclaimed + 1):
            work_out(board, unclaimed, place_of(board, unclaimed), 0, address, rest)
            publish(board, (B_DONE + unclaimed % ROUND) * APART, unclaimed * MOST)
    return work_out(board, piece, place_of(board, piece), 0, address, rest)


@kernel(nogil=True)
def lend_a_hand(board, worker, address, rest):  # type: ignore[no-untyped-def]
    """Claim pieces and do them until there has been none for some time; return how many it were."""
    made = idle = np.int64(0)
    at = (B_WORKERS + 2 * worker) * APART
    while idle < PATIENCE and seen(board, B_HALT) == 0:
        piece = seen(board, B_CLAIMED)
        if not may_begin(board, piece):
            breathe()
            idle += 1
            if idle % SPELL == 0:  # whom it waits for may need this core
                give_way()
            continue
        # Read before it is claimed: once all pieces are, others may be posted. The place is announced before, too,
        # so that who finds the piece claimed finds the place taken.
        place = place_of(board, piece)
        announce(board, at, place)
        if exchange_if(board, B_CLAIMED, piece, piece + 1):
            work_out(board, piece, place, worker, address, rest)
            publish(board, (B_DONE + piece % ROUND) * APART, piece * MOST + worker)
            made += 1
            idle = np.int64(0)
        publish(board, at, -1)
    return made


class _Hand:
    """A thread that works when it is called, and sleeps in between."""

    def __init__(self, worker: int, board: NDArray[np.int64]) -> None:
        self.worker, self.board = worker, board
        self.gate = threading.Lock()  # held while the hand sleeps
        self.gate.acquire()
        self.away = threading.Event()  # it is not at work
        self.away.set()
        self.task: tuple[int, Handed] | None = None
        self.pieces = 0
        self.thread = threading.Thread(target=self._serve, name=f"prsim-hand-{worker}", daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        while True:
            self.gate.acquire()
            if self.task is None:
                return
            address, rest = self.task
            try:
                arguments = (self.board, self.worker, address, rest)
                self.pieces += fitted(lend_a_hand, arguments)(*arguments)
            except Exception:  # noqa: BLE001 - the leader does the piece again, and meets the same where it counts
                return
            finally:
                self.board[(B_WORKERS + 2 * self.worker) * APART] = -1
                del rest
                self.away.set()

    def call(self, task: tuple[int, Handed] | None) -> None:
        """Wake it for a task; None ends it."""
        self.task = task
        self.away.clear()
        self.gate.release()


class Crew:
    """The threads that work at one run, the calling one included.

    Parameters
    ----------
    workers
        Threads in all; with one of them nothing is started, ever.

    Attributes
    ----------
    board : int64[...]
        Where leader and hands meet, for the kernels.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.board = new_board(workers)
        self._process = os.getpid()
        self._hands: list[_Hand] = []
        self._dismiss = weakref.finalize(self, _dismiss, self._hands, self.board)

    def call(self, address: int, rest: Handed) -> None:
        """Call the hands that sleep to work at pieces by the kernel at ``address``; it is given ``rest``."""
        if self.workers == 1:
            return
        if self._process != os.getpid():  # threads do not follow into a child
            self._forget()
        if not self._hands:
            self._hands += [_Hand(worker, self.board) for worker in range(1, self.workers)]
        for hand in self._hands:
            if hand.away.is_set() and hand.thread.is_alive():
                hand.call((address, rest))

    def halt(self) -> None:
        """Return when no hand is at work any more: before what they read goes or is handed over anew."""
        if not self._hands or self._process != os.getpid():
            return
        self.board[B_HALT] = 1
        for hand in self._hands:
            hand.away.wait()
        self.board[B_HALT] = 0

    @property
    def pieces(self) -> int:
        """Pieces done by hands so far, as far as these have come back since."""
        return sum(hand.pieces for hand in self._hands)

    def dismiss(self) -> None:
        """End the threads; a later call starts others."""
        _dismiss(self._hands, self.board)

    def _forget(self) -> None:
        self._hands.clear()
        self._process = os.getpid()
        self.board.reshape(-1, APART)[B_WORKERS::2] = -1
        self.board[B_HALT] = 0


def _dismiss(hands: list[_Hand], board: NDArray[np.int64]) -> None:
    """End the threads of a crew that is no longer needed, at the latest when the process ends."""
    board[B_HALT] = 1
    for hand in hands:
        if hand.thread.is_alive():
            hand.away.wait()
            hand.call(None)
            hand.thread.join()
    hands.clear()
    board[B_HALT] = 0
