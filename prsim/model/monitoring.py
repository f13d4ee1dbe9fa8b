"""Opinion monitoring: what it sees, when it raises the alarm, what it takes for a crisis that is none."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from prsim.measure import observe as O
from prsim.model.incidents import Record
from prsim.scenario.crisis import Monitoring as Rules
from prsim.scenario.root import Scenario
from prsim.spread import layout as L
from prsim.spread.draws import Draws, Stream

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation

MONTH_H = 730.5

Seen = TypeVar("Seen", float, NDArray[np.float64])


class AlarmRule:
    """When what monitoring sees raises the alarm, how long it takes until the team knows, and the harmless bursts.

    Knows no simulation: a run asks it while it goes on, and a study asks it again about what was seen.

    Parameters
    ----------
    scenario
        Its monitoring, team, topics and everyday talk.
    draws
        The run's luck.
    monitored
        Share of what is said on the main platform that monitoring can see.
    """

    def __init__(self, scenario: Scenario, draws: Draws, monitored: float) -> None:
        self.rules: Rules = scenario.monitoring
        self.people = max(scenario.team.monitoring, 0.25)
        self.draws = draws
        weights = np.array([topic.negative_share for topic in scenario.topics.values()])
        if weights.sum() <= 0.0:
            weights = np.ones(len(scenario.topics))
        self.topic_share = dict(zip(scenario.topics, weights / weights.sum(), strict=True))
        self.monitored = monitored
        self.everyday = scenario.ambient.mentions_per_day / 24.0 * self.rules.window_h * monitored

    def usual(self, topic: str) -> float:
        """Posts about a topic that are seen in a window in quiet times."""
        return float(self.everyday * self.topic_share[topic])

    def alarming(self, visible: Seen, usual: float, mood: Seen, tool: float) -> NDArray[np.bool_]:
        """Whether so many visible negative posts raise the alarm at this tool level.

        Parameters
        ----------
        visible
            Visible negative posts in the window; a number, or an array of many moments.
        usual
            Posts about the topic that are seen in a window in quiet times.
        mood
            Negative share of everyday talk, alike.
        """
        m = self.rules
        easier = m.tool_sensitivity**-tool
        talk = visible + usual
        together = (
            (visible >= m.early_posts * easier)
            & (visible + usual * mood >= m.alert_mood * talk)
            & (talk >= m.alert_keyword * usual)
        )
        return np.asarray((visible > 0.0) & ((visible >= m.alert_posts * easier) | together))

    def node_noticed(self, name: str, first: int, last: int, tool: float) -> int:
        """Number of the first of these spreading nodes of an incident that is noticed, 0 where none is (M14).

        Each node is noticed or not for good: noticed where its luck lies below the tool level.
        """
        for number in range(first, last + 1):
            if self.draws.uniform(Stream.DETECTION, name, "node", number) < tool:
                return number
        return 0

    def lag(self, name: str, tool: float) -> float:
        """Hours from the alarm until the team knows (M14: 2 h, with the model 30 min)."""
        m = self.rules
        lag = math.exp((1 - tool) * math.log(m.lag_h) + tool * math.log(m.lag_tool_h))
        lag *= (2.0 / self.people) ** m.staff_gain
        return float(lag * math.exp(m.lag_sigma * self.draws.normal(Stream.DETECTION, name)))

    def bursts(self, horizon_h: float) -> list[tuple[float, str, float, float]]:
        """Harmless bursts until an hour: (hour, topic, visible negative posts, luck of being recognised)."""
        m, draws, out = self.rules, self.draws, list[tuple[float, str, float, float]]()
        if m.bursts_per_month <= 0.0:
            return out
        t = 0.0
        topics = list(self.topic_share)
        shares = list(self.topic_share.values())
        while True:
            n = len(out)
            t += draws.exponential(Stream.DETECTION, "burst", n, mean=MONTH_H / m.bursts_per_month)
            if t >= horizon_h:
                return out
            topic = topics[draws.choice_weighted(shares, Stream.DETECTION, "burst topic", n)]
            spread = m.burst_sigma * draws.normal(Stream.DETECTION, "burst size", n)
            known = draws.uniform(Stream.DETECTION, "burst recognised", n)
            out.append((t, topic, m.burst_posts * math.exp(spread), known))

    def recognised(self, known: float, tool: float) -> bool:
        """Whether a harmless burst of this luck is recognised as such."""
        return known < self.rules.tool_filter * tool


class Monitoring:
    """Watches what is said in public; sees posts, never attitudes.

    Three kinds of indicators raise the alarm (S8, M14): the count of negative posts; mood and keyword frequency
    together; with tools also a spreading node, that is an outlet or a large account that takes the matter up.
    """

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.tool = 0.0
        self.tool_until = 0.0
        self.false_alarms = 0

    # tools ---------------------------------------------------------------------------------------------------

    def buy_tool(self, level: float, until: float) -> None:
        """Switch a monitoring tool on until its subscription ends."""
        self.tool = max(level if self.sim.now < until else 0.0, self.tool_level())
        self.tool_until = max(self.tool_until, until)

    def tool_level(self) -> float:
        """Level of the monitoring tools, 0 to 1."""
        return min(1.0, self.tool) if self.sim.now < self.tool_until else 0.0

    # indicators ----------------------------------------------------------------------------------------------

    @cached_property
    def rule(self) -> AlarmRule:
        """The rule of this run."""
        sim = self.sim
        return AlarmRule(sim.scenario, sim.draws, float(sim.world.channels.monitored[sim.main_platform]))

    @cached_property
    def mood(self) -> float:
        """Negative share of everyday talk in quiet times: as it was at the start.

        Rounded, because a decision must not hang on the last digits of a census.
        """
        first = self.sim.census.first[:, O.NEGATIVE]
        return round(float(np.average(first, weights=self.sim.world.sizes)), 3)

    def usual(self, topic: str) -> tuple[float, float]:
        """Posts about a topic that are seen in a window in quiet times, and the negative share of everyday talk."""
        return self.rule.usual(topic), self.mood

    def alarming(self, visible: float, topic: str, tool: float) -> bool:
        """Whether so many visible negative posts about a topic raise the alarm now, at this tool level."""
        usual, mood = self.usual(topic)
        return bool(self.rule.alarming(visible, usual, mood, tool))

    def watch(self, record: Record) -> None:
        """Look at an incident that is not yet known; note what is seen, raise the alarm where it suffices."""
        sim, thread, rule, tool = self.sim, record.thread, self.rule, self.tool_level()
        visible = float(sim.audience.tf[thread.index, L.VISIBLE_NEGATIVE])
        usual, mood = self.usual(thread.topic)
        record.seen.append((sim.now, visible, mood, thread.nodes))
        noticed = rule.node_noticed(record.name, record.nodes_checked + 1, thread.nodes, tool)
        record.nodes_checked = thread.nodes
        if noticed or rule.alarming(visible, usual, mood, tool):
            thread.alarmed = True
            sim.at(sim.now + rule.lag(record.name, tool), sim.team.detect, record)

    # noise ---------------------------------------------------------------------------------------------------

    def schedule(self) -> None:
        """Put the harmless bursts on the calendar; they do not depend on any decision."""
        for t, topic, posts, known in self.rule.bursts(self.sim.horizon):
            self.sim.at(t, self.burst, topic, posts, known)

    def burst(self, topic: str, posts: float, known: float) -> None:
        """Talk that looks like a crisis: a false alarm if it passes the thresholds and is not recognised."""
        tool = self.tool_level()
        if not self.alarming(posts, topic, tool) or self.rule.recognised(known, tool):
            return
        self.false_alarms += 1
        self.sim.team.check_false_alarm()
        about = self.sim.scenario.topics[topic]
        name = f"false-alarm-{self.false_alarms}"
        self.sim.log("false_alarm", name, topic, posts, "", about.title_en, about.title_zh)
