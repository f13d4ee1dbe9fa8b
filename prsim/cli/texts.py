"""What `--help` says: examples for every command, and how values are set."""

from __future__ import annotations

__all__ = ["DESCRIPTION", "EXAMPLES", "OVERRIDES"]

DESCRIPTION = "Simulate a PR plan: budget, activities, incidents and the speed of the response."

OVERRIDES = """\
overrides
  Any value of the configuration can be set with key=value, as often as you like:
    budget.total=3M                      money, persons and posts may carry k, M, 万, 亿
    budget.split.events=0.20             the split has to sum to one with it
    response.first_h=2                   hours; 30min works too
    incidents=none                       another option of a whole group
    scenario=my_plan.yaml                your own file; it may inherit with `base: dingtalk_2024`
    'incidents.schedule.second={use: outage, start: 2024-06-03T10:00}'
    '~incidents.schedule.second'         takes an entry away; activities={} all of them
"""

EXAMPLES = {
    "": """\
examples
  prsim run                              the default plan, dingtalk_2024
  prsim run response.first_h=24 out=results/late
  prsim new my_plan.yaml                 a plan of your own, with comments, from the default one
  prsim check scenario=my_plan.yaml
  prsim diff dingtalk_2024 my_plan.yaml  what you changed, in words
  prsim show budget
  prsim list parameters response
  prsim compare A.yaml B.yaml            which is better, and how sure that is
  prsim sweep experiment=response_delay  hundreds of paired runs: how fast is fast enough
  prsim warn                             how early which monitoring knows of a crisis, and what that is worth

`prsim COMMAND --help` says more.
""",
    "run": """\
examples
  prsim run
  prsim run incidents=none replicates=40 seed=7 out=results/calm
  prsim run population.agents=20000 horizon_days=60 --quiet
  prsim run -m response.first_h=1,6,24 seed=1,2 out=results/delays
                                         all six, each with results and a report of its own
""",
    "sweep": """\
examples
  prsim sweep experiment=budget_split out=results/split
  prsim sweep experiment=response_delay replicates=40 workers=4
  prsim sweep --resume out=results/split go on after Ctrl-C, a crash, a full disk, a reboot
  prsim sweep --resume out=results/split replicates=40
                                         more seeds for every point
  prsim sweep experiment=my_study.yaml population.agents=5000
  prsim sweep experiment=storm executor=tcp://10.0.0.5:8786
                                         on a Dask cluster (executor=dask: one on this machine)

  on_error=stop ends the study at the first run that fails; otherwise it is noted and the others go on.
  It writes to results/EXPERIMENT unless out= names another folder.
""",
    "compare": """\
examples
  prsim compare dingtalk_2024 dingtalk_2024:response.first_h=24
                                         the plan, and the plan with a change
  prsim compare dingtalk_2024 my_plan.yaml --metric nps --precision 0.5
                                         run until NPS is known to half a point
  prsim compare a.yaml b.yaml c.yaml population.agents=20000 --best nps --within 0.5
                                         the best of three, if it is ahead by half a point or more
  prsim compare results/split:0 results/split:4 --metric nps,trust --segment developers
                                         points of a study that prsim sweep has run; nothing is run
  prsim compare results/split --json     all its points with the first, for programs

  Plans are run on the same seeds, so that differences are not luck. out=DIR writes tables.
""",
    "show": """\
examples
  prsim show                             everything, with every default
  prsim show response                    one section
  prsim show budget.split budget.split.events=0.1 budget.split.tools=0.1
""",
    "check": """\
examples
  prsim check
  prsim check scenario=my_plan.yaml budget.total=1M
""",
    "new": """\
examples
  prsim new mine.yaml                    from the default scenario: what planners change, the rest inherited
  prsim new mine.yaml --from techbrand_2025
  prsim new mine.yaml --language zh      comments, and the report, in Chinese
  prsim new mine.yaml --start 2025-02-01 every date moved with the first day
  prsim new mine.yaml --full             every value, nothing inherited
  prsim new spring.yaml --from mine.yaml

Then edit the file, and
  prsim check scenario=mine.yaml
  prsim diff dingtalk_2024 mine.yaml
  prsim run scenario=mine.yaml
""",
    "diff": """\
examples
  prsim diff dingtalk_2024 mine.yaml     what mine.yaml changes
  prsim diff mine.yaml other.yaml --all  every difference, one by one
  prsim diff mine.yaml response.first_h=24 incidents=none
                                         what these overrides change
  prsim diff dingtalk_2024 mine.yaml --language zh

With two scenarios the overrides belong to the second.
""",
    "warn": """\
examples
  prsim warn                             incidents as often as they happen, every tool that is sold
  prsim warn privacy outage              these incidents of its library only (prsim list incidents)
  prsim warn monitoring.alert_posts=30 team.monitoring=4 out=results/watchful
  prsim warn --runs 400 --pairs 60       narrower intervals

Without population.agents it takes 20,000; it writes to results/NAME-warning.
""",
    "list": """\
examples
  prsim list scenarios
  prsim list experiments                 what `prsim sweep experiment=NAME` runs
  prsim list groups                      what can be chosen as a whole: incidents=none
  prsim list parameters hot              those whose key or meaning contains 'hot'
  prsim list parameters segments scenario=my_plan.yaml
  prsim list incidents
""",
}
