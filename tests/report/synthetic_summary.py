"""The summary of a made-up study, and the names that its tables share."""

from __future__ import annotations

from typing import Any

import numpy as np

SEGMENTS = (
    ("sme_owners", "SME owners", "中小企业主", 120_000_000, 24.0),
    ("large_company_hr", "Large-company HR", "大型企业HR", 5_000_000, 18.0),
    ("technical_decision_makers", "Technical decision makers", "技术决策者", 2_000_000, 9.0),
    ("founders", "Founders", "创业者", 3_000_000, 28.0),
    ("students", "Students", "学生群体", 8_000_000, -6.0),
)
PLATFORMS = (
    ("weibo", "Weibo", "微博", 6000.0),
    ("wechat", "WeChat", "微信", 3500.0),
    ("douyin", "Douyin", "抖音", 2600.0),
    ("zhihu", "Zhihu", "知乎", 500.0),
    ("csdn", "CSDN", "CSDN", 90.0),
    ("toutiao", "Toutiao", "今日头条", 800.0),
)
INCIDENTS = (
    ("privacy_dispute", "Privacy dispute", "隐私争议", "data_security", 45 * 24 + 9.5, 0.8, 2_000_000, 1.0),
    (
        "sync_outage",
        "Data lost in a sync outage",
        "同步故障致数据丢失",
        "service",
        150 * 24 + 14.0,
        0.5,
        400_000,
        0.55,
    ),
)
LINES = (
    ("media_kol", "Media and KOL", "媒体合作（含 KOL）", 70_000_000, 0.96),
    ("content", "Content", "内容制作", 50_000_000, 0.93),
    ("reserve", "Crisis reserve", "危机预备金", 40_000_000, 0.42),
    ("events", "Events", "活动", 30_000_000, 1.0),
    ("tools", "Tools", "工具", 10_000_000, 1.0),
)
ACTIONS = {
    "media_kol": (
        ("kol_post_top", "Top-tier KOL posts", "头部 KOL 发帖", 6),
        ("feature", "Sponsored features", "专题报道", 14),
    ),
    "content": (("short_video", "Short videos", "短视频", 60), ("white_paper", "White papers", "白皮书", 2)),
    "reserve": (
        ("audit", "Third-party audit", "第三方审计", 1),
        ("compensation", "Compensation", "用户补偿", 1),
    ),
    "events": (("open_day", "Open days", "开放日", 4),),
    "tools": (("monitoring", "Opinion monitoring", "舆情监测系统", 1),),
}
ACTIVITIES = (
    (14, "Security Commitment Day"),
    (29, "Data-security white paper"),
    (60, "AI innovation week"),
    (79, "Service upgrade month"),
    (90, "AI customer service live"),
    (110, "Industry benchmark awards"),
    (165, "Offline experience day: Shanghai"),
    (190, "Offline experience day: Shenzhen"),
    (215, "Beijing experience day"),
)


def _kpi(
    ident: str,
    titles: tuple[str, str],
    metric: str,
    target: float,
    op: str,
    unit: str,
    baseline: float | None,
    middle: float,
    spread: float,
    odds: float,
    source: str,
    runs: int,
    status: str,
) -> dict[str, Any]:
    z = {"q025": -1.96, "q10": -1.28, "q25": -0.67, "q50": 0.0, "q75": 0.67, "q90": 1.28, "q975": 1.96}
    centre = (odds + 1.92 / runs) / (1 + 3.84 / runs)
    half = 1.96 * np.sqrt(odds * (1 - odds) / runs + 0.96 / runs**2) / (1 + 3.84 / runs)
    return {
        "id": ident,
        "title_en": titles[0],
        "title_zh": titles[1],
        "metric": metric,
        "target": target,
        "op": op,
        "unit": unit,
        "baseline": baseline,
        "mean": middle,
        **{q: middle + spread * s for q, s in z.items()},
        "odds": odds,
        "odds_lo": max(centre - half, 0.0),
        "odds_hi": min(centre + half, 1.0),
        "source": source,
        "status": status,
    }


