"""Titles of measures, topics and kinds of events: id → (English, Chinese)."""

from __future__ import annotations

__all__ = ["KINDS", "METRICS", "TOPICS"]

METRICS: dict[str, tuple[str, str]] = {
    "nps": ("NPS", "净推荐值（NPS）"),
    "nps_survey": ("NPS as surveyed", "调查所得 NPS"),
    "sentiment": ("Net sentiment", "净情感值"),
    "negative_share": ("Negative share of voice", "负面声量占比"),
    "positive_share": ("Positive share of voice", "正面声量占比"),
    "mentions_positive": ("Positive posts", "正面帖文"),
    "mentions_neutral": ("Neutral posts", "中性帖文"),
    "mentions_negative": ("Negative posts", "负面帖文"),
    "media_positive_share": ("Positive share of media coverage", "媒体正面报道占比"),
    "media_items": ("Media items", "媒体报道量"),
    "complaints": ("Complaints", "投诉量"),
    "satisfaction": ("User satisfaction", "用户满意度"),
    "awareness": ("Awareness", "品牌知名度"),
    "trust": ("Trust in the brand", "品牌信任度"),
    "favourability": ("Favourability index", "品牌好感度指数"),
    "reach": ("Reach", "触达"),
    "frequency": ("Contacts per person reached", "人均接触频次"),
    "share_of_voice": ("Share of voice", "声量份额"),
    "hot_search_hours": ("Hours on the hot list", "热搜时长"),
    "ugc_share": ("User-made share of content", "用户共创内容占比"),
    "conversions": ("Users gained", "新增用户"),
    "churn": ("Users lost", "流失用户"),
    "interactions": ("Interactions", "互动量"),
    "volume": ("Posts", "发帖量"),
    "service_response_h": ("Service desk response time", "客服响应时长"),
    "first_response_h": ("Time to first response", "首次响应时长"),
    "resolved_48h": ("Resolved within 48 h", "48 小时内平息"),
    "interaction_rate": ("Interaction rate", "内容互动率"),
    "participants": ("Participants of events", "活动参与人数"),
    "media_invitation_coverage": ("Media invitation coverage", "媒体邀约覆盖率"),
    "promoters": ("Promoters (9–10)", "推荐者（9–10 分）"),
    "detractors": ("Detractors (0–6)", "贬损者（0–6 分）"),
    "exposures": ("Exposures", "曝光量"),
}

TOPICS: dict[str, tuple[str, str]] = {
    "data_security": ("Data security", "数据安全"),
    "product_experience": ("Product experience", "产品体验"),
    "price": ("Price", "价格"),
    "service": ("Service", "服务"),
    "responsibility": ("Responsibility", "社会责任"),
    "innovation": ("Innovation", "创新"),
}

KINDS: dict[str, tuple[str, str]] = {
    "incident": ("Incident", "负面事件"),
    "detected": ("Detected", "监测发现"),
    "false_alarm": ("False alarm", "误报"),
    "level": ("Warning level set", "预警定级"),
    "first_response": ("First response", "首次回应"),
    "analysis": ("Analysis done", "完成研判"),
    "statement": ("Official statement", "官方声明"),
    "measure": ("Measure", "处置措施"),
    "follow_up": ("Follow-up", "跟进沟通"),
    "second_wave": ("Second wave", "二次舆情"),
    "hot_search_enter": ("Enters hot list", "登上热搜"),
    "hot_search_exit": ("Leaves hot list", "退出热搜"),
    "media_item": ("Media item", "媒体报道"),
    "kol_post": ("KOL post", "KOL 发帖"),
    "activity": ("Activity", "传播活动"),
    "resolved": ("Resolved", "平息"),
    "survey": ("NPS survey", "NPS 调查"),
}
