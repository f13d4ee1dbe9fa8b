"""The calendar: what the money of each activity buys, and when it happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prsim.model.actions import Actions, Occurrence
from prsim.model.ledger import FEN, split_fen
from prsim.scenario.calendar import hours_since
from prsim.scenario.funding import occurrences_h, phase_at, phase_spans_h
from prsim.scenario.plan import Price

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation


class Campaign:
    """Spends the calendar's money and carries out what it buys."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.scenario = sim.scenario
        self.actions = Actions(sim)
        self.purses: dict[str, dict[str, int]] = {}  # fen by line held for each activity
        self.wishes: dict[
            tuple[str, str], float
        ] = {}  # fen meant for each kind of purchase and not yet spent
        self.released: dict[str, int] = {}
        start = self.scenario.meta.start
        self.phases = phase_spans_h(self.scenario.budget, start)

    # money ---------------------------------------------------------------------------------------------------

    def allocations(self) -> list[tuple[float, str, str, int]]:
        """(time, phase, line, fen) of every allocation; the reserve is available whole from the start."""
        b = self.scenario.budget
        total = round(b.total * FEN)
        lines = split_fen(total, dict(b.split))
        out: list[tuple[float, str, str, int]] = []
        shares = {name: p.share for name, p in b.phases.items()}
        for line, fen in lines.items():
            if line == b.reserve.line:
                out.append((0.0, "reserve", line, fen))
                continue
            parts = split_fen(fen, shares)
            out += [(self.phases[name][0], name, line, fen) for name, fen in parts.items()]
        return out

    def schedule(self) -> None:
        """Put the allocations and every occurrence of every activity on the calendar."""
        granted: dict[tuple[str, str], int] = {}
        for t, phase, line, fen in self.allocations():
            granted[phase, line] = granted.get((phase, line), 0) + fen
            if t < self.sim.horizon:
                self.sim.at(max(t, 0.0), self.sim.ledger.allocate, max(t, 0.0), line, fen, f"budget {phase}")
        reserve = self.scenario.budget.reserve
        if reserve.leftover == "release" and reserve.release_date:
            when = hours_since(self.scenario.meta.start, reserve.release_date, default_h=0.0)
            self.sim.at(when, self.release_reserve, 1.0)
        elif reserve.leftover == "by_phase":
            due = 0.0
            for name, part in self.scenario.budget.phases.items():
                due += part.share
                self.sim.at(self.phases[name][1], self.release_reserve, due)
        start = self.scenario.meta.start
        planned = max(self.scenario.horizon_days, self.scenario.calendar_days) * 24.0
        for name, activity in self.scenario.activities.items():
            times = occurrences_h(activity, start, planned)
            for n, t in enumerate(times):
                if not 0.0 <= t < self.sim.horizon:
                    continue
                phase = phase_at(self.phases, t)
                same = sum(1 for x in times if phase_at(self.phases, x) == phase)
                envelopes = {
                    line: int(granted.get((phase, line), 0) * share / same)
                    for line, share in activity.lines.items()
                }
                phase_start = max(0.0, self.phases[phase][0]) if phase else 0.0
                last = not any(phase_at(self.phases, x) == phase for x in times[n + 1 :])
                occurrence = Occurrence(name, activity, n, t, envelopes, last)
                lead = max((self._price(p).production_h for p in activity.buys), default=0.0)
                self.sim.at(max(phase_start, t - lead, 0.0), self.begin, occurrence)

    def _price(self, name: str) -> Price:
        return self.scenario.budget.prices[name]

    def release_reserve(self, due: float) -> None:
        """Release what no crisis used of the share ``due`` of the reserve."""
        r, ledger = self.scenario.budget.reserve, self.sim.ledger
        left = ledger.left.get(r.line, 0)
        whole = round(self.scenario.budget.total * FEN * self.scenario.budget.split.get(r.line, 0.0))
        free = left - round(whole * max(0.0, 1.0 - due))
        if free > 0 and r.release_line:
            ledger.move(self.sim.now, r.line, r.release_line, free, "release of the reserve")
            self.released[r.release_line] = self.released.get(r.release_line, 0) + free

    # occurrences ---------------------------------------------------------------------------------------------

    def begin(self, o: Occurrence) -> None:
        """Order everything an occurrence can pay for; what is ordered appears from its start on."""
        a, sim = o.activity, self.sim
        purse = self.purses.setdefault(o.activity_id, {})
        for line, fen in o.envelopes.items():
            purse[line] = purse.get(line, 0) + fen + self.released.pop(line, 0)
        pool = sum(o.envelopes.values())
        entries: dict[str, float] = {}
        for name, weight in a.buys.items():
            for entry, share in sim.review.divert(name).items():
                entries[entry] = entries.get(entry, 0.0) + weight * share
        self._withhold(purse, round(pool * (1.0 - min(1.0, sum(entries.values())))))
        for name, weight in entries.items():
            self.wishes[o.activity_id, name] = self.wishes.get((o.activity_id, name), 0.0) + pool * weight
            self._buy(o, name, purse, round(self.wishes[o.activity_id, name]))
        if o.last:  # what is too little for the wish goes to what it can pay, dearest first
            for name in sorted(entries, key=lambda x: -self._price(x).yuan):
                self._buy(o, name, purse, float("inf"))
        sim.at(max(o.start, sim.now), self.announce, o)

    def _withhold(self, purse: dict[str, int], fen: int) -> None:
        """Leave money of a purse on its lines."""
        if fen <= 0:
            return
        total = sum(purse.values())
        for line, held in purse.items():
            purse[line] = held - min(held, fen * held // max(1, total))

    def _buy(self, o: Occurrence, name: str, purse: dict[str, int], wish: float) -> None:
        """Buy as many units as the wish (fen) and the purse allow, within the frequency cap."""
        sim, price = self.sim, self._price(name)
        fen = round(price.yuan * FEN)
        held = sum(min(v, sim.ledger.left.get(k, 0)) for k, v in purse.items())
        n = max(0, int(min(wish, held)) // fen)  # a wish is below zero after leftover money has bought more
        if price.action == "promotion":
            member = sim.world.member[sim.world.platforms[price.platform]]
            reach = float((member * self.actions.addressed(o.activity)).sum())
            n = min(n, int(self.scenario.budget.frequency_cap * reach / (1000.0 * max(price.effect, 1e-9))))
        if n:
            self.wishes[o.activity_id, name] = max(0.0, self.wishes[o.activity_id, name] - n * fen)
            self._pay(name, n * fen, purse)
            self.actions.order(o, name, price, n)

    def _pay(self, action: str, fen: int, purse: dict[str, int]) -> None:
        """Charge a purchase to the activity's lines in proportion to what they hold for it."""
        left = {k: min(self.sim.ledger.left.get(k, 0), v) for k, v in purse.items()}
        total = sum(left.values())
        parts = {k: fen * v // total for k, v in left.items()}
        short = fen - sum(parts.values())
        for k in left:
            take = min(short, left[k] - parts[k])
            parts[k] += take
            short -= take
        for line, part in parts.items():
            self.sim.ledger.spend(self.sim.now, line, part, action)
            purse[line] -= part

    def announce(self, o: Occurrence) -> None:
        """The activity begins: it is in the calendar, and outlets hear of it if it is news."""
        a, sim = o.activity, self.sim
        sim.log(
            "activity", o.activity_id, o.activity_id, float(o.number), o.activity_id, a.title_en, a.title_zh
        )
        if a.newsworthy > 0.0:
            thread = self.actions.thread(o)
            thread.newsworthy = a.newsworthy
            thread.news_t = sim.now
            sim.wake_outlets()
