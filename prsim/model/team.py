"""The PR team: it judges, finds out, answers, makes good."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import mesa

from prsim.model.answers import MEASURES, Answers
from prsim.model.incidents import Record
from prsim.model.notes import RESOLVED
from prsim.scenario.crisis import Level
from prsim.spread import layout as L

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation

PLAYING_DOWN = ("deny", "diminish", "bolster")
MEASURES_H = {"opinion": 1.0, "product": 1.0, "legal": 2.0, "brand": 1.0}  # the law takes its time (S10)


class PrTeam(mesa.Agent):
    """The brand's PR team."""

    def __init__(self, model: Simulation) -> None:
        super().__init__(model)
        self.sim = model
        self.rules = model.scenario.response
        self.answers = Answers(model)
        self.skill = 0.0
        self.skill_t = 0.0
        self.handlers = [0.0] * model.scenario.team.crisis  # time at which each crisis handler is free

    # means ---------------------------------------------------------------------------------------------------

    def drill(self, effect: float) -> None:
        """A drill (D64, M15)."""
        self.skill = min(1.0, self._skill() + effect * (1.0 - self._skill()))
        self.skill_t = self.sim.now

    def _skill(self) -> float:
        age = self.sim.now - self.skill_t
        return self.skill * math.exp2(-age / self.sim.scenario.team.drill_half_life_h)

    def pace(self) -> float:
        """Factor on the playbook's times."""
        return 1.0 - self.sim.scenario.team.drill_gain * self._skill()

    def _take_handlers(self, hours: float, many: int = 1) -> float:
        """Book the crisis handlers who are free first; return the wait for the first of them in hours."""
        if not self.handlers:
            return 24.0  # nobody is in charge: somebody is found a day later
        free = sorted(range(len(self.handlers)), key=lambda j: self.handlers[j])[:many]
        waits = [max(0.0, self.handlers[i] - self.sim.now) for i in free]
        for i, wait in zip(free, waits, strict=True):
            self.handlers[i] = self.sim.now + wait + hours
        return waits[0]

    def check_false_alarm(self) -> None:
        """Somebody looks into what turns out to be nothing."""
        self._take_handlers(self.sim.scenario.team.crisis_task_h)

    # answering -----------------------------------------------------------------------------------------------

    def level_of(self, record: Record) -> tuple[str, Level | None]:
        """The gravest level whose severity or heat is reached (D80)."""
        heat = self.sim.audience.tf[record.thread.index, L.NEGATIVE_HEAT]
        for name, level in self.rules.levels.items():
            if record.thread.severity >= level.min_severity or heat >= level.min_heat_per_h:
                return name, level
        return "", None

    def strategy_for(self, record: Record, level: Level | None) -> str:
        """The configured strategy, the historical one, or the playbook's for the responsibility cluster."""
        if self.rules.strategy == "historical":
            return record.incident.strategy or self.rules.playbook[record.incident.cluster]
        if self.rules.strategy != "matched":
            return self.rules.strategy
        if level is not None and not level.loud:
            return "private_contact"
        return self.rules.playbook[record.incident.cluster]

    def detect(self, record: Record) -> None:
        """The case begins: level, then the playbook."""
        sim = self.sim
        record.detected = record.thread.detected = sim.now
        name, level = self.level_of(record)
        record.level = name
        record.strategy = self.strategy_for(record, level)
        sim.log("detected", record.name, "monitoring", sim.now - record.start, record.name, "", "")
        if level is not None:
            rank = float(len(self.rules.levels) - list(self.rules.levels).index(name))
            sim.log("level", record.name, name, rank, record.name, level.title_en, level.title_zh)
        if record.strategy == "silence":
            return
        pace, team = self.pace(), sim.scenario.team
        late = record.incident.info_delay_h * team.coordination * (1.0 - team.technical_judgement)
        approval = level.approval_h if level is not None else 0.0
        binds = level.handlers if level is not None else 1
        wait = self._take_handlers((self.rules.statement_h + approval) * pace + team.crisis_task_h, binds)
        start = sim.now + wait
        if record.strategy == "private_contact":
            sim.at(start + self.rules.first_h * pace, self.answers.contact, record, 0)
            if self.rules.reply_after_fix:
                self._remove_cause(record, start + self.rules.first_h * pace)
            return
        first, analysis, statement = (
            h * pace for h in (self.rules.first_h, self.rules.analysis_h, self.rules.statement_h + approval)
        )
        if first < statement:
            sim.at(start + first, self.first_response, record)
        sim.at(start + analysis + late * pace, self.analysed, record)
        sim.at(start + statement, self.make_statement, record, level)
        if record.strategy in MEASURES:
            self._remove_cause(record, start + statement)

    def _remove_cause(self, record: Record, answered: float) -> None:
        """The cause will be removed, and that will be said, after the answer."""
        fixed = self.sim.now + record.incident.fix_h * MEASURES_H[record.incident.type]
        self.sim.at(max(answered, fixed) + 0.5, self.measures, record)

    def first_response(self, record: Record) -> None:
        """We have heard and are looking into it: it answers a part of the open questions."""
        sim, thread = self.sim, record.thread
        record.first_response = sim.now
        thread.answered = max(thread.answered, self.rules.holding)
        if sim.is_open(thread):
            r = self.rules
            self.answers.publish(
                record, "first", r.first_stance, 0.0, r.evidence_without_analysis, r.holding**2
            )
        sim.log("first_response", record.name, "playbook", sim.now - record.detected, record.name, "", "")

    def analysed(self, record: Record) -> None:
        """The facts are known."""
        record.analysed = self.sim.now
        self.sim.log("analysis", record.name, "playbook", self.sim.now - record.detected, record.name, "", "")

    def make_statement(self, record: Record, level: Level | None) -> None:
        """The official statement; what it is worth follows from fit, evidence and timing."""
        sim, thread, r = self.sim, record.thread, self.rules
        record.answered(sim.now)
        if math.isnan(record.first_response):
            record.first_response = sim.now
        known = record.analysed <= sim.now
        evidence = record.incident.evidence_available if known else r.evidence_without_analysis
        fit = r.fit[record.strategy][record.incident.cluster]
        value = fit * (r.blind_worth + (1.0 - r.blind_worth) * evidence if fit > 0 else 1.0)
        if fit > 0 and thread.coverage == 0:
            value *= 1.0 + r.thunder
        value = max(-1.0, min(1.0, value))
        record.denied = record.strategy in PLAYING_DOWN
        thread.reply_efficacy, thread.reply_evidence, thread.reply_t = value, evidence, sim.now
        thread.answered = max(thread.answered, max(value, 0.0))
        thread.news_t = sim.now
        if sim.is_open(thread):
            sim.audience.refresh(thread.index, sim.now, r.news)
            self.answers.publish(record, "statement", r.stance_gain * value, value, evidence, max(value, 0.0))
            purse = self.answers.use_reserve(record, level)
            self.answers.call_in(record, level, value, purse)
        sim.log("statement", record.name, record.strategy, value, record.name, "", "")
        if value > 0 and evidence < r.rebound_evidence:
            strength = r.rebound * (1.0 - evidence) * record.incident.evidence
            sim.at(sim.now + r.rebound_h, self.rebound, record, strength)
        elif value < 0:
            sim.at(sim.now + r.rebound_h, self.rebound, record, -r.rebound * value)
        sim.wake_outlets()

    def rebound(self, record: Record, strength: float) -> None:
        """A statement without data, or one that does not fit, feeds a second wave (M8)."""
        force = strength * self.sim.incidents.rules.wave_strength
        self.sim.incidents.second_wave(record, record.thread.severity, force, "unconvincing statement")

    def measures(self, record: Record) -> None:
        """The cause is removed; users hit are looked after; a follow-up says so."""
        record.fixed = True
        self.sim.log("measure", record.name, record.strategy, 1.0, record.name, "", "")
        self.answers.repair(record, 0.0, 1.0, self.rules.fix_repair, False)
        if self.sim.is_open(record.thread):
            self.answers.follow_up(record, "fixed", max(record.thread.reply_evidence, 0.5))

    # closing -------------------------------------------------------------------------------------------------

    def conclude(self, record: Record, what: int) -> None:
        """Note that a case it follows is resolved, or open again: see :func:`prsim.model.cases.follow`."""
        kind = "resolved" if what == RESOLVED else "reopened"
        self.sim.log(kind, record.name, "", self.sim.now - record.start, record.name, "", "")
