"""Opinion monitoring: what it sees, when it raises the alarm, what it takes for a crisis that is none."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from prsim.measure import observe as O
from prsim.model.incidents import Record
from prsim.spread import layout as L
from prsim.spread.draws import Stream

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation

MONTH_H = 730.5


class Monitoring:
    """Watches what is said in public; sees posts, never attitudes.

    Three kinds of indicators raise the alarm (S8, M14): the count of negative posts; mood and keyword frequency
    together; with tools also a spreading node, that is an outlet or a large account that takes the matter up.
    """

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.rules = sim.scenario.monitoring
        self.tool = 0.0
        self.tool_until = 0.0
        self.false_alarms = 0
        topics = sim.scenario.topics
        weights = np.array([topic.negative_share for topic in topics.values()])
        if weights.sum() <= 0.0:
            weights = np.ones(len(topics))
        self.topic_share = dict(zip(topics, weights / weights.sum(), strict=True))

    # tools ---------------------------------------------------------------------------------------------------

    def buy_tool(self, level: float, until: float) -> None:
        """Switch a monitoring tool on until its subscription ends."""
        self.tool = max(level if self.sim.now < until else 0.0, self.tool_level())
        self.tool_until = max(self.tool_until, until)

    def tool_level(self) -> float:
        """Level of the monitoring tools, 0 to 1."""
        return min(1.0, self.tool) if self.sim.now < self.tool_until else 0.0

    # indicators ----------------------------------------------------------------------------------------------

    def usual(self, topic: str) -> tuple[float, float]:
        """Posts about a topic that are seen in a window in quiet times, and the negative share of everyday talk."""
        sim, size = self.sim, self.sim.world.sizes
        monitored = sim.world.channels.monitored[sim.main_platform]
        posts = sim.scenario.ambient.mentions_per_day / 24.0 * self.rules.window_h * monitored
        return posts * self.topic_share[topic], float(
            np.average(sim.census.seen[:, O.NEGATIVE], weights=size)
        )

    def alarming(self, visible: float, topic: str, tool: float) -> bool:
        """Whether so many visible negative posts about a topic raise the alarm at this tool level."""
        m = self.rules
        easier = m.tool_sensitivity**-tool
        if visible >= m.alert_posts * easier:
            return True
        if visible < m.early_posts * easier:
            return False
        usual, negative = self.usual(topic)
        mood = (visible + usual * negative) / (visible + usual)
        return mood >= m.alert_mood and visible + usual >= m.alert_keyword * usual

    def watch(self, record: Record) -> None:
        """Look at an incident that is not yet known; note what is seen, raise the alarm where it suffices."""
        thread = record.thread
        visible = float(self.sim.audience.tf[thread.index, L.VISIBLE_NEGATIVE])
        record.seen.append((self.sim.now, visible, thread.nodes))
        tool = self.tool_level()
        if self.alarming(visible, thread.topic, tool) or self._node_noticed(record, tool):
            thread.alarmed = True
            self.sim.at(self.sim.now + self.lag(record.name, tool), self.sim.team.detect, record)

    def _node_noticed(self, record: Record, tool: float) -> bool:
        """Whether a spreading node is noticed; each that posts is noticed or not for good (M14)."""
        while record.nodes_checked < record.thread.nodes:
            record.nodes_checked += 1
            if self.node_luck(record.name, record.nodes_checked) < tool:
                return True
        return False

    def node_luck(self, name: str, number: int) -> float:
        """Luck of noticing the spreading node of this number in an incident: noticed below the tool level."""
        return self.sim.draws.uniform(Stream.DETECTION, name, "node", number)

    def lag(self, name: str, tool: float) -> float:
        """Hours from the alarm until the team knows (M14: 2 h, with the model 30 min)."""
        m = self.rules
        people = max(self.sim.scenario.team.monitoring, 0.25)
        lag = math.exp((1 - tool) * math.log(m.lag_h) + tool * math.log(m.lag_tool_h))
        lag *= (2.0 / people) ** m.staff_gain
        return float(lag * math.exp(m.lag_sigma * self.sim.draws.normal(Stream.DETECTION, name)))

    # noise ---------------------------------------------------------------------------------------------------

    def bursts(self) -> list[tuple[float, str, float, float]]:
        """Harmless bursts over the run: (hour, topic, visible negative posts, luck of being recognised)."""
        m, draws, out = self.rules, self.sim.draws, list[tuple[float, str, float, float]]()
        if m.bursts_per_month <= 0.0:
            return out
        t = 0.0
        topics = list(self.topic_share)
        shares = list(self.topic_share.values())
        while True:
            n = len(out)
            t += draws.exponential(Stream.DETECTION, "burst", n, mean=MONTH_H / m.bursts_per_month)
            if t >= self.sim.horizon:
                return out
            topic = topics[draws.choice_weighted(shares, Stream.DETECTION, "burst topic", n)]
            spread = m.burst_sigma * draws.normal(Stream.DETECTION, "burst size", n)
            known = draws.uniform(Stream.DETECTION, "burst recognised", n)
            out.append((t, topic, m.burst_posts * math.exp(spread), known))

    def schedule(self) -> None:
        """Put the harmless bursts on the calendar; they do not depend on any decision."""
        for t, topic, posts, known in self.bursts():
            self.sim.at(t, self.burst, topic, posts, known)

    def burst(self, topic: str, posts: float, known: float) -> None:
        """Talk that looks like a crisis: a false alarm if it passes the thresholds and is not recognised."""
        tool = self.tool_level()
        if not self.alarming(posts, topic, tool) or known < self.rules.tool_filter * tool:
            return
        self.false_alarms += 1
        self.sim.team.check_false_alarm()
        self.sim.log("false_alarm", f"false-alarm-{self.false_alarms}", topic, posts, "", "", "")
