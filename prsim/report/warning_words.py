"""The texts of the page on the warning system: key → (English, Chinese)."""

from __future__ import annotations

__all__ = ["WARNING_TEXT"]

WARNING_TEXT: dict[str, tuple[str, str]] = {
    "kind": ("Warning system, measured", "舆情预警能力评估"),
    "fact_incidents": ("Incidents simulated", "模拟事件"),
    "fact_incidents_said": (
        "{runs}, each in a run of its own (seed {seed})",
        "{runs} 起，逐一单独模拟（随机种子 {seed}）",
    ),
    "fact_crises": ("Crises among them", "其中的危机"),
    "fact_crises_said": ("{crises} ({share})", "{crises} 起（{share}）"),
    "fact_often": ("How often", "发生频率"),
    "fact_often_said": (
        "{incidents} incidents a month, {crises} of them crises",
        "每月 {incidents} 起事件，其中危机 {crises} 起",
    ),
    "fact_bursts": ("Harmless bursts of talk", "无害的负面讨论高峰"),
    "fact_bursts_said": ("{bursts} a month (assumption)", "每月 {bursts} 次（假设）"),
    "what": (
        "A crisis is an incident that, left unanswered for {days} days, enters a hot list{rate}. It is "
        "known in time when the team knows of it before it enters the hot list, or before its negative "
        "posts are most frequent if it never does. Every threshold and tool level is asked about the "
        "same recorded incidents.",
        "危机指在无人回应的 {days} 天内登上热搜{rate}的事件。团队在其登上热搜之前（未登热搜的，在负面帖文"
        "最密集之前）知情，即为及时。各阈值与工具等级都在同一批事件记录上检验。",
    ),
    "what_rate": (" or reaches {rate} negative posts an hour", "或每小时负面帖文达到 {rate} 条"),
    "sec_reading": ("What it says", "结果解读"),
    "sec_curve": ("Hits and false alarms", "命中与误报"),
    "sec_time": ("How early the team knows", "知情时间"),
    "sec_worth": ("What tools are worth", "工具的价值"),
    "sec_table": ("All settings", "全部设置"),
    "sec_limits": ("Limits", "局限"),
    "read_time": (
        "Without a tool the team knows of half of the crises after {slow}, with {tool} after {fast}.",
        "没有工具时，半数危机在发生后 {slow}之内为团队所知；使用{tool}时为 {fast}。",
    ),
    "read_hit": (
        "In time are {low} of the crises without and {high} with it; the difference is {gain} (95% "
        "interval {band}).",
        "及时知情的危机由 {low} 升至 {high}，相差 {gain}（95% 区间 {band}）。",
    ),
    "read_false": (
        "Its false alarms are {high} a month instead of {low}: harmless bursts and incidents that stay "
        "small. Of all alarms {precision} are crises.",
        "误报由每月 {low} 次变为 {high} 次，包括无害的讨论高峰和未扩大的事件；全部警报中危机占 {precision}。",
    ),
    "read_prompt": (
        "Known within 30 minutes of their beginning are {low} of the crises without and {high} with it.",
        "发生后 30 分钟内即知情的危机由 {low} 变为 {high}。",
    ),
    "read_worth": (
        "In a crisis that the playbook answers, {tool} saves {list}, on average of {n} crises (95% "
        "intervals). At {price} a month and {often} crises a month that is {costs}.",
        "在按预案应对的危机中，{tool}平均减少{list}（{n} 起危机，括号内为 95% 区间）。按每月 {price}、每"
        "月 {often} 起危机计，折合{costs}。",
    ),
    "read_unsure": (
        "Whether it lowers {list} cannot be told from {n} crises.",
        "{n} 起危机尚不足以判断其能否降低{list}。",
    ),
    "fig_curve": ("Crises known in time, against false alarms", "及时知情的危机与误报"),
    "fig_curve_note": (
        "One curve for each tool level, one point for each factor on the thresholds (the large one: as "
        "planned); bars: 95% intervals. Up and to the left is better.",
        "每条曲线对应一个工具等级，每个点对应一组阈值（大点为方案设定值），竖线为 95% 区间；越靠左上越好。",
    ),
    "axis_false": ("false alarms a month (logarithmic)", "每月误报次数（对数坐标）"),
    "axis_hit": ("crises known in time", "及时知情的危机"),
    "fig_time": ("From the beginning of a crisis until the team knows", "从危机发生到团队知情"),
    "fig_time_note": (
        "Thresholds as planned. Triangle: alarm; dot: the team knows (medians; bars: 80% of crises). "
        "Dashed: 30 minutes.",
        "阈值按方案设定。三角为警报，圆点为团队知情（中位数，横条为 80% 区间）；虚线为 30 分钟。",
    ),
    "alarm": ("alarm", "警报"),
    "knows": ("the team knows", "团队知情"),
    "never": ("not known", "未知情"),
    "factor": ("thresholds × {factor}", "阈值 × {factor}"),
    "level": ("{title} (level {level})", "{title}（等级 {level}）"),
    "col_tool": ("Tool", "工具"),
    "col_factor": ("Thresholds", "阈值"),
    "col_hit": ("In time", "及时知情"),
    "col_noticed": ("Known at all", "最终知情"),
    "col_prompt": ("Within 30 min", "30 分钟内"),
    "col_known": ("Team knows (80%)", "知情时间（80%）"),
    "col_lead": ("Lead", "提前量"),
    "col_precision": ("Alarms that are crises", "危机占警报"),
    "col_area": ("Area under the curve", "曲线下面积"),
    "col_measure": ("Damage of a crisis", "危机损失"),
    "col_damage": ("Mean", "均值"),
    "col_saved": ("Saved by the tool (95%)", "工具减少的损失（95%）"),
    "col_verdict": ("Verdict", "判断"),
    "col_unit_price": ("Yuan for one (95%)", "每单位成本（元，95%）"),
    "nps_trough": ("NPS lost at the trough", "净推荐值低谷跌幅"),
    "negative_posts": ("Negative posts", "负面帖文"),
    "negative_days": ("Excess negative share", "超额负面占比"),
    "unit_nps_trough": ("{value} points", "{value} 分"),
    "unit_negative_posts": ("{value} posts", "{value} 条"),
    "unit_negative_days": ("{value} days", "{value} 天"),
    "worth_note": (
        "{n} of the crises, each run again with the plan's response at every tool level, with the same "
        "luck: what is left of the difference is the tool's. A unit's price is a month's price over what "
        "is saved in a month; it is given only where something is saved for certain.",
        "取 {n} 起危机，在相同随机因素下按各工具等级、以方案的应对重新模拟，差异即为工具的作用。每单位成"
        "本等于月价除以每月减少的损失；仅在确有减少时给出。",
    ),
    "no_worth": ("No crises were compared.", "未比较任何危机。"),
    "limit_bursts": (
        "How many harmless bursts there are, how large they are and how many of them a tool recognises "
        "are assumptions of the scenario (monitoring.bursts_per_month, burst_posts, burst_sigma, "
        "tool_filter); so is the tool's sensitivity. The lag from alarm to knowledge is given "
        "(monitoring.lag_h, lag_tool_h), not found.",
        "无害高峰的次数、规模及工具识别比例均为场景假设（monitoring.bursts_per_month、burst_posts、burst_"
        "sigma、tool_filter），工具灵敏度亦然；从警报到知情的时滞（monitoring.lag_h、lag_tool_h）是给定的"
        "输入，而非结果。",
    ),
    "limit_alone": (
        "Each incident strikes alone, in a week without campaign, at any hour of the week. Drills and "
        "what the campaign had built up are not in the comparison.",
        "每起事件均单独发生在没有传播活动的一周内，时刻随机；演练与前期传播的积累不在比较之列。",
    ),
    "limit_chance": (
        "Intervals contain chance alone (Wilson, exact Poisson, bootstrap over incidents and months, "
        "paired differences), not the uncertainty of the model's parameters.",
        "区间仅反映随机因素（Wilson、精确泊松、对事件与月份的自助法、配对差异），不含模型参数的不确定性。",
    ),
    "read_alarm": (
        "The alarm itself comes after {slow} without and {fast} with it; the rest is the time until "
        "somebody has looked into it.",
        "警报本身在发生后 {slow}（无工具）与 {fast}（有工具）发出，其余为核实所需的时间。",
    ),
    "saved_nps_trough": (
        "{value} points of NPS at the trough ({lo} to {hi})",
        "净推荐值低谷跌幅 {value} 分（{lo} 至 {hi}）",
    ),
    "saved_negative_posts": (
        "{value} negative posts ({lo} to {hi})",
        "负面帖文 {value} 条（{lo} 至 {hi}）",
    ),
    "saved_negative_days": (
        "{value} days of excess negative share ({lo} to {hi})",
        "超额负面占比 {value} 天（{lo} 至 {hi}）",
    ),
    "cost_nps_trough": ("{cost} for a point", "每分 {cost}"),
    "cost_negative_posts": ("{cost} for a negative post less", "每条负面帖文 {cost}"),
    "cost_negative_days": ("{cost} for a day", "每天 {cost}"),
    "worth_free": ("{title}: {price} a month", "{title}：每月 {price}"),
    "worth_none": ("{title}: not sold", "{title}：未出售"),
    "col_false": ("False alarms a month: small + bursts", "每月误报：小事件 + 无害高峰"),
}