def make_summary(runs: int, days: int, struck: list[Any]) -> dict[str, Any]:
    def kpi(*parts: Any, status: str) -> dict[str, Any]:
        return _kpi(*parts, runs=runs, status=status)

    kpis = [
        kpi(
            "nps",
            ("NPS", "净推荐值（NPS）"),
            "nps",
            40.0,
            ">=",
            "points",
            21.0,
            25.6,
            1.4,
            0.0,
            "D11",
            status="unlikely",
        ),
        kpi(
            "media",
            ("Positive share of mainstream media", "主流媒体正面报道占比"),
            "media_positive_share",
            0.9,
            ">=",
            "share",
            0.7,
            0.812,
            0.02,
            0.0,
            "D10",
            status="unlikely",
        ),
        kpi(
            "complaints",
            ("Customer complaints", "用户投诉量"),
            "complaints",
            -0.5,
            "<=",
            "ratio",
            None,
            -0.31,
            0.05,
            0.0,
            "D12",
            status="unlikely",
        ),
        kpi(
            "satisfaction",
            ("User satisfaction", "用户满意度"),
            "satisfaction",
            0.85,
            ">=",
            "share",
            0.76,
            0.842,
            0.012,
            0.3,
            "D13",
            status="open",
        ),
        kpi(
            "social",
            ("Positive share of social mentions", "社交媒体正面声量占比"),
            "positive_share",
            0.7,
            ">=",
            "share",
            0.42,
            0.55,
            0.03,
            0.0,
            "D15",
            status="unlikely",
        ),
        kpi(
            "first_response",
            ("First response to a crisis", "危机首次响应时间"),
            "first_response_h",
            0.5,
            "<=",
            "h",
            None,
            0.41,
            0.05,
            0.95,
            "D18",
            status="likely",
        ),
        kpi(
            "participants",
            ("Participants in user activities", "用户活动参与量"),
            "participants",
            0.3,
            ">=",
            "ratio",
            0.0,
            0.34,
            0.06,
            0.75,
            "D17",
            status="open",
        ),
        {
            "id": "invitation",
            "title_en": "Media invitation coverage",
            "title_zh": "媒体邀约覆盖率",
            "metric": "invitation",
            "target": 0.8,
            "op": ">=",
            "unit": "share",
            "baseline": None,
            "mean": None,
            "source": "D14",
            "status": "not_measured",
        },
    ]
    kinds = ("evidence", "fact", "assumption")
    return {
        "scenario": {
            "name": "dingtalk_2024",
            "title_en": "DingTalk 2024: winning back trust",
            "title_zh": "钉钉 2024：重建信任",
            "start": "2024-02-01",
            "horizon_days": days,
            "audience_persons": 138_000_000,
            "agents": 100_000,
            "tick_min": 15,
        },
        "runs": runs,
        "seed": 20240201,
        "seeds": list(range(runs)),
        "bands_note": {"few_runs": runs < 40, "runs_for_95": 40},
        "kpis": kpis,
        "budget": {
            "total_fen": 200_000_000,
            "kept_fen": 0,
            "lines": [
                {
                    "line": line,
                    "title_en": en,
                    "title_zh": zh,
                    "allocated_fen": fen,
                    "spent_fen_mean": fen * share,
                    "left_fen_mean": fen * (1 - share),
                    "actions": [
                        {
                            "action": a,
                            "title_en": t,
                            "title_zh": c,
                            "count_mean": n,
                            "spent_fen_mean": fen * share / len(ACTIONS[line]),
                        }
                        for a, t, c, n in ACTIONS[line]
                    ],
                }
                for line, en, zh, fen, share in LINES
            ],
        },
        "incidents": [
            {
                "id": ident,
                "title_en": en,
                "title_zh": zh,
                "topic": topic,
                "start_h": start,
                "severity": severity,
                "persons_hit": hit,
                "detected_h": _spread(0.2),
                "first_response_h": _spread(0.45),
                "statement_h": _spread(4.0),
                "resolved_h": {**_spread(55 * size), "share_within_48h": 0.45 + 0.3 * (1 - size)},
                "hot_search_hours": _spread(25 * size),
                "hot_search_odds": min(size, 1.0),
                "peak_negative_share": {"q10": 0.6 * size, "q50": 0.71 * size, "q90": 0.8 * size},
                "negative_share_72h": {"q10": 0.14, "q50": 0.19, "q90": 0.29},
                "nps_trough": _spread(6.1 * size),
            }
            for ident, en, zh, topic, start, severity, hit, size in struck
        ],
        "effects": _effects(runs),
        "segments": [{"id": i, "title_en": en, "title_zh": zh, "persons": n} for i, en, zh, n, _ in SEGMENTS],
        "platforms": [{"id": i, "title_en": en, "title_zh": zh} for i, en, zh, _ in PLATFORMS],
        "assumptions": [
            {
                "path": f"audience.segments.sme_owners.rate_{index}",
                "value": round(0.013 * index, 4),
                "unit": "1/day",
                "range": [0.0, round(0.05 * index, 3)],
                "source": f"D{index}",
                "kind": kinds[index % 3],
                "doc": "Share of those exposed who change their mind within a day of the last exposure",
            }
            for index in range(150)
        ],
        "manifest": {
            "versions": {"prsim": "0.1.0", "numpy": "2.5"},
            "config_hash": "9f3c2a",
            "created": "2024-10-01T09:00",
        },
    }


def _spread(middle: float) -> dict[str, float]:
    return {"q10": middle * 0.72, "q50": middle, "q90": middle * 1.45}


def _effects(runs: int) -> list[dict[str, Any]]:
    def rows(*items: tuple[str, float, float, str, str]) -> list[dict[str, Any]]:
        return [
            {
                "metric": m,
                "mean": mean,
                "lo": mean - half,
                "hi": mean + half,
                "unit": unit,
                "verdict": verdict,
            }
            for m, mean, half, unit, verdict in items
        ]

    return [
        {
            "id": "incidents",
            "title_en": "What the incidents did",
            "title_zh": "负面事件的影响",
            "runs": runs,
            "rows": rows(
                ("nps", -3.4, 0.6, "points", "worse"),
                ("sentiment", -0.031, 0.01, "index", "worse"),
                ("negative_share", 0.142, 0.02, "share", "worse"),
                ("complaints", 61.0, 14.0, "count", "worse"),
                ("satisfaction", -0.012, 0.004, "share", "worse"),
            ),
        },
        {
            "id": "response",
            "title_en": "What the response changed",
            "title_zh": "应对的作用",
            "runs": runs,
            "rows": rows(
                ("nps", 2.1, 0.8, "points", "better"),
                ("sentiment", 0.018, 0.008, "index", "better"),
                ("negative_share", -0.088, 0.03, "share", "better"),
                ("complaints", -6.0, 9.0, "count", "cannot_tell"),
                ("satisfaction", 0.001, 0.003, "share", "cannot_tell"),
            ),
        },
        {
            "id": "campaign",
            "title_en": "What the campaign added",
            "title_zh": "传播活动的作用",
            "runs": runs,
            "rows": rows(
                ("nps", 0.4, 0.6, "points", "cannot_tell"),
                ("sentiment", 0.022, 0.006, "index", "better"),
                ("negative_share", -0.021, 0.012, "share", "better"),
                ("complaints", -1.0, 5.0, "count", "cannot_tell"),
                ("satisfaction", 0.004, 0.003, "share", "better"),
            ),
        },
    ]
