"""The texts of a comparison on a terminal: key → (English, Chinese)."""

from __future__ import annotations

__all__ = ["COMPARISON_TEXT", "STATISTICS"]

STATISTICS: dict[str, tuple[str, str]] = {
    "mean": ("{metric}, mean", "{metric}（均值）"),
    "end": ("{metric}, at the end", "{metric}（期末）"),
    "total": ("{metric}, in all", "{metric}（合计）"),
    "trough": ("{metric}, deepest fall", "{metric}（最大跌幅）"),
    "loss": ("{metric}, mean loss", "{metric}（平均损失）"),
    "value": ("Target: {metric}", "目标：{metric}"),
}

COMPARISON_TEXT: dict[str, tuple[str, str]] = {
    "pairs": ("{n} pairs of runs on the same luck.", "{n} 对模拟，每对随机条件相同。"),
    "stopped": ("Stopped early: the question is answered.", "问题已有答案，提前结束。"),
    "answered": ("Every question is answered.", "各项均已有答案。"),
    "spent": ("All runs that were allowed are used up.", "已用完允许的模拟次数。"),
    "against": ("{a} against {b}", "{a} 与 {b} 对比"),
    "col_measure": ("measure", "指标"),
    "col_difference": ("{a} − {b} ({level} interval)", "{a} − {b}（{level} 区间）"),
    "col_chance": ("chance that {a} is better", "{a} 更优的概率"),
    "col_share": ("{a} better in one run", "单次模拟中 {a} 更优"),
    "col_verdict": ("verdict", "结论"),
    "col_needed": ("runs to tell", "判断所需次数"),
    "higher": ("higher: {chance}", "更高：{chance}"),
    "verdict_better": ("{plan} better", "{plan} 更优"),
    "verdict_higher": ("{plan} higher", "{plan} 更高"),
    "verdict_cannot_tell": ("cannot tell", "无法判断"),
    "verdict_equal": ("equal in every run", "每次模拟均相同"),
    "needed": ("about {n}", "约 {n}"),
    "needed_many": ("over {n}", "超过 {n}"),
    "met": ("met: {a}, {b}", "达标：{a}，{b}"),
    "points": (" points", " 分"),
    "percentage": (" pp", " 个百分点"),
    "hours": (" h", " 小时"),
    "band": ("{mean} ({lo} to {hi}){unit}", "{mean}（{lo} 至 {hi}）{unit}"),
    "segment": ("{measure} · {segment}", "{measure} · {segment}"),
    "best": ("Best by {measure}: {best}", "按“{measure}”最优：{best}"),
    "undecided": ("; not ruled out: {plans}", "；尚不能排除：{plans}"),
    "covers": (
        "The intervals of all rows hold together with {level} probability, whenever the runs were stopped; where "
        "the difference is very uneven from run to run (a few large ones), those of 10 to 20 pairs hold somewhat less "
        "often. They show what luck does, not how wrong the model's assumptions may be. The chance is about the mean "
        "over all luck; the column beside it is about a single course of events, an equal one counted half.",
        "所有行的区间同时成立的概率为 {level}，与何时停止模拟无关；若差异极不均匀（仅少数几次很大），"
        "只有 10–20 对时成立的概率略低。区间只反映随机波动，不含模型假设可能的偏差。"
        "“更优的概率”针对所有随机情形的平均；其旁一列针对单次事态发展，相同者计一半。",
    ),
    "about_needed": (
        "“Runs to tell”: runs of each plan with which, if the effect is what it seems, the verdict would be clear four "
        "times in five.",
        "“判断所需次数”：若效果与目前所见相同，每个方案需多少次模拟，才有八成把握得出结论。",
    ),
    "col_plan": ("plan", "方案"),
    "col_runs": ("runs", "模拟次数"),
    "col_mean": ("{measure}", "{measure}"),
    "col_state": ("", ""),
    "chosen": ("best", "最优"),
    "left": ("not ruled out", "未能排除"),
    "ruled_out": ("ruled out", "已排除"),
    "kn_done": (
        "KN (Kim & Nelson 2001): if the best is ahead by {within} or more, this is the best with {chance} probability.",
        "KN 法（Kim & Nelson 2001）：若最优方案领先至少 {within}，则此处所选即为最优的概率为 {chance}。",
    ),
    "kn_open": (
        "Not decided within {runs} runs of a plan: {n} plans are left. Allow more runs, or let only a larger "
        "difference matter.",
        "每个方案 {runs} 次模拟内未能决出：尚余 {n} 个方案。可增加模拟次数，或放宽视为重要的差距。",
    ),
    "ocba": (
        "OCBA (Chen et al. 2000): runs went to the plans that are hard to tell apart; this is the best with an "
        "estimated probability of {chance}.",
        "OCBA 法（Chen 等 2000）：模拟次数优先分给难以区分的方案；估计此处所选为最优的概率为 {chance}。",
    ),
}  # fmt: skip
