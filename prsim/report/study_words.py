"""The texts of a study's report: key → (English, Chinese)."""

from __future__ import annotations

__all__ = ["CURVE_MEASURES", "STRATEGIES", "STUDY_TEXT"]

STRATEGIES: dict[str, tuple[str, str]] = {
    "matched": ("matched to the case", "按手册匹配"),
    "historical": ("as in the historical case", "沿用历史做法"),
    "silence": ("silence", "沉默"),
    "deny": ("deny", "否认"),
    "diminish": ("diminish", "淡化"),
    "clarify": ("clarify", "澄清"),
    "apologise": ("apologise", "道歉"),
    "fix": ("fix", "整改"),
    "withdraw": ("withdraw", "撤回"),
    "bolster": ("bolster", "正面强化"),
    "private_contact": ("private contact", "私下沟通"),
}

# measure of the response curve → (English, Chinese, unit)
CURVE_MEASURES: dict[str, tuple[str, str, str]] = {
    "sentiment_trough": ("Deepest fall of net sentiment", "净情感值最大跌幅", "index"),
    "sentiment_area": ("Mean loss of net sentiment", "净情感值平均损失", "index"),
    "nps_loss": ("Mean loss of NPS", "净推荐值（NPS）平均损失", "points"),
    "nps_trough": ("Deepest fall of NPS", "净推荐值（NPS）最大跌幅", "points"),
    "hot_search_hours": ("Time on the hot list", "热搜时长", "h"),
    "complaints": ("Mean complaints a day", "日均投诉量", "count"),
    "recovery_h": ("Time until recovery", "恢复用时", "h"),
}

