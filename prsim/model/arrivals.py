"""When incidents arrive at random, and which: rates by topic, and incidents that bring about others."""

from __future__ import annotations

from collections import Counter

from prsim.scenario.root import Scenario
from prsim.spread.draws import Draws, Stream

YEAR_H = 8766.0
MOST_ARRIVALS = 100_000  # of one run; beyond, a rate is a mistake


def arrival_rates(scenario: Scenario) -> dict[str, float]:
    """Mean number a year of each incident that arrives at random of itself, without those that others bring about.

    The rate of a topic is divided evenly over the library's incidents about it.
    """
    random = scenario.incidents.random
    topic_of = {use: scenario.incidents.library[use].topic for use in random.library}
    many = Counter(topic_of.values())
    if random.by_topic:
        weights = {topic: random.by_topic.get(topic, 0.0) for topic in many}
    else:
        weights = {topic: max(1e-9, scenario.topics[topic].negative_share) for topic in many}
    total = sum(weights.values())
    if total <= 0.0:
        return {}
    return {use: random.per_year * weights[topic] / total / many[topic] for use, topic in topic_of.items()}


def random_arrivals(scenario: Scenario, draws: Draws) -> list[tuple[float, str, str]]:
    """Random incidents of a run as (hour, name, incident of the library), in the order of their hours.

    Those that come of themselves are a Poisson process; each incident brings about a Poisson number of further
    ones after exponential times (a Hawkes process in its cluster form: Hawkes, Oakes 1974).
    """
    random, horizon = scenario.incidents.random, scenario.horizon_days * 24.0
    rates = arrival_rates(scenario)
    total = sum(rates.values())
    out: list[tuple[float, str, str]] = []
    if total <= 0.0:
        return out

    def arrive(t: float, number: str) -> None:
        use = list(rates)[draws.choice_weighted(list(rates.values()), Stream.ARRIVAL, "which", number)]
        out.append((t, f"random-{number}-{use}", use))
        spent, n = 0.0, 1
        while len(out) < MOST_ARRIVALS:
            spent += draws.exponential(Stream.ARRIVAL, "follow-up", number, n, mean=1.0)
            if spent >= random.follow_up:
                return
            later = t + draws.exponential(Stream.ARRIVAL, "follow-up gap", number, n, mean=random.follow_up_h)
            if later < horizon:
                arrive(later, f"{number}.{n}")
            n += 1

    t, n = 0.0, 0
    while len(out) < MOST_ARRIVALS:
        t += draws.exponential(Stream.ARRIVAL, "gap", n, mean=YEAR_H / total)
        if t >= horizon:
            break
        n += 1
        arrive(t, str(n))
    return sorted(out)
