"""The money, in integer fen: allocated, spent, left, at every moment (K10)."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

FEN = 100
COLUMNS = ("time_h", "line", "action", "kind", "amount_fen")


def split_fen(total: int, shares: dict[str, float]) -> dict[str, int]:
    """Divide ``total`` fen by ``shares`` without losing a fen: largest remainders.

    Shares that sum to less than one leave the rest; a sum that rounding lifts above one is scaled back to it.
    """
    scale = max(1.0, sum(shares.values()))
    exact = {k: total * v / scale for k, v in shares.items()}
    target = round(sum(exact.values()))
    parts = {k: int(v) for k, v in exact.items()}
    rest = target - sum(parts.values())
    for k in sorted(exact, key=lambda k: (parts[k] - exact[k], k))[:rest]:
        parts[k] += 1
    return parts


@dataclass(slots=True)
class Ledger:
    """Accounts by budget line.

    Every entry is ``(time_h, line, action, kind, amount_fen)``; allocations are positive, spending negative.
    """

    total_fen: int
    left: dict[str, int] = field(default_factory=dict)
    allocated: dict[str, int] = field(default_factory=dict)
    entries: list[tuple[float, str, str, str, int]] = field(default_factory=list)
    spent_fen: int = 0

    def allocate(self, t: float, line: str, fen: int, action: str) -> None:
        """Make ``fen`` available on a line."""
        self.left[line] = self.left.get(line, 0) + fen
        self.allocated[line] = self.allocated.get(line, 0) + fen
        self.entries.append((t, line, action, "allocate", fen))

    def move(self, t: float, source: str, target: str, fen: int, action: str) -> None:
        """Move money between lines."""
        for line, amount in ((source, -fen), (target, fen)):
            self.left[line] = self.left.get(line, 0) + amount
            self.allocated[line] = self.allocated.get(line, 0) + amount
            self.entries.append((t, line, action, "move", amount))

    def spend(self, t: float, line: str, fen: int, action: str) -> None:
        """Spend ``fen`` of a line on an action.

        Raises
        ------
        ValueError
            If the line does not hold that much.
        """
        if fen < 0 or fen > self.left.get(line, 0):
            raise ValueError(f"{action}: {fen} fen on line {line}, which holds {self.left.get(line, 0)}")
        if fen == 0:
            return
        self.left[line] -= fen
        self.spent_fen += fen
        self.entries.append((t, line, action, "spend", -fen))

    @property
    def unallocated_fen(self) -> int:
        """Money not yet on any line."""
        return self.total_fen - sum(self.allocated.values())

    def balanced(self) -> bool:
        """Whether spent, left and unallocated make the budget, to the fen."""
        return self.spent_fen + sum(self.left.values()) + self.unallocated_fen == self.total_fen

    def frame(self) -> pd.DataFrame:
        """The entries as a table."""
        return pd.DataFrame(self.entries, columns=list(COLUMNS))