STUDY_TEXT: dict[str, tuple[str, str]] = {
    # title block
    "kind": ("Study report", "对比研究报告"),
    "untitled": ("Untitled study", "未命名研究"),
    "fact_scenario": ("Scenario", "场景"),
    "fact_design": ("Design", "实验设计"),
    "fact_design_said": (
        "{points} points × {replicates} replicates",
        "{points} 个设计点 × {replicates} 次重复",
    ),
    "fact_runs": ("Runs done", "完成的模拟"),
    "fact_runs_said": ("{done} of {total}", "{done} / {total} 次"),
    "fact_agents": ("Agents", "智能体"),
    "fact_period": ("Period", "模拟周期"),
    "fact_seeds": ("Seeds", "随机种子"),
    "seeds_common": ("{seeds}, the same at every point", "{seeds}，各点相同"),
    "seeds_own": ("{count} different ones", "{count} 个，各点不同"),
    "bands_cover": (
        "Bands and intervals show what chance alone does over the replicates. They do not contain the uncertainty of "
        "the model's parameters: if an assumption is wrong, the truth may lie outside all of them.",
        "报告中的区间只反映重复模拟之间的随机波动，不含模型参数本身的不确定性：若某项假设有误，真实结果可能落在所有区间之外。",
    ),
    "space": (" ", ""),
    "interval": ("{mean} ({band})", "{mean}（{band}）"),
    "band": ("{low} to {high}", "{low} 至 {high}"),
    "pair": ("{across} × {down}", "{across} × {down}"),
    # section heads
    "contents": ("Contents", "目录"),
    "sec_answer": ("Question and short answer", "问题与简答"),
    "sec_design": ("What was varied", "变量设置"),
    "sec_curve": ("Damage by hours of delay", "响应延迟与损失"),
    "sec_levels": ("One factor at a time", "逐个因素"),
    "sec_heat": ("Two factors at a time", "两两组合"),
    "sec_split": ("How the budget is split", "预算分配"),
    "sec_differences": ("Differences from the reference", "与参照点的差异"),
    "sec_fans": ("Course over time", "随时间的走势"),
    "sec_targets": ("Targets", "目标达成"),
    "sec_points": ("All points in numbers", "各点数据"),
    "sec_convergence": ("Are the replicates enough?", "重复次数是否足够"),
    "sec_failures": ("Failed runs", "失败的模拟"),
    "sec_reproduce": ("How to reproduce it", "如何复现"),
    "sec_method": ("Method and limits", "方法与局限"),
    # the short answer
    "no_results": ("No run is done yet, so there is nothing to answer.", "尚无完成的模拟，暂无结论。"),
    "read_runs": (
        "{points} points, {replicates} replicates each: {done} of {total} runs are done.",
        "共 {points} 个设计点，每点重复 {replicates} 次；{total} 次模拟已完成 {done} 次。",
    ),
    "read_failed": ("Failed and left out: {n} (see below).", "另有 {n} 次失败（见下文），未计入。"),
    "for_case": ("{case}: ", "{case}："),
    "read_best": (
        "{measure} is best at {point}: {mean} (95% interval {band}).",
        "{measure}最佳的是 {point}，为 {mean}（95% 区间 {band}）。",
    ),
    "read_only": ("There is no other point to compare it with.", "没有其他设计点可供比较。"),
    "read_sure": (
        "All {others} others are ruled out as the best (95%).",
        "其余 {others} 个点均可排除（95% 置信水平）。",
    ),
    "read_some": (
        "Of the {others} others {told} are ruled out as the best (95%); from {unsure} the runs cannot tell it{names}.",
        "其余 {others} 个点中，{told} 个可以排除（95% 置信水平），{unsure} 个与它无法区分{names}。",
    ),
    "read_none": (
        "The runs cannot tell it from any of the {others} others: which is best remains open.",
        "其余 {others} 个点均与它无法区分，孰优尚无定论。",
    ),
    "read_names": (" ({names})", "（{names}）"),
    "read_same": ("It is also the best on {names}.", "该点的{names}同样最好。"),
    "read_same_unsure": (
        "It comes first on {names}, too, but there cannot be told from all others.",
        "该点的{names}也最好，但与部分其他点无法区分。",
    ),
    "read_luck": (
        "The mean of the best of many points is a little too good: it was picked because luck was with it, too.",
        "从众多点中挑出的最优点，其均值略偏乐观，因为入选本身也有运气成分。",
    ),
    "read_no_best": (
        "The points differ in circumstances that nobody chooses ({names}), so none of them is called the best. "
        "Below: how the results move with each factor.",
        "各设计点的外部条件不同（{names}），并非可选方案，因此不评选最优点；各因素的影响见下文。",
    ),
    "read_reference": (
        "Compared with {reference}, {measure} is told to be higher at {higher} of {n} points and lower at {lower}; at "
        "{unsure} the runs cannot tell.",
        "与“{reference}”相比，{n} 个点中{measure}确认更高的有 {higher} 个，确认更低的有 {lower} 个，无法判断的有 {unsure} 个。",
    ),
    "read_delay": (
        "With “{strategy}”, {measure} goes from {first} after {early} to {last} after {late}; in the same worlds that is "
        "a difference of {more}.",
        "采取“{strategy}”时，延迟由 {early}增至 {late}，{measure}由 {first}变为 {last}；在相同的模拟世界中相差 {more}。",
    ),
    "read_delay_unsure": (
        "With “{strategy}”, {measure} is {first} after {early} and {last} after {late}; in the same worlds that is a "
        "difference of {more}: the runs cannot tell whether the delay matters.",
        "采取“{strategy}”时，延迟 {early}与 {late}的{measure}分别为 {first}与 {last}；在相同的模拟世界中相差 {more}，"
        "无法判断延迟是否有影响。",
    ),
    "read_knee": (
        "Another hour costs most at about {hours} (95% interval {band}).",
        "在约 {hours}处，每多拖一小时代价最大（95% 区间 {band}）。",
    ),
    "read_knee_unsure": (
        "Where another hour costs most the runs cannot tell (at best: about {hours}, 95% interval {band}).",
        "每多拖一小时在何处代价最大尚无法判断（最可能在约 {hours}处，95% 区间 {band}）。",
    ),
    "read_slope": (
        "There an hour costs {slope} ({band}).",
        "该处每小时的代价为 {slope}（{band}）。",
    ),
    "whole_plan": ("The incidents of the plan", "方案中的事件"),
    "own_strategy": ("as planned", "按方案"),
    "read_caution": (
        "All intervals hold chance only, not the uncertainty of the model's assumptions.",
        "以上区间仅反映随机因素，不含模型假设的不确定性。",
    ),
    # design
    "col_factor": ("Factor", "因素"),
    "col_key": ("Parameter", "参数"),
    "col_levels": ("Levels", "取值"),
    "col_scale": ("Scale", "标度"),
    "scale_linear": ("linear", "线性"),
    "scale_log": ("logarithmic", "对数"),
    "scale_category": ("names", "类别"),
    "levels_range": ("{low} to {high}, {n} levels", "{low} 至 {high}，共 {n} 个取值"),
    "levels_names": ("{names} and {n} more", "{names}等，另有 {n} 个"),
    "split_said": (
        "The lines of the budget share one total; in labels their shares stand in percent, in this order: {lines}.",
        "各预算科目此消彼长；标签中依次列出其占比（百分数）：{lines}。",
    ),
    "given_said": (
        "A circumstance, not a choice of the plan: {names}.",
        "{names}属外部条件，不是可选方案。",
    ),
    "fig_design": ("Where the points lie", "设计点分布"),
    "design_note": (
        "One axis a factor, one line a point.",
        "每条横轴为一个因素，每条折线为一个设计点。",
    ),
    "design_note_dots": ("One dot a point.", "每个圆点为一个设计点。"),
    "design_note_dark": (
        "The darker, the better: {measure}; black: the best mean.",
        "颜色越深，{measure}越好；黑色标出均值最优的点。",
    ),
    "design_note_shade": ("The darker, the better: {measure}.", "颜色越深，{measure}越好。"),
    # response curve
    "curve_note": (
        "Mean over the replicates with its 95% interval, by hours until the statement (logarithmic), on a common "
        "scale; more is worse. Triangles below the axis: where another hour costs most, with the 95% interval; rings: "
        "there it may cost nothing.",
        "横轴为发布声明前的延迟（对数坐标），纵轴坐标一致，数值越大损失越重；线为重复模拟的均值，色带为 95% 区间。轴下三角为每多拖一"
        "小时代价最大之处，横线为其 95% 区间；空心圆表示该处代价可能为零。",
    ),
    "curve_cut": (
        "{n} more strategies are left out.",
        "另有 {n} 种策略未列出。",
    ),
    "legend_knee": ("where another hour costs most", "每多拖一小时代价最大处"),
    "knee_hint": ("{strategy}: {hours} (95% interval {band})", "{strategy}：{hours}（95% 区间 {band}）"),
    # levels and pairs
    "levels_note": (
        "Grey: the mean of each point. Coloured: the mean of all points at a level, with its 95% interval. Other "
        "factors differ along with it where the design does not cross them.",
        "灰点为各设计点的均值；彩色点为同一取值下全部设计点的均值，竖线（或横线）为 95% 区间。若设计未交叉，其他因素也会随之变化。",
    ),
    "levels_note_split": (
        "More for one line is less for others: such a panel shows both at once.",
        "一个科目增加，其他科目必然减少，图中反映的是两者的共同结果。",
    ),
    "levels_note_common": (
        "What a seed does to all points alike is taken out of these intervals.",
        "各点共有的随机波动已从区间中剔除。",
    ),
    "heat_note": (
        "Mean of all points in a cell; the darker, the better; the best cell is framed. Grey: no point.",
        "格内为落入该格的设计点均值，颜色越深越好，黑框为最优格，灰格没有设计点。",
    ),
    "heat_note_bins": ("“≈”: the middle of an interval of levels.", "“≈”为取值区间的中点。"),
    # split
    "fig_bars": ("The best and the worst splits", "最好与最差的分配"),
    "bars_note": (
        "The {best} best and the {worst} worst points by {measure}; on the right the mean with its 95% interval.",
        "按{measure}排列，上为最好的 {best} 个点，下为最差的 {worst} 个点；数字为均值及 95% 区间。",
    ),
    "bars_note_all": (
        "All points by {measure}, the best on top; on the right the mean with its 95% interval.",
        "全部设计点按{measure}由好到差排列；数字为均值及 95% 区间。",
    ),
    "fig_triangle": ("Three lines, one budget: {measure}", "三个科目的组合：{measure}"),
    "triangle_note": (
        "A point nearer to a corner gives more to its line. The darker, the better; black rim: the best mean.",
        "越靠近某一角，该科目占比越高；颜色越深越好，黑圈为均值最优的点。",
    ),
    "corner": ("up to {most}", "最高 {most}"),
    # differences
    "fig_strips": ("Each point against {reference}", "各点与“{reference}”的差异"),
    "strips_note": (
        "Differences of runs with the same seed. Thick: 95% interval of the mean difference; thin: 95% for all points "
        "at once. A point is told apart when the thin one leaves out zero.",
        "相同随机种子下的配对差异。粗线为平均差异的 95% 区间，细线为全部比较同时成立的 95% 区间；细线不含零，差异方可确认。",
    ),
    "strips_note_cut": (
        "The {n} best and the {n} worst; {left} between them are left out.",
        "仅列出最好与最差各 {n} 个，中间 {left} 个从略。",
    ),
    "legend_better": ("better", "更好"),
    "legend_worse": ("worse", "更差"),
    "legend_unsure": ("cannot tell", "无法判断"),
    "verdict_higher": ("higher", "更高"),
    "verdict_lower": ("lower", "更低"),
    "verdict_cannot_tell": ("cannot tell", "无法判断"),
    "strip_needed": (" · about {n} pairs would tell", " · 约需 {n} 对才能判断"),
    "strip_hint": (
        "{mean} · 95%: {band} · for all at once: {wide} · chance that it is higher: {chance} · {verdict} · {n} pairs",
        "{mean} · 95%：{band} · 同时区间：{wide} · 更高的概率：{chance} · {verdict} · {n} 对",
    ),
    "no_differences": (
        "Differences from a reference point were not computed.",
        "未计算与参照点的差异。",
    ),
    "fig_segments": ("By segment: {point}", "分人群：{point}"),
    "segments_note": (
        "The same differences, for each segment of the audience.",
        "同一差异，按细分人群列示。",
    ),
    "whole_audience": ("whole audience", "全体受众"),
    # course
    "fans_all": ("All points", "全部设计点"),
    "fans_along": ("By {factor}; all else as in {anchor}", "按{factor}；其余同“{anchor}”"),
    "fans_ranked": (
        "From the best to the worst point by {measure} ({n} of {points})",
        "按{measure}由好到差（{points} 个点中取 {n} 个）",
    ),
    "fans_note": (
        "Median and 80% of runs by day, on a common scale; the number is the median at the end.",
        "每日的中位数与 80% 区间，各图坐标一致；右上角为期末中位数。",
    ),
    "fans_note_few": (
        "With {runs} replicates the edges of the bands are rough.",
        "仅 {runs} 次重复，区间边缘较粗略。",
    ),
    "fans_note_reference": ("Dashed grey: {reference}.", "灰色虚线为“{reference}”。"),
    "fans_note_incidents": ("Vertical: {names}.", "竖线：{names}。"),
    "no_bands": ("No daily bands were kept.", "未保存每日区间。"),
    # targets
    "targets_note": (
        "In how many of the replicates a target is met.",
        "重复模拟中达到目标的次数。",
    ),
    "col_target": ("Target", "目标"),
    "col_reference": ("Reference {point}", "参照点 {point}"),
    "col_best_met": ("Most often met", "达标最多"),
    "col_least_met": ("Least often", "达标最少"),
    "met": ("{met} of {n}", "{met} / {n}"),
    "met_at": ("{met} of {n} ({point})", "{met} / {n}（{point}）"),
    "met_ties": ("{met} of {n} ({points} points)", "{met} / {n}（{points} 个点）"),
    # points
    "points_note": (
        "Ordered by {measure}, the best first. Mean over the replicates, below it the 95% interval.",
        "按{measure}由好到差排列；上为重复模拟的均值，下为 95% 区间。",
    ),
    "points_cut": (
        "The first {shown} of {points}; all are in summaries.parquet.",
        "仅列出 {points} 个点中的前 {shown} 个，全部数据见 summaries.parquet。",
    ),
    "points_show": ("Show {n} points", "展开 {n} 个点"),
    "col_point": ("Point", "设计点"),
    "col_runs": ("Runs", "次数"),
    "is_reference": ("reference", "参照点"),
    # convergence
    "convergence_note": (
        "Mean (line) and 95% interval (band) as replicates are added; ±: half of the interval at the end. To halve it, "
        "four times as many replicates are needed. Paired differences settle much sooner.",
        "横轴为重复次数；线为均值，色带为 95% 区间，“±”为最终区间的一半。区间缩小一半约需四倍的重复次数；配对差异收敛得快得多。",
    ),
    "convergence_note_own": (
        "Mean (line) and 95% interval (band) as replicates are added; ±: half of the interval at the end. To halve it, "
        "four times as many replicates are needed.",
        "横轴为重复次数；线为均值，色带为 95% 区间，“±”为最终区间的一半。区间缩小一半约需四倍的重复次数。",
    ),
    "no_convergence": ("Too few replicates to show.", "重复次数太少，无法展示。"),
    # failures
    "no_failures": ("No run failed.", "没有失败的模拟。"),
    "failures_said": ("{n} of {total} runs failed: {origins}.", "{total} 次模拟中有 {n} 次失败：{origins}。"),
    "origin_count": ("{n} while {origin}", "{origin} {n} 次"),
    "origin_instantiating": ("building the scenario", "构建场景"),
    "origin_running": ("running", "运行"),
    "origin_measuring": ("measuring", "测量"),
    "origin_writing": ("writing", "写入"),
    "failures_cut": (
        "The first {shown}; all are in runs.sqlite.",
        "仅列出前 {shown} 次，全部记录见 runs.sqlite。",
    ),
    "failures_bias": (
        "Their points rest on fewer runs. If runs fail because of what happens in them, the means are biased.",
        "相应设计点的有效次数较少；若失败与模拟中发生的情况有关，均值会有偏差。",
    ),
    "col_replicate": ("Replicate", "重复"),
    "col_seed": ("Seed", "种子"),
    "col_origin": ("While", "阶段"),
    "col_error": ("Error", "错误"),
    # reproduce
    "made_model": ("fingerprint of the model", "模型指纹"),
    "made_configuration": ("fingerprint of the configuration", "配置指纹"),
    "made_created": ("begun", "创建时间"),
    "reproduce_said": (
        "The same version, command and seeds give the same bytes.",
        "相同的版本、命令与种子将得到逐字节一致的结果。",
    ),
    "reproduce_files": (
        "Beside this page: manifest.json (versions, configuration, seeds), points.parquet, summaries.parquet, "
        "incidents.parquet and bands.parquet, which pandas and DuckDB read directly, and runs.sqlite (every run).",
        "同一文件夹内还有：manifest.json（版本、配置、种子），可直接用 pandas 或 DuckDB 读取的 points.parquet、summaries.parquet、"
        "incidents.parquet、bands.parquet，以及 runs.sqlite（逐次记录）。",
    ),
    # method
    "method_common": (
        "All points share their seeds: the same persons, incidents and luck, as far as a plan does not change them. "
        "Differences between points are therefore far more certain than the numbers themselves.",
        "各设计点使用相同的随机种子：只要方案未加改变，人群、事件与运气都相同。因此，各点之间的差异比数值本身可靠得多。",
    ),
    "method_own": (
        "Every point has seeds of its own, so chance is part of every difference between points.",
        "各设计点的随机种子互不相同，点与点之间的差异也含有随机波动。",
    ),
    "method_best": (
        "A point is ruled out as the best when it is worse than another one by more than chance explains, "
        "all comparisons taken together (95%). The others “cannot be told”: that does not mean that they are equal, more "
        "replicates may tell them apart.",
        "若某点逊于另一点，且在综合全部比较后仍无法用随机波动解释（95% 置信水平），即予排除；其余各点为“无法区分”。这并不表示"
        "它们相同：增加重复次数后或可区分。",
    ),
    "method_caution": (
        "Results hold for this scenario and its assumptions. A difference that chance cannot explain can still be an "
        "artefact of an assumption.",
        "结论仅适用于本场景及其假设。随机因素无法解释的差异，仍可能源于某项假设。",
    ),
    # summed up over a run
    "unit_points": ("points", "分"),
    "unit_share": ("percentage points", "百分点"),
    "unit_index": ("−1 to +1", "取值 −1 至 +1"),
    "unit_h": ("hours", "小时"),
    "half_share": ("{half} pp", "{half} 个百分点"),
    "stat_mean": ("Mean {inline}", "{metric}均值"),
    "stat_end": ("{metric} at the end", "{metric}期末值"),
    "stat_trough": ("Deepest fall of {inline}", "{metric}最大跌幅"),
    "stat_loss": ("Mean loss of {inline}", "{metric}平均损失"),
    "in_hours": ("{title} (hours)", "{title}（小时）"),
}
