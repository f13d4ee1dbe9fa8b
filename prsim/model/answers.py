"""How an answer is given: statements, follow-ups, what the reserve pays, private contact."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from prsim.model.audience import StorySpec
from prsim.model.incidents import Record
from prsim.model.ledger import FEN
from prsim.scenario.crisis import Level
from prsim.spread import layout as L
from prsim.spread.draws import Stream
from prsim.spread.experience import repair_users

if TYPE_CHECKING:
    from prsim.model.simulation import Simulation

MEASURES = ("apologise", "fix", "withdraw")  # strategies that take measures beside the words
COMPENSATED = ("product", "legal")  # types of crisis in which users are compensated (S10)


class Answers:
    """Gives the brand's answers to an incident."""

    def __init__(self, sim: Simulation) -> None:
        self.sim = sim
        self.rules = sim.scenario.response

    def publish(
        self, record: Record, kind: str, stance: float, push: float, evidence: float, closing: float
    ) -> None:
        """Publish an answer where the incident broke; show it to those who have met the matter."""
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
        part = 1.0 if kind == "statement" else self.rules.first_reach
        self.show_to_aware(record, name, story, self.rules.reach * part)
        followers = sim.following.share[home]
        persons = sim.world.member[home] * followers * sim.world.channels.see[home]
        share = followers * sim.world.member[home] / sim.world.sizes
        sim.audience.broadcast(
            name, story, home, sim.now, persons, share, f"brand@{record.incident.platform}"
        )

    def use_reserve(self, record: Record, level: Level | None) -> int:
        """Release part of the reserve: placements, an audit, compensation (D81, M7); return what is left of it, fen."""
        sim, r = self.sim, self.sim.scenario.budget.reserve
        left = sim.ledger.left.get(r.line, 0)
        if level is None or left <= 0 or level.reserve_share <= 0:
            return 0
        spent_before, release = sim.ledger.spent_fen, int(left * level.reserve_share)
        shares = r.placement_share + r.audit_share + r.compensation_share
        unit = release / shares if shares > 0 else 0.0
        thousand = int(unit * r.placement_share / (r.placement_cpm * FEN))
        concerned = sim.scenario.budget.frequency_cap * float(sim.audience.tf[record.thread.index, L.EXPOSED])
        thousand = min(thousand, math.ceil(concerned / 1000.0))
        if thousand:
            sim.ledger.spend(sim.now, r.line, round(thousand * r.placement_cpm * FEN), "emergency placement")
            self.place(record, 1000.0 * thousand)
        if unit * r.audit_share >= r.audit_yuan * FEN:
            sim.ledger.spend(sim.now, r.line, round(r.audit_yuan * FEN), "third-party audit")
            sim.at(sim.now + r.audit_h, self.audited, record)
        hit = float(record.hit.sum())
        if record.strategy in MEASURES and record.incident.type in COMPENSATED and hit > 0:
            n = min(int(unit * r.compensation_share / (r.compensation_yuan * FEN)), math.ceil(hit))
            if n:
                sim.ledger.spend(sim.now, r.line, round(n * r.compensation_yuan * FEN), "compensation")
                self.repair(record, 0.0, min(1.0, n / hit), r.compensation_gain, False)
        return release - (sim.ledger.spent_fen - spent_before)

    def place(self, record: Record, persons: float) -> None:
        """Buy impressions for the statement among those who have met the thread (search and topic placements)."""
        exposed = max(1.0, float(self.sim.audience.tf[record.thread.index, L.EXPOSED]))
        reach = 1.0 - math.exp(-persons / exposed)
        self.show_to_aware(record, f"{record.name}/placement", record.thread.reply_story, reach)

    def show_to_aware(self, record: Record, name: str, story: int, reach: float) -> None:
        """Show a story to a share of those who have met the thread, where the incident broke."""
        place = self.sim.world.platforms[record.incident.platform]
        key = self.sim.draws.key(Stream.BROADCAST, "reply", name)
        self.sim.audience.answer(key, story, place, self.sim.now, reach)

    def audited(self, record: Record) -> None:
        """A third party reports: the answer is better evidenced from now on."""
        thread, r = record.thread, self.sim.scenario.budget.reserve
        thread.reply_evidence += r.audit_gain * (1.0 - thread.reply_evidence)
        if thread.reply_efficacy is not None and thread.reply_efficacy > 0:
            thread.reply_efficacy = min(1.0, thread.reply_efficacy * self.rules.audit_worth)
            self.follow_up(record, "audit", thread.reply_evidence)

    def call_in(self, record: Record, level: Level | None, value: float, purse: int) -> None:
        """The level's table (M16): outlets that are on the story get the statement at once, KOLs carry it.

        Outlets that have not written about the matter are not told of it by the brand. ``purse`` (fen) pays the KOLs.
        """
        if level is None:
            return
        writing = [o for o in self.sim.outlets if o.spec.name in record.thread.covered_by]
        writing.sort(key=lambda o: (-o.relationship(), o.spec.name))
        for outlet in writing[: level.outlets]:
            outlet.commission(record.thread)
        if self.sim.audience.tf[record.thread.index, L.HEAT] < self.sim.scenario.kols.heat_per_h:
            return  # what few have heard of is not carried further
        kols = sorted(self.sim.kols, key=lambda k: (-k.spec.stance, k.spec.name))
        reserve = self.sim.scenario.budget.reserve.line
        for kol in kols[: level.kols]:
            fee = self._fee(kol.spec.tier)
            if fee > purse:
                continue
            purse -= fee
            self.sim.ledger.spend(self.sim.now, reserve, fee, "statement carried by a KOL")
            kol.sponsored(record.thread, self.rules.stance_gain * value)

    def _fee(self, tier: str) -> int:
        """List price of a post by a KOL of this tier, fen; nothing where the price list has none."""
        prices = self.sim.scenario.budget.prices.values()
        return next((round(p.yuan * FEN) for p in prices if p.action == "kol" and p.tier == tier), 0)

    def follow_up(self, record: Record, kind: str, evidence: float) -> None:
        thread = record.thread
        if not self.sim.is_open(thread):
            return
        thread.answered = 1.0
        fit = max(self.rules.fit[record.strategy][record.incident.cluster], 0.0)
        self.publish(
            record, kind, self.rules.follow_up_gain * fit, self.rules.follow_up_gain * fit, evidence, fit
        )
        self.sim.log("follow_up", record.name, kind, evidence, record.name, "", "")

    def contact(self, record: Record, n: int) -> None:
        """Private contact first (C2): those concerned are called, a few hours' worth at a time."""
        sim, hours = self.sim, self.rules.private_round_h
        if n == 0:
            record.first_response = sim.now
            record.answered(sim.now)
            sim.log("first_response", record.name, "private", sim.now - record.detected, record.name, "", "")
        concerned = float(record.hit.sum() + record.witnesses.sum())
        done = min(1.0, n * hours * self.rules.private_per_h / max(1.0, concerned))
        now = min(1.0, (n + 1) * hours * self.rules.private_per_h / max(1.0, concerned))
        self.repair(record, done, now, self.rules.private_gain, True)
        record.thread.answered = max(record.thread.answered, self.rules.private_answer * now)
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
            self.show_to_aware(record, f"{record.name}/private", story, reach)
        if now < 1.0 and n + 1 < self.rules.private_rounds:
            sim.at(sim.now + hours, self.contact, record, n + 1)

    def repair(self, record: Record, lo: float, hi: float, gain: float, close: bool) -> None:
        sim = self.sim
        repair_users(
            sim.draws.key(Stream.SERVICE, "hit", record.name), record.hit, lo, hi, gain, 1.0 if close else 0.0,
            sim.slot(record.thread) if sim.is_open(record.thread) else -1, sim.now, sim.audience.agents,
        )  # fmt: skip
