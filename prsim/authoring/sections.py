"""The sections of a scenario in a planner's order: what each is called, and what to know before changing it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["GENERAL", "SECTIONS", "Section", "section_of"]

GENERAL = "general"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a scenario as a planner thinks of it.

    Attributes
    ----------
    keys
        Its keys at the top of a scenario.
    title_en, title_zh
        What it is called.
    lesson_en, lesson_zh
        What is decided there and what happens if it is changed. ``{file}`` stands for the scenario's file.
    """

    keys: tuple[str, ...]
    title_en: str
    title_zh: str
    lesson_en: str
    lesson_zh: str

    def title(self, language: str) -> str:
        """What it is called in ``"en"`` or ``"zh"``."""
        return self.title_zh if language == "zh" else self.title_en

    def lesson(self, language: str) -> str:
        """What to know, in ``"en"`` or ``"zh"``."""
        return self.lesson_zh if language == "zh" else self.lesson_en


SECTIONS: dict[str, Section] = {
    "plan": Section(
        ("meta", "horizon_days"),
        "The plan",
        "方案",
        """\
What it is called, the question it shall answer, its first day and its length. All other dates are calendar dates: whoever
moves the start moves the phases, the activities and the incidents too (`prsim new … --start DATE` does it). A shorter horizon_days cuts the calendar off, and
`prsim check` says what is left out.""",
        """\
方案的名称、要回答的问题、第一天和时长。其余日期都是日历日期：改了开始日期，阶段、活动和事件的日期也要一起改（`prsim new … --start 日期` 会一起改）。
缩短 horizon_days 会截断日历，`prsim check` 会说明略去了什么。""",
    ),
    "budget": Section(
        ("budget",),
        "Money",
        "预算",
        """\
How much there is, how it is divided over the lines, and how much of it each phase may spend. The shares of split and kept
sum to one, and so do the shares of the phases. More for one line is less for another: name both. Activities draw shares of a
line, so that they grow and shrink with it. An activity whose money no longer buys one unit of anything is refused.
The crisis reserve is a line like the others; incidents release it level by level.""",
        """\
总额是多少，各预算线如何分配，每个阶段可以花多少。split 与 kept 的份额之和为 1，各阶段的份额之和也为 1：
一条线多了，另一条线就要少，两处都要写。活动按份额从预算线取钱，随预算线增减；钱少到买不起任何一个单位的活动会被拒绝。
危机预备金也是一条预算线，事件发生时按预警等级动用。""",
    ),
    "segments": Section(
        ("segments",),
        "Audience",
        "受众",
        """\
Whom the plan addresses: persons, how many of them use the product, what they judge the brand by (needs sum to one) and where
they stand at the start. NPS, trust and satisfaction are starting values; where they end is the result, not an input.
A small segment weighs little in the figures for all; look at the report's figures by segment.""",
        """\
方案面向谁：人数、其中多少人在用产品、他们凭什么评价品牌（needs 之和为 1）、开始时的态度。
NPS、信任和满意度是起始值，终点是运行的结果，不是输入。小的人群在总体数字里分量很轻，请看报告中分人群的数字。""",
    ),
    "activities": Section(
        ("activities",),
        "Calendar",
        "活动日历",
        """\
What the brand does of its own accord. An activity draws shares of the lines' money of the phase in which it begins (lines;
over all activities of a phase at most 1 a line) and divides it over the price list (buys; sums to one). What it costs and
how many pieces, posts or seats it gets follows from that. Names of prices and what they cost: `prsim show budget.prices
scenario={file}`. More money for one activity of a phase is less for another.""",
        """\
品牌主动做的事。活动从它开始所在阶段的预算线按份额取钱（lines；同一阶段所有活动在一条线上的份额之和不超过 1），
再按价目表分配（buys，之和为 1）。花多少钱、得到多少篇内容、多少条发布、多少个名额，都由此算出。
价目的名称和价格：`prsim show budget.prices scenario={file}`。同一阶段里一个活动多了，另一个就少了。""",
    ),
    "incidents": Section(
        ("incidents",),
        "Incidents",
        "负面事件",
        """\
What goes wrong. schedule gives incidents of the library a date; random draws others, per_year times a year on average.
Without any incident a plan looks better than it will be; with a fixed one you see how the response works; random ones show
the spread of outcomes. `prsim list incidents scenario={file}` names all that can be used.""",
        """\
出什么问题。schedule 给库里的事件定日期；random 随机抽取其他事件，平均每年 per_year 次。
没有事件的方案看上去比实际好；固定的事件用来看应对是否有效；随机事件给出结果的离散程度。
`prsim list incidents scenario={file}` 列出所有可用的事件。""",
    ),
    "response": Section(
        ("response",),
        "Response",
        "危机应对",
        """\
How fast the brand answers, counted from the moment it notices, and with which strategy. Faster is not always better: a
statement before the analysis is done lacks evidence and can feed a second wave. 'matched' takes the playbook's strategy for
the kind of responsibility; one strategy for all is there to compare.""",
        """\
从察觉算起，品牌多快回应、用什么策略。并非越快越好：研判完成之前的声明缺少证据，可能引发二次舆情。
matched 按责任类型取应对手册中的策略；也可以统一用一种策略作对比。""",
    ),
    "team": Section(
        ("team",),
        "Team",
        "团队",
        """\
Who is there to do it. Each stage of a case binds a crisis handler; a second case at the same time waits. Content and media
work beyond the hours of the team appears later than planned.""",
        """\
由谁来做。一个案例的每一步都占用一名危机处理人员，同时发生的第二个案例要等。超出团队工时的内容和媒体工作会晚于计划。""",
    ),
    "targets": Section(
        ("targets",),
        "Targets",
        "目标",
        """\
What the plan is judged by. A target changes no run, only its verdict: the share of runs that meet it. `prsim list metrics`
names what can be judged.""",
        """\
用什么评判方案。目标不影响运行，只影响结论：达到目标的运行占多少。`prsim list metrics` 列出可以评判的指标。""",
    ),
    "review": Section(
        ("review",),
        "Adaptive practice",
        "定期复盘",
        "Whether the plan looks at its own figures, stops the formats that do not work and moves money to those that do.",
        "方案是否看自己的数据：停掉效果差的内容形式，把钱转给效果好的。",
    ),
    "monitoring": Section(
        ("monitoring",),
        "Monitoring",
        "舆情监测",
        "When an incident is noticed. Lower thresholds notice earlier and raise more false alarms, which bind crisis handlers.",
        "什么时候察觉事件。阈值低，察觉早，误报也多，而误报占用危机处理人员。",
    ),
    "service": Section(
        ("service",),
        "Service desk",
        "客户服务",
        "How many cases the desk gets, how fast it answers, and what late answers do to satisfaction and to public complaints.",
        "客服收到多少问题、多快答复，答复迟了对满意度和公开投诉有什么影响。",
    ),
    "topics": Section(
        ("topics",),
        "Topics",
        "话题",
        "What people hold attitudes about. Needs, activities and incidents use these names: who adds a topic adds it to the needs.",
        "人们对什么有态度。需求、活动和事件都用这些名称：新增话题时，也要写进各人群的需求。",
    ),
    "platforms": Section(
        ("platforms", "rhythms", "formats"),
        "Platforms, rhythms and formats",
        "平台、作息与内容形式",
        "Where things are read and passed on, at which hours people are there, and how content formats differ.",
        "内容在哪里被看到和转发，人们什么时间在线，各种内容形式有何不同。",
    ),
    "media": Section(
        ("media",),
        "Media",
        "媒体",
        "The outlets, whom they reach, and what makes them write. What they write is decided in the run, not here.",
        "有哪些媒体、覆盖谁、什么促使它们报道。报道的内容由运行决定，不在这里设定。",
    ),
    "kols": Section(
        ("kols",),
        "Opinion leaders",
        "意见领袖",
        "Accounts that can be paid, and that also post of their own accord when a matter is hot.",
        "可以付费合作的账号；话题热起来时，它们也会自己发帖。",
    ),
    "competitors": Section(
        ("competitors",),
        "Competitors",
        "竞品",
        "Whose stories compete for attention and share of voice. They do not react to the plan.",
        "谁的内容在争夺注意力和声量。它们不会对方案作出反应。",
    ),
    "mechanisms": Section(
        (
            "belief",
            "attention",
            "sharing",
            "recommendation",
            "craft",
            "funnel",
            "ambient",
        ),
        "Mechanisms",
        "机制参数",
        """\
How people believe, forget, share and recommend. Most of these values are assumptions: change them to see whether a
conclusion depends on them, not to reach a target.""",
        """\
人们如何相信、遗忘、转发和推荐。这些数值大多是假设：改动它们是为了看结论是否依赖于它们，而不是为了凑目标。""",
    ),
    "population": Section(
        ("population", "survey", "engine"),
        "Population, survey and numerical settings",
        "人口、调查与数值设定",
        "Resolution and links of the audience, the survey that measures it, and settings of the computation.",
        "受众的分辨率与连接，对它的调查，以及计算设定。",
    ),
    GENERAL: Section(
        (
            "calendar_days",
            "tick_min",
            "seed",
            "replicates",
            "counterfactuals",
            "workers",
            "language",
            "out",
        ),
        "The runs",
        "运行",
        """\
How often the plan is run. Replicates differ only in their luck; counterfactuals repeat some of them without incidents, without
response and without campaign. More runs make the odds more precise, not more true.""",
        """\
方案运行多少次。各次运行只有运气不同；counterfactuals 把其中几次在没有事件、没有应对、没有传播的条件下重复一遍。
运行越多，达标概率越精确，但不会更符合现实。""",
    ),
}

_SECTION_OF = {key: name for name, section in SECTIONS.items() for key in section.keys}


def section_of(key: str) -> str:
    """Name of the section that a key at the top of a scenario belongs to."""
    return _SECTION_OF.get(key, GENERAL)
