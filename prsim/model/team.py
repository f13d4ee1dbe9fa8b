"""The PR team: it notices, judges, finds out, answers, makes good."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import mesa
import numpy as np

from prsim.model.audience import StorySpec
from prsim.model.incidents import Record
from prsim.model.ledger import FEN
from prsim.scenario.crisis import Level
from prsim.spread import layout as L
from prsim.spread.draws import Stream
from prsim.spread.experience import repair_users
from prsim.spread.reply import reply_to_aware

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation

PLAYING_DOWN = ("deny", "diminish", "bolster")
MEASURES = ("apologise", "fix", "withdraw")
COMPENSATED = ("product", "legal")  # types of crisis in which users are compensated (S10)
MEASURES_H = {"opinion": 1.0, "product": 1.0, "legal": 2.0, "brand": 1.0}  # the law takes its time (S10)
MONTH_H = 730.5


class PrTeam(mesa.Agent):
    """The brand's PR team."""

    def __init__(self, model: Simulation) -> None:
        super().__init__(model)
        self.sim = model
        self.rules = model.scenario.response
        self.tool = 0.0
        self.tool_until = 0.0
        self.skill = 0.0
        self.skill_t = 0.0
        self.handlers = [0.0] * model.scenario.team.crisis  # time at which each crisis handler is free
        self.false_alarms = 0

    # means ---------------------------------------------------------------------------------------------------

    def buy_tool(self, level: float, until: float) -> None:
        """Switch a monitoring tool on until its subscription ends."""
        self.tool = max(level if self.sim.now < until else 0.0, self.tool_level())
        self.tool_until = max(self.tool_until, until)

    def tool_level(self) -> float:
        """Level of the monitoring tools, 0 to 1."""
        return min(1.0, self.tool) if self.sim.now < self.tool_until else 0.0

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

    def _take_handler(self, until_after: float) -> float:
        """Book the first free crisis handler; return the wait in hours."""
        if not self.handlers:
            return 24.0  # nobody is in charge: somebody is found a day later
        i = min(range(len(self.handlers)), key=lambda j: self.handlers[j])
        wait = max(0.0, self.handlers[i] - self.sim.now)
        self.handlers[i] = self.sim.now + wait + until_after
        return wait

    # noticing ------------------------------------------------------------------------------------------------

    def schedule_false_alarms(self) -> None:
        """False alarms over the run; each binds a crisis handler for a while."""
        rate = self.sim.scenario.monitoring.false_alarms_per_month
        if rate <= 0.0:
            return
        t, n = 0.0, 0
        while True:
            t += self.sim.draws.exponential(Stream.DETECTION, "false alarm", n, mean=MONTH_H / rate)
            if t >= self.sim.horizon:
                return
            self.sim.at(t, self.false_alarm)
            n += 1

    def false_alarm(self) -> None:
        """Something looked like a crisis."""
        self.false_alarms += 1
        self._take_handler(self.sim.scenario.team.crisis_task_h)
        self.sim.log("false_alarm", f"false-alarm-{self.false_alarms}", "", 0.0, "", "", "")

    def watch(self, record: Record) -> None:
        """Raise the alarm when what monitoring sees of a thread passes its threshold."""
        m = self.sim.scenario.monitoring
        if record.thread.alarmed:
            return
        tool = self.tool_level()
        threshold = m.alert_posts * m.tool_sensitivity**-tool
        if self.sim.audience.tf[record.thread.index, L.VISIBLE_NEGATIVE] < threshold:
            return
        record.thread.alarmed = True
        people = max(self.sim.scenario.team.monitoring, 0.25)
        lag = math.exp((1 - tool) * math.log(m.lag_h) + tool * math.log(m.lag_tool_h))
        lag *= (2.0 / people) ** m.staff_gain
        lag *= math.exp(m.lag_sigma * self.sim.draws.normal(Stream.DETECTION, record.name))
        self.sim.at(self.sim.now + lag, self.detect, record)

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
        late = record.incident.info_delay_h * (1.0 - team.technical_judgement)
        wait = self._take_handler(self.rules.statement_h * pace + team.crisis_task_h)
        start = sim.now + wait
        if record.strategy == "private_contact":
            sim.at(start + self.rules.first_h * pace, self.contact, record, 0)
            return
        first, analysis, statement = (
            h * pace for h in (self.rules.first_h, self.rules.analysis_h, self.rules.statement_h)
        )
        if first < statement:
            sim.at(start + first, self.first_response, record)
        sim.at(start + analysis + late, self.analysed, record)
        sim.at(start + statement, self.make_statement, record, level)
        if record.strategy in MEASURES:
            fixed = sim.now + record.incident.fix_h * MEASURES_H[record.incident.type]
            sim.at(max(start + statement, fixed) + 0.5, self.measures, record)

    def first_response(self, record: Record) -> None:
        """We have heard and are looking into it: it answers a part of the open questions."""
        sim, thread = self.sim, record.thread
        record.first_response = sim.now
        thread.answered = max(thread.answered, self.rules.holding)
        if sim.is_open(thread):
            r = self.rules
            self._reply(record, "first", r.first_stance, 0.0, r.evidence_without_analysis, r.holding**2)
        sim.log("first_response", record.name, "playbook", sim.now - record.detected, record.name, "", "")

    def analysed(self, record: Record) -> None:
        """The facts are known."""
        record.analysed = self.sim.now
        self.sim.log("analysis", record.name, "playbook", self.sim.now - record.detected, record.name, "", "")

    def make_statement(self, record: Record, level: Level | None) -> None:
        """The official statement; what it is worth follows from fit, evidence and timing."""
        sim, thread, r = self.sim, record.thread, self.rules
        record.statement = sim.now
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
        thread.reply_efficacy, thread.reply_evidence = value, evidence
        thread.answered = max(thread.answered, max(value, 0.0))
        thread.news_t = sim.now
        if sim.is_open(thread):
            sim.audience.refresh(thread.index, sim.now, r.news)
            self._reply(record, "statement", r.stance_gain * value, value, evidence, max(value, 0.0))
            self._use_reserve(record, level)
            self._call_in(record, level, value)
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

    def _reply(
        self, record: Record, kind: str, stance: float, push: float, evidence: float, closing: float
    ) -> None:
        """Publish an answer where the incident broke and on the brand's own channels; show it to those concerned."""
        sim, thread = self.sim, record.thread
        name = f"{record.name}/{kind}"
        arousal = self.rules.answer_arousal * thread.arousal * (1.0 + max(-stance, 0.0))
        story = sim.audience.add_story(
            name,
            thread.index,
            StorySpec(
                topic=sim.world.topics[thread.topic],
                stance=stance,
                naive_stance=sim.newsroom.naive(thread, stance),
                credibility=sim.newsroom.strength("brand", evidence),
                format=sim.world.formats["press_statement"],
                trust_weight=1.0 - self.rules.evidence_for_trust * evidence,
                depth=sim.format("press_statement").depth,
                virality=sim.newsroom.virality(name, arousal),
                trust_push=push,
                closing=closing,
                consolidation=sim.scenario.belief.consolidation * evidence,
            ),
        )
        thread.reply_story = story
        sim.audience.ti[thread.index, L.REPLY] = story
        home = sim.world.platforms[record.incident.platform]
        reply_to_aware(
            sim.draws.key(Stream.BROADCAST, "reply", name), story, home, sim.slot(thread), sim.now,
            self.rules.reach * (1.0 if kind == "statement" else self.rules.first_reach), sim.audience.agents,
            sim.audience.queue, sim.world.channels, sim.world.rules, sim.audience.tick_h, sim.audience.si,
        )  # fmt: skip
        sim.audience.make_room()
        followers = sim.world.followers[home]
        persons = sim.world.member[home] * followers * sim.world.channels.see[home]
        share = followers * sim.world.member[home] / sim.world.sizes
        sim.audience.broadcast(
            name, story, home, sim.now, persons, share, f"brand@{record.incident.platform}"
        )

    def _use_reserve(self, record: Record, level: Level | None) -> None:
        """Release part of the reserve: placements, an audit, compensation (D81, M7)."""
        sim, r = self.sim, self.sim.scenario.budget.reserve
        left = sim.ledger.left.get(r.line, 0)
        if level is None or left <= 0 or level.reserve_share <= 0:
            return
        release = int(left * level.reserve_share)
        shares = r.placement_share + r.audit_share + r.compensation_share
        unit = release / shares if shares > 0 else 0.0
        thousand = int(unit * r.placement_share / (r.placement_cpm * FEN))
        place = sim.world.platforms[record.incident.platform]
        seats = sim.scenario.budget.frequency_cap * float(sim.world.member[place].sum())
        thousand = min(thousand, int(seats / 1000.0))
        if thousand:
            sim.ledger.spend(sim.now, r.line, round(thousand * r.placement_cpm * FEN), "emergency placement")
            self._place(record, 1000.0 * thousand)
        if unit * r.audit_share >= r.audit_yuan * FEN:
            sim.ledger.spend(sim.now, r.line, round(r.audit_yuan * FEN), "third-party audit")
            sim.at(sim.now + r.audit_h, self.audited, record)
        hit = float(record.hit.sum())
        if record.strategy in MEASURES and record.incident.type in COMPENSATED and hit > 0:
            n = min(int(unit * r.compensation_share / (r.compensation_yuan * FEN)), math.ceil(hit))
            if n:
                sim.ledger.spend(sim.now, r.line, round(n * r.compensation_yuan * FEN), "compensation")
                self._repair(record, 0.0, min(1.0, n / hit), r.compensation_gain, False)

    def _place(self, record: Record, persons: float) -> None:
        """Buy impressions for the statement on the platform where the incident broke."""
        sim = self.sim
        home = sim.world.platforms[record.incident.platform]
        member = sim.world.member[home]
        sim.audience.broadcast(
            f"{record.name}/placement", record.thread.reply_story, home, sim.now, persons * member / member.sum(),
            member / sim.world.sizes, f"placement {record.name}", sim.scenario.budget.reserve.placement_half_life_h,
        )  # fmt: skip

    def audited(self, record: Record) -> None:
        """A third party reports: the answer is better evidenced from now on."""
        thread, r = record.thread, self.sim.scenario.budget.reserve
        thread.reply_evidence += r.audit_gain * (1.0 - thread.reply_evidence)
        if thread.reply_efficacy is not None and thread.reply_efficacy > 0:
            thread.reply_efficacy = min(1.0, thread.reply_efficacy * self.rules.audit_worth)
            self._follow_up(record, "audit", thread.reply_evidence)

    def _call_in(self, record: Record, level: Level | None, value: float) -> None:
        """Outlets and KOLs of the level's table get the statement at once (M16)."""
        if level is None:
            return
        order = sorted(self.sim.outlets, key=lambda o: (-o.relationship(), o.spec.name))
        for outlet in order[: level.outlets]:
            outlet.commission(record.thread)
        kols = sorted(self.sim.kols, key=lambda k: (-k.spec.stance, k.spec.name))
        for kol in kols[: level.kols]:
            kol.sponsored(record.thread, self.rules.stance_gain * value)

    def measures(self, record: Record) -> None:
        """The cause is removed; users hit are looked after; a follow-up says so."""
        record.fixed = True
        self.sim.log("measure", record.name, record.strategy, 1.0, record.name, "", "")
        self._repair(record, 0.0, 1.0, self.rules.fix_repair, False)
        if self.sim.is_open(record.thread):
            self._follow_up(record, "fixed", max(record.thread.reply_evidence, 0.5))

    def _follow_up(self, record: Record, kind: str, evidence: float) -> None:
        thread = record.thread
        if not self.sim.is_open(thread):
            return
        thread.answered = 1.0
        fit = max(self.rules.fit[record.strategy][record.incident.cluster], 0.0)
        self._reply(
            record, kind, self.rules.follow_up_gain * fit, self.rules.follow_up_gain * fit, evidence, fit
        )
        self.sim.log("follow_up", record.name, kind, evidence, record.name, "", "")

    def contact(self, record: Record, n: int) -> None:
        """Private contact first (C2): those concerned are called, a few hours' worth at a time."""
        sim, hours = self.sim, self.rules.private_round_h
        if n == 0:
            record.first_response = record.statement = sim.now
            sim.log("first_response", record.name, "private", sim.now - record.detected, record.name, "", "")
        concerned = float(record.hit.sum() + record.witnesses.sum())
        done = min(1.0, n * hours * self.rules.private_per_h / max(1.0, concerned))
        now = min(1.0, (n + 1) * hours * self.rules.private_per_h / max(1.0, concerned))
        self._repair(record, done, now, self.rules.private_gain, True)
        record.thread.answered = max(record.thread.answered, self.rules.private_answer * now)
        home = sim.world.platforms[record.incident.platform]
        if n == 0 and sim.is_open(record.thread):
            # the answer given privately quiets those who were asked; nobody else hears of it
            fit = max(self.rules.fit["private_contact"][record.incident.cluster], 0.0)
            reach = min(
                1.0, self.rules.private_per_h * hours * self.rules.private_rounds / max(1.0, concerned)
            )
            story = sim.audience.add_story(
                f"{record.name}/private",
                record.thread.index,
                StorySpec(
                    topic=sim.world.topics[record.thread.topic],
                    stance=self.rules.stance_gain * fit,
                    credibility=sim.newsroom.strength("peer", record.incident.evidence_available),
                    format=sim.world.formats["press_statement"],
                    virality=0.0,
                    closing=self.rules.private_gain,
                    depth=1.0,
                    trust_push=fit,
                ),
            )
            reply_to_aware(
                sim.draws.key(Stream.BROADCAST, "private", record.name), story, home, sim.slot(record.thread),
                sim.now, reach, sim.audience.agents, sim.audience.queue, sim.world.channels, sim.world.rules,
                sim.audience.tick_h, sim.audience.si,
            )  # fmt: skip
            sim.audience.make_room()
        if now < 1.0 and n + 1 < self.rules.private_rounds:
            sim.at(sim.now + hours, self.contact, record, n + 1)

    def _repair(self, record: Record, lo: float, hi: float, gain: float, close: bool) -> None:
        sim = self.sim
        repair_users(
            sim.draws.key(Stream.SERVICE, "hit", record.name), record.hit, lo, hi, gain, 1.0 if close else 0.0,
            sim.slot(record.thread) if sim.is_open(record.thread) else 0, sim.now, sim.audience.agents,
            sim.world.rules,
        )  # fmt: skip

    # closing -------------------------------------------------------------------------------------------------

    def follow(self, record: Record) -> None:
        """Note the course of a case; it is resolved when its negative posts have ebbed away."""
        heat = float(self.sim.audience.tf[record.thread.index, L.NEGATIVE_HEAT])
        record.peak_negative = max(record.peak_negative, heat)
        quiet = heat < self.rules.resolved_ratio * record.peak_negative or not self.sim.is_open(record.thread)
        if not quiet:
            record.quiet_since = float("nan")
        elif np.isnan(record.quiet_since):
            record.quiet_since = self.sim.now
        if np.isnan(record.resolved):
            lasting = self.sim.now - record.quiet_since >= self.rules.resolved_quiet_h
            if lasting and not np.isnan(record.statement):
                record.resolved = self.sim.now
                self.sim.log("resolved", record.name, "", self.sim.now - record.start, record.name, "", "")
        elif heat > 2.0 * self.rules.resolved_ratio * record.peak_negative:
            record.resolved = float("nan")
            self.sim.log("reopened", record.name, "", self.sim.now - record.start, record.name, "", "")
