"""The metrics a run reports; their names are stable."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["BY_SEGMENT", "METRICS", "Metric"]

# metrics that are also recorded for each segment
BY_SEGMENT = (
    "nps", "sentiment", "satisfaction", "awareness", "trust", "favourability", "negative_share", "positive_share",
    "mentions_positive", "mentions_neutral", "mentions_negative", "reach", "complaints",
)  # fmt: skip


class Metric(NamedTuple):
    """Unit, titles and meaning of one metric."""

    unit: str
    title_en: str
    title_zh: str
    doc: str


METRICS: dict[str, Metric] = {
    "nps": Metric(
        "points", "NPS", "净推荐值", "Promoters (9-10) minus detractors (0-6), in per cent, as it truly is."
    ),
    "nps_survey": Metric("points", "NPS, surveyed", "净推荐值(调查)", "NPS as a survey wave measures it."),
    "sentiment": Metric(
        "1",
        "Net sentiment",
        "净情感",
        "Share of persons with a positive attitude minus share with a negative one, -1 to 1.",
    ),
    "negative_share": Metric(
        "share", "Negative share of voice", "负面声量占比", "Negative posts among all posts about the brand."
    ),
    "positive_share": Metric(
        "share",
        "Positive share of mentions",
        "正面声量占比",
        "Positive posts among the positive and negative ones (neutral posts left out).",
    ),
    "mentions_positive": Metric(
        "posts", "Positive mentions", "正面提及量", "Positive posts about the brand."
    ),
    "mentions_neutral": Metric("posts", "Neutral mentions", "中性提及量", "Neutral posts about the brand."),
    "mentions_negative": Metric(
        "posts", "Negative mentions", "负面提及量", "Negative posts about the brand."
    ),
    "media_positive_share": Metric(
        "share", "Positive media coverage", "媒体正面报道占比", "Positive items among all items of outlets."
    ),
    "media_items": Metric("items", "Media items", "媒体报道量", "Items of outlets about the brand."),
    "media_invitation_coverage": Metric(
        "share", "Media invitation coverage", "媒体邀约覆盖率", "Outlets met or briefed among all outlets."
    ),
    "complaints": Metric("complaints", "Complaints", "客户投诉量", "Customer complaints."),
    "satisfaction": Metric("share", "Satisfaction", "用户满意度", "Mean satisfaction of users."),
    "awareness": Metric("share", "Awareness", "认知度", "Persons aware of the brand's story."),
    "trust": Metric("share", "Trust", "信任度", "Mean trust in the brand's own voice."),
    "favourability": Metric(
        "points", "Favourability index", "好感度指数", "Index of attitude and trust, 0 to 100."
    ),
    "reach": Metric(
        "persons", "Reach", "触达人数", "Persons who noticed at least one story about the brand."
    ),
    "frequency": Metric("1", "Frequency", "触达频次", "Mean number of contacts of those reached."),
    "share_of_voice": Metric(
        "share",
        "Share of voice",
        "声量份额",
        "Posts about the brand among posts about it and its competitors.",
    ),
    "hot_search_hours": Metric(
        "h", "Hours on hot search", "热搜时长", "Hours that negative threads spend on hot-search lists."
    ),
    "ugc_share": Metric(
        "share", "User-content share", "用户内容占比", "Users' own posts among all posts about the brand."
    ),
    "conversions": Metric("persons", "Users gained", "新增用户", "Non-users who became users."),
    "churn": Metric("persons", "Users lost", "流失用户", "Users who left."),
    "interaction_rate": Metric(
        "share", "Interaction rate", "内容互动率", "Interactions per reading of the brand's content."
    ),
    "engagement": Metric(
        "interactions", "Engagement", "互动总量", "Interactions with the brand's own content so far."
    ),
    "completion": Metric(
        "share",
        "Completion",
        "内容完播率",
        "Share of the showings of the brand's own content that are taken in to the end.",
    ),
    "reach_precision": Metric(
        "share",
        "Reach precision",
        "精准触达率",
        "Contacts of content made for certain segments that fall on these segments.",
    ),
    "followers": Metric(
        "persons", "Followers", "粉丝数", "Followers of the brand's accounts, summed over platforms."
    ),
    "participants": Metric(
        "persons", "Participants of events", "活动参与人数", "Participants of the brand's events."
    ),
    "service_response_h": Metric(
        "h", "Service response time", "客服响应时长", "Time until the service desk answers."
    ),
    "first_response_h": Metric(
        "h",
        "Time to first response",
        "首次响应时长",
        "Hours from detection to the first response to an incident.",
    ),
    "resolved_48h": Metric(
        "share",
        "Resolved in time",
        "按时处置率",
        "Incidents that were noticed and are resolved within the time set (48 h rule).",
    ),
}
