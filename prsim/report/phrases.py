"""The texts of the report: key → (English, Chinese)."""

from __future__ import annotations

__all__ = ["TEXT"]

TEXT: dict[str, tuple[str, str]] = {
    # title block
    "untitled": ("Untitled scenario", "未命名场景"),
    "doc_kind": ("PR simulation report", "公关决策仿真报告"),
    "fact_period": ("Period", "模拟周期"),
    "fact_days": ("{days} days", "共 {days} 天"),
    "fact_audience": ("Audience", "受众规模"),
    "fact_persons": ("{persons} persons in {segments} segments", "{persons}人，{segments} 个细分人群"),
    "fact_persons_only": ("{persons} persons", "{persons}人"),
    "fact_resolution": ("Resolution", "模拟精度"),
    "fact_agents": ("{agents} agents, {tick}-minute ticks", "{agents}个智能体，步长 {tick} 分钟"),
    "fact_agents_only": ("{agents} agents", "{agents}个智能体"),
    "fact_runs": ("Runs", "模拟次数"),
    "fact_runs_said": ("{runs} (seed {seed})", "{runs} 次（随机种子 {seed}）"),
    "fact_budget": ("Budget", "预算总额"),
    "contents": ("Contents", "目录"),
    "bands_cover": (
        "Bands show how far chance alone spreads the outcome over {runs} runs of the same plan. They do not contain "
        "the uncertainty of the model's parameters.",
        "区间反映同一方案重复模拟 {runs} 次时，仅由随机因素造成的结果差异，不含模型参数本身的不确定性。"),
    "bands_cover_one": (
        "This is a single run: one possible course of events, without any band. Repeat it to see how far chance "
        "spreads the outcome.",
        "本报告仅含一次模拟，只是一种可能的走势，没有区间。请增加模拟次数以了解结果的波动范围。"),
    "few_runs": (
        "{runs} runs: the 95% band is only the range of the runs, and odds are rough. At least {enough} runs are "
        "needed to speak of 95%.",
        "仅 {runs} 次模拟：95% 区间等同于全部结果的范围，达标概率也较粗略；至少需要 {enough} 次模拟才能给出 95% 区间。"),
    # section heads
    "sec_results": ("Results against targets", "目标达成情况"),
    "sec_reading": ("What the runs say", "结果解读"),
    "sec_course": ("How opinion moves", "舆论走势"),
    "sec_segments": ("By audience segment", "分人群表现"),
    "sec_channels": ("Media and platforms", "媒体与平台"),
    "sec_content": ("Content, followers and return", "内容、粉丝与回报"),
    "sec_incidents": ("Incidents and response", "负面事件与应对"),
    "sec_effects": ("What made the difference", "影响归因"),
    "sec_money": ("Money", "预算与支出"),
    "sec_timeline": ("Course of events", "事件时间线"),
    "sec_measures": ("All measures", "指标总览"),
    "sec_method": ("Method and limits", "方法与局限"),
    "sec_assumptions": ("Assumptions", "假设清单"),
    "sec_glossary": ("Glossary", "术语表"),
    # targets
    "col_kpi": ("Target", "指标"),
    "col_target": ("Goal", "目标值"),
    "col_median": ("Median", "中位数"),
    "col_band80": ("80% band", "80% 区间"),
    "col_odds": ("Odds (95% interval)", "达标概率（95% 区间）"),
    "col_status": ("Verdict", "判断"),
    "status_likely": ("Likely met", "大概率达标"),
    "status_open": ("Open", "尚无定论"),
    "status_unlikely": ("Unlikely", "大概率不达标"),
    "status_not_measured": ("Not measured", "未测量"),
    "not_measured": ("not measured", "未测量"),
    "no_kpis": ("No targets were set for this scenario.", "该场景未设定目标。"),
    "card_band": ("80% of runs: {band}", "80% 区间：{band}"),
    "card_baseline": ("before: {value}", "基线：{value}"),
    "card_met": ("Met in {met} of {runs} runs: {odds}, 95% interval {low}–{high}",
                 "{runs} 次模拟中 {met} 次达标：{odds}（95% 区间 {low}–{high}）"),
    "card_not_measured": ("This scenario does not produce the measure, so nothing is said about the target.",
                          "该场景未产生此项数据，无法判断是否达标。"),
    "card_source": ("Source: {source}", "来源：{source}"),
    "card_key": (
        "Bars: 80% of runs (pale), 50% (dark), median (black), target (orange line), value before (ring).",
        "图例：浅色为 80% 区间，深色为 50% 区间，黑线为中位数，橙线为目标，圆环为基线。"),
    "target_level": ("target {target}", "目标 {target}"),
    "target_plain": ("target", "目标"),
    # legends
    "legend_median": ("median of the runs", "各次模拟的中位数"),
    "legend_run": ("the single run", "单次模拟"),
    "legend_band50": ("50% of runs", "50% 区间"),
    "legend_band80": ("80% of runs", "80% 区间"),
    "legend_band95": ("95% of runs", "95% 区间"),
    "legend_band_range": ("range of all {runs} runs", "全部 {runs} 次模拟的范围"),
    "legend_survey": ("survey, 95% sampling error", "调查值及 95% 抽样误差"),
    "legend_incident": ("incident (shaded until resolved)", "负面事件（阴影至平息）"),
    "legend_statement": ("official statement", "官方声明"),
    "legend_allocated": ("allocated", "已分配"),
    "legend_spent": ("spent, mean of runs", "已支出（各次平均）"),
    # figures
    "no_data": ("No observations of this measure.", "该指标暂无观测数据。"),
    "fig_nps_title": ("NPS of the whole audience", "净推荐值（NPS），全体受众"),
    "fig_nps_note": ("Points, −100 to +100. Daily means.", "单位：分，取值 −100 至 +100；日均值。"),
    "fig_nps_note_survey": (
        "Points, −100 to +100. Daily means. Dots: what a survey would report (median wave) with the sampling error of "
        "one survey.",
        "单位：分，取值 −100 至 +100；日均值。圆点为调查所得（各次模拟的中位数），竖线为单次调查的抽样误差。"),
    "fig_nps_enlarged_title": ("NPS, enlarged", "净推荐值（NPS），局部放大"),
    "fig_nps_enlarged_note": ("The same curve on its own scale, without target and survey.",
                              "同一曲线，按自身范围缩放，不含目标与调查值。"),
    "fig_sentiment_title": ("Net sentiment", "净情感值"),
    "fig_sentiment_note": ("Balance of attitudes, −1 to +1. Daily means.", "正负态度相抵后的净值，取值 −1 至 +1；日均值。"),
    "fig_negative_title": ("Negative share of voice", "负面声量占比"),
    "fig_negative_note": (
        "Negative posts as a share of all posts of the day, so that busy hours weigh more. Days with fewer than "
        "{least} posts in a run are left out. Below: posts a day (median, logarithmic).",
        "当日负面帖文占全部帖文的比例（按发帖量加权）；单次模拟中当日不足 {least} 帖的不计入。下方为每日发帖量（中位数，对数坐标）。"),
    "fig_negative_note_unweighted": (
        "Daily means of the share per interval, not weighted: the numbers of posts were not recorded.",
        "各时段占比的日均值；因未记录发帖量，未作加权。"),
    "strip_posts": ("posts a day", "每日发帖量"),
    "fig_complaints_title": ("Complaints per day", "每日投诉量"),
    "fig_complaints_note": ("Complaints to the service desk. Daily means.", "用户向客服提出的投诉；日均值。"),
    "fig_of_target_note": ("A measure that the plan has a target for. Daily means; dashed: the target, where it is a level.",
                           "该方案设有目标的指标，日均值；虚线为目标值（目标为绝对水平时）。"),
    "fig_media_positive_share_title": ("Positive share of media coverage", "媒体正面报道占比"),
    "fig_media_note": (
        "Share of all items since the start; it moves slowly late in the period because it is cumulative.",
        "自起始日累计；因逐日累积，后期变化较缓。"),
    "fig_media_least": ("Shown from the {least}th item of a run on.", "单次模拟满 {least} 条报道后才计入。"),
    "panel_nps": ("NPS by segment", "分人群净推荐值（NPS）"),
    "panel_satisfaction": ("User satisfaction by segment", "分人群用户满意度"),
    "panel_note": (
        "Median and 80% of runs on one common scale; number: median at the end. Dashed: incidents.",
        "中位数与 80% 区间，各图坐标一致；右上角为期末中位数，虚线为负面事件。"),
    "panel_note_few": (
        "Median and range of the runs on one common scale; number: median at the end. Dashed: incidents.",
        "中位数与全部模拟的范围，各图坐标一致；右上角为期末中位数，虚线为负面事件。"),
    "panel_platforms": ("Posts a week by platform", "各平台每周发帖量"),
    "panel_platforms_note": (
        "Median and band of the runs on one common logarithmic scale; the number is the total over the period.",
        "中位数与区间，各图采用同一对数坐标；数字为全周期总量。"),
    "platforms_left_out": ("{n} smaller platforms with {share} of all posts are left out.",
                           "另有 {n} 个较小平台（占全部发帖的 {share}）未列出。"),
    "posts_total": ("{n} posts", "共 {n} 帖"),
    "no_segments": ("No observations by segment.", "暂无分人群观测数据。"),
    "no_platforms": ("No observations by platform.", "暂无分平台观测数据。"),
    "no_incidents": ("No incidents in this scenario.", "该场景未发生负面事件。"),
    "incidents_unlisted": (
        "Besides the incidents below, random ones strike {mean} times per run on average, at other times and of other "
        "kinds in every run; they are part of all bands, and the course of events shows those of one run.",
        "除下列事件外，每次模拟平均另有 {mean} 起随机事件，其时间与类型各不相同；所有区间均已包含其影响，事件时间线展示其中一次模拟的情况。"),
    "incidents_only_random": (
        "Incidents strike at random, {mean} times per run on average, at other times and of other kinds in every run; "
        "they are part of all bands, and the course of events shows those of one run.",
        "负面事件随机发生，每次模拟平均 {mean} 起，时间与类型各不相同；所有区间均已包含其影响，事件时间线展示其中一次模拟的情况。"),
    "closeups": ("The first week of each incident", "各事件首周"),
    "closeups_note": (
        "Negative share of posts per 6 hours, median and 80% of runs. On the base line: first response (dot), official "
        "statement (diamond), resolved (ring), at their median times.",
        "每 6 小时的负面帖文占比，中位数与 80% 区间。横轴标记为各环节的中位时间：圆点为首次回应，菱形为官方声明，圆环为平息。"),
    "closeup_alt": ("Negative share around {title}", "“{title}”前后的负面声量占比"),
    "fig_response_title": ("How fast the team acted", "响应速度"),
    "fig_response_note": (
        "Time since the incident began, logarithmic. Marks: median; bars: 80% of runs. Dashed: 30 minutes and 48 hours.",
        "自事件发生起计时，对数坐标。标记为中位数，横条为 80% 区间；虚线为 30 分钟与 48 小时。"),
    "stage_detected": ("Detected", "监测发现"),
    "stage_first_response": ("First response", "首次回应"),
    "stage_statement": ("Official statement", "官方声明"),
    "stage_resolved": ("Resolved", "平息"),
    "incident_table": ("Incidents in numbers", "事件数据"),
    "incident_table_note": ("Median over runs; below it 80% of runs. Times since the incident began.",
                            "中位数，下方为 80% 区间；时间自事件发生起计。"),
    "hours_later": ("{hours} h", "{hours} 小时"),
    "row_level": ("Warning level", "预警级别"),
    "row_topic": ("Topic", "议题"),
    "row_severity": ("Severity", "严重程度"),
    "row_persons": ("Users hit directly", "直接受影响用户"),
    "row_within_48h": ("Runs that resolve it within 48 h", "48 小时内平息的比例"),
    "row_hot_odds": ("Odds of a hot search", "登上热搜的概率"),
    "row_hot_hours": ("Time on the hot list", "热搜时长"),
    "row_peak": ("Peak negative share", "负面占比峰值"),
    "row_72h": ("Negative share after 72 h", "72 小时后负面占比"),
    "row_trough": ("NPS loss, points", "NPS 跌幅（分）"),
    # effects
    "effects_intro": (
        "Each comparison runs the same plan twice with the same luck, once without the thing in question. What differs "
        "is due to it. Dots are means, bars 95% intervals of the mean; a measure has the same scale in every panel. "
        "Hollow: the interval contains zero, the runs cannot tell.",
        "每项对照都以相同的随机抽样把同一方案再跑一遍，只去掉所考察的因素，差异即由该因素造成。圆点为平均差异，横条为均值的 95% "
        "区间；同一指标在各图中坐标一致。空心表示区间包含零，现有模拟无法判断。"),
    "effects_runs": ("{runs} paired runs", "{runs} 对模拟"),
    "effects_none": ("No counterfactual runs were made, so this report does not say what caused what.",
                     "未进行反事实对照，本报告不作归因判断。"),
    "col_metric": ("Measure", "指标"),
    "col_difference": ("Difference", "差异"),
    "col_interval": ("95% interval", "95% 区间"),
    "verdict_better": ("better", "改善"),
    "verdict_worse": ("worse", "恶化"),
    "verdict_cannot_tell": ("cannot tell", "无法判断"),
    # money
    "fig_budget_title": ("Allocated and spent by line", "各预算科目的分配与支出"),
    "fig_budget_note": ("Spent: mean over runs.", "支出为各次模拟的平均值。"),
    "bar_said": ("{spent} of {allocated} ({part})", "{spent} / {allocated}（{part}）"),
    "fig_spend_title": ("Spent so far", "累计支出"),
    "fig_spend_note": ("Mean over runs, stacked by line.", "各次模拟的平均值，按科目堆叠。"),
    "budget_level": ("budget {total}", "预算 {total}"),
    "money_none": ("No budget was recorded for this scenario.", "该场景未记录预算。"),
    "money_total": ("Budget", "预算总额"),
    "money_spent": ("Spent, mean", "平均支出"),
    "money_left": ("Left on the lines, mean", "科目结余（平均）"),
    "money_kept": ("Kept back", "保留未分配"),
    "actions_title": ("What the money bought", "资金用途明细"),
    "col_line": ("Line and action", "科目与行动"),
    "col_count": ("Actions per run", "平均次数"),
    "col_spent": ("Spent, mean", "平均支出"),
    "col_left": ("Left, mean", "平均结余"),
    "col_allocated": ("Allocated", "分配"),
    "line_total": ("Line total", "科目合计"),
    # timeline
    "fig_timeline_title": ("One typical run", "典型模拟的事件进程"),
    "fig_timeline_note": (
        "Run {run}, the one with the median final NPS. Other runs differ in when and whether things happen. Media and "
        "KOL bars: items a day by tone (heights grow with the square root).",
        "第 {run} 次模拟（期末 NPS 居中的一次）；其他模拟中事件是否发生、何时发生会有不同。媒体与 KOL 柱形为每日条数，按倾向着色，"
        "高度按平方根缩放。"),
    "lane_incidents": ("Incidents", "负面事件"),
    "lane_response": ("Response", "应对动作"),
    "lane_hot": ("On the hot list", "热搜在榜"),
    "lane_media": ("Media items", "媒体报道"),
    "lane_kol": ("KOL posts", "KOL 发帖"),
    "lane_activities": ("Activities", "传播活动"),
    "tone_positive": ("positive", "正面"),
    "tone_neutral": ("neutral", "中性"),
    "tone_negative": ("negative", "负面"),
    "events_none": ("No events were recorded.", "未记录任何事件。"),
    "events_list": ("Events of this run ({n})", "该次模拟的事件清单（{n} 条）"),
    "events_odds": ("How often over all runs", "各类事件在全部模拟中的出现频率"),
    "col_when": ("When", "时间"),
    "col_kind": ("Event", "类型"),
    "col_what": ("What", "内容"),
    "col_share_runs": ("Runs with it", "出现的模拟"),
    "col_per_run": ("Per run", "平均每次"),
    "share_of_runs": ("{n} of {runs}", "{n} / {runs}"),
    # content, followers, return
    "content_none": ("The plan has no content of its own.", "该方案没有自有内容。"),
    "content_note": (
        "The brand's own content over the whole period. Completion: showings taken in to the end. Interaction rate: "
        "interactions per showing that was noticed. Medians over the runs, 80% of runs below.",
        "品牌自有内容，全周期统计。完播率：完整看完的次数与展示次数之比；互动率：互动次数与被注意到的展示之比。上为各次模拟的中位数，下为 80% 区间。"),
    "content_reviewed": ("Formats below the review's minimum are stopped, the best is reinforced.",
                         "复盘时低于下限的内容形式停用，资金转向表现最好的形式。"),
    "content_moved": ("Paid impressions move from the weakest platform to the best.",
                      "推广投放从表现最弱的平台逐步移向表现最好的平台。"),
    "col_format": ("Format", "内容形式"),
    "col_platform": ("Platform", "平台"),
    "col_shown": ("Showings", "展示次数"),
    "col_noticed": ("Noticed", "被注意到"),
    "col_completion": ("Completion", "完播率"),
    "col_interaction": ("Interaction rate", "互动率"),
    "col_stopped": ("Runs that stop it", "停用的模拟占比"),
    "col_moved": ("Runs that move money away", "减投的模拟占比"),
    "return_users": (
        "Users gained and kept by the campaign: {users} (95% interval {interval}, {pairs} pairs of runs with the same "
        "luck with and without it), for {spent}. The rates at which people become users and leave are assumptions.",
        "传播活动净增用户 {users}（95% 区间 {interval}，依据 {pairs} 对相同随机条件下有无活动的模拟），投入 {spent}。转化率与流失率为假设值。"),
    "return_each": ("That is {cost} for each.", "折合每位用户 {cost}。"),
    "return_unclear": ("The runs cannot tell whether the campaign gains users at all.", "现有模拟无法判断传播活动是否带来新增用户。"),
    "return_ratio": (
        "At an assumed worth of {value} per user the return is {ratio} yuan for every yuan (95% interval {interval}). What "
        "the campaign does for reputation is not in it.",
        "假设每位用户价值 {value}，每投入 1 元的回报为 {ratio} 元（95% 区间 {interval}），其中不含声誉方面的收益。"),
    # other measures
    "col_first": ("Start", "期初"),
    "col_last": ("End, median", "期末中位数"),
    "col_course": ("Course", "走势"),
    "measures_note": ("Posts, interactions and exposures are totals over the period.", "帖文、互动与曝光为全周期总量。"),
    # method
    "method_runs": (
        "An agent-based model simulates a sample of the audience, the platforms, media outlets, KOLs and the PR team. "
        "The plan was run {runs} times; only the random draws differ from run to run.",
        "报告基于智能体模型，模拟受众样本、社交平台、媒体、KOL 与公关团队的行为。同一方案共模拟 {runs} 次，各次之间仅随机抽样不同。"),
    "method_bands": (
        "Bands are quantiles over the runs at each moment, read separately for each measure and each time: no single run "
        "has to follow the edge of a band. With fewer than {enough} runs the widest band drawn is the range of the runs.",
        "区间为每一时刻各次模拟结果的分位数，逐指标、逐时刻计算，因此没有哪一次模拟必然沿区间边缘变化。模拟少于 {enough} 次时，"
        "最宽的区间即为全部结果的范围。"),
    "method_limits": (
        "Parameter uncertainty is not in the bands until the model is calibrated: if an assumption in the register is "
        "wrong, the truth may lie outside every band. Differences between two plans with the same luck are more "
        "reliable than the absolute numbers.",
        "在完成校准之前，区间不包含参数的不确定性：若清单中的某项假设有误，真实结果可能落在所有区间之外。相同随机条件下两个方案之间的差异，"
        "比绝对数值更为可靠。"),
    "method_odds": (
        "Odds are the share of runs that meet the target; the interval with them (Wilson, 95%) is about the number of "
        "runs, not about the model.",
        "达标概率为达标的模拟所占比例；所附区间（Wilson，95%）只反映模拟次数的多少，与模型是否正确无关。"),
    "method_survey": (
        "A survey asks a limited sample and so has a sampling error of its own, shown as error bars.",
        "调查只访问有限样本，自身存在抽样误差，以误差线表示。"),
    "assumptions_intro": (
        "{n} parameters: {evidence} rest on evidence, {facts} on facts of the plan, {assumed} are assumptions.",
        "共 {n} 项参数：{evidence} 项有实证依据，{facts} 项取自策划资料，{assumed} 项为假设。"),
    "assumptions_none": ("The register of parameters was not supplied.", "未提供参数清单。"),
    "assumptions_show": ("Show all {n} parameters", "展开全部 {n} 项参数"),
    "kind_evidence": ("evidence", "实证"),
    "kind_fact": ("fact", "策划资料"),
    "kind_assumption": ("assumption", "假设"),
    "col_path": ("Parameter", "参数"),
    "col_value": ("Value", "取值"),
    "col_unit": ("Unit", "单位"),
    "col_range": ("Range", "范围"),
    "col_basis": ("Basis", "依据"),
    "col_source": ("Source", "来源"),
    "col_doc": ("Meaning", "含义"),
    "manifest": ("Made with", "生成信息"),
    # the paragraph
    "space": (" ", ""),
    "comma": ("; ", "，"),
    "semicolon": ("; ", "；"),
    "full_stop": (".", "。"),
    "read_no_runs": ("No runs were supplied, so there is nothing to read yet.", "尚无模拟结果，暂无可解读的内容。"),
    "read_opening": ("The plan was simulated {runs} times over {period}.", "方案周期为 {period}，共模拟 {runs} 次。"),
    "read_opening_one": ("The plan was simulated once over {period}.", "方案周期为 {period}，仅模拟 1 次。"),
    "read_no_targets": ("No targets were set.", "未设定目标。"),
    "read_targets": ("Of {n} targets: {parts}.", "共 {n} 项目标：{parts}。"),
    "read_likely": ("{n} likely met ({names})", "{n} 项大概率达标（{names}）"),
    "read_open": ("{n} open ({names})", "{n} 项尚无定论（{names}）"),
    "read_unlikely": ("{n} unlikely ({names})", "{n} 项大概率不达标（{names}）"),
    "read_not_measured": ("{n} not measured ({names})", "{n} 项未测量（{names}）"),
    "read_nps": ("NPS comes to a median of {median} (80% of runs: {band})", "NPS 中位数为 {median}（80% 区间：{band}）"),
    "read_nps_one": ("NPS comes to {median} in this run.", "本次模拟的 NPS 为 {median}。"),
    "read_nps_odds": ("; the target of {target} is met in {met} of {runs} runs (95% interval of the odds {interval})",
                      "；{runs} 次模拟中有 {met} 次达到目标 {target}（达标概率的 95% 区间为 {interval}）"),
    "read_no_incidents": ("No incidents strike.", "期间未发生负面事件。"),
    "read_incident_one": ("The one incident in the plan is “{name}” ({day}): {facts}.", "预设的负面事件为“{name}”（{day}）：{facts}。"),
    "read_incidents": ("Of {n} incidents in the plan “{name}” ({day}) cuts deepest: {facts}.",
                       "预设的 {n} 起负面事件中，“{name}”（{day}）影响最大：{facts}。"),
    "read_incidents_unmeasured": ("Incidents in the plan: {n}; the damage of each was not measured.",
                                  "预设负面事件 {n} 起，各自的影响未测量。"),
    "read_unlisted": ("Random incidents: {mean} per run on average.", "随机负面事件平均每次模拟 {mean} 起。"),
    "read_peak": ("the negative share peaks at {share}", "负面占比峰值为 {share}"),
    "read_72h": ("after 72 hours it is {share}", "72 小时后为 {share}"),
    "read_trough": ("NPS falls {points} points below its value before", "NPS 较事前下跌 {points} 分"),
    "read_first_response": ("the first response comes after {time}", "首次回应用时 {time}"),
    "read_within_48h": ("{share} of runs resolve it within 48 hours", "{share} 的模拟在 48 小时内平息"),
    "read_effect_of_incidents": ("Compared with the same luck without incidents, ", "与相同随机条件下未发生负面事件相比，"),
    "read_effect_of_response": ("Compared with no response at all, ", "与完全不作回应相比，"),
    "read_effect_of_campaign": ("Compared with no campaign, ", "与不开展传播活动相比，"),
    "read_effect_of": ("{title}: ", "{title}："),
    "read_effect_nps_better": ("NPS is {points} points higher (95% interval of the mean {interval})",
                               "NPS 平均高 {points} 分（均值的 95% 区间 {interval}）"),
    "read_effect_nps_worse": ("NPS is {points} points lower (95% interval of the mean {interval})",
                              "NPS 平均低 {points} 分（均值的 95% 区间 {interval}）"),
    "read_effect_nps_cannot_tell": ("whether NPS moves the runs cannot tell (95% interval {interval})",
                                    "现有模拟无法判断 NPS 是否变化（95% 区间 {interval}）"),
    "read_effect_better": ("improved: {names}", "{names}改善"),
    "read_effect_worse": ("worse: {names}", "{names}恶化"),
    "read_effect_cannot_tell": ("the runs cannot tell for {names}", "{names}的变化无法判断"),
    "read_money": ("Of {total}, {spent} is spent on average.", "预算 {total}，平均支出 {spent}。"),
    "read_caution": ("The bands hold chance only, not the uncertainty of the model's assumptions.",
                     "以上区间仅反映随机因素，不含模型假设的不确定性。"),
    "read_caution_few": (
        "With {runs} runs the outer band is merely their range; and bands hold chance only, not the uncertainty of the "
        "model's assumptions.",
        "由于仅有 {runs} 次模拟，最外层区间只是全部结果的范围；且区间仅反映随机因素，不含模型假设的不确定性。"),
    "read_caution_one": ("One run is an example, not a forecast.", "单次模拟只是一个示例，不构成预测。"),
}  # fmt: skip
