"""Every word the page and the API say, Chinese first, English by the browser's language. Knows no HTML."""

from dataclasses import dataclass, fields
from typing import Literal

from ui import contact_strings
from ui.contact_strings import ContactStrings

UiLanguage = Literal["zh-CN", "en"]


@dataclass(frozen=True, slots=True)
class Strings:
    """The words of one interface language; names in braces are filled in by `str.format`."""

    lang: UiLanguage
    title: str
    promise: str
    welcome: str
    welcome_more: str
    examples: str
    placeholder: str
    question_label: str
    send: str
    stop: str
    new: str
    you: str
    thinking: str
    writing: str
    more: str
    waiting: str
    direct: str
    stopped: str
    copy: str
    copied: str
    copy_failed: str
    again: str
    sources: str
    sources_empty: str
    sources_count: str
    nearby: str
    nearby_note: str
    refused: str
    mark: str
    section: str
    open_report: str
    report: str
    close: str
    reports_only: str
    kept: str
    page_number: str
    too_long: str
    too_many: str
    starting: str
    failed: str
    unknown_report: str
    back: str
    lost: str
    script_needed: str
    date_formats: tuple[str, str, str]
    chips: tuple[str, ...]
    contact: ContactStrings

    def texts(self) -> dict[str, str]:
        """Return the plain texts by name, as the page's translation table wants them."""
        return {field.name: value for field in fields(self) if isinstance(value := getattr(self, field.name), str)}


ZH = Strings(
    lang="zh-CN",
    title="{park} · 园区问答",
    promise="每句回答都标明出处，点击可核对原文",
    welcome="您好，想了解园区的什么？",
    welcome_more="我只根据园区的报告回答；报告里没有的，会如实告诉您。",
    examples="常见问题",
    placeholder="请输入您的问题",
    question_label="您的问题",
    send="发送",
    stop="停止",
    new="新对话",
    you="您问：",
    thinking="正在查找资料…",
    writing="出处已找到，正在组织回答…",
    more="正在继续…",
    waiting="前面还有 {place} 位访客的问题在回答；出处已找到，可以先看。",
    direct="直接引用模式",
    stopped="已停止。",
    copy="复制",
    copied="已复制",
    copy_failed="复制失败，请手动选择",
    again="重新回答",
    sources="出处",
    sources_empty="提问后，回答所依据的报告原文会显示在这里，引用的语句会标亮。",
    sources_count="出处（{count}）",
    nearby="资料中最接近的内容",
    nearby_note="以下内容相关，但没有直接回答您的问题。",
    refused="资料中没有找到答案",
    mark="出处{number}：《{title}》",
    section="章节",
    open_report="在报告中打开",
    report="报告原文",
    close="关闭",
    reports_only="回答均摘自园区报告，重要事项请以园区答复为准。",
    kept="问答不记名保存，用于改进服务，请勿在提问中填写个人信息。",
    page_number="第{page}页",
    too_long="问题有 {length} 个字，最多可以写 {limit} 个字，请缩短一些再问。",
    too_many="您问得有点快，请在 {seconds} 秒后再试。",
    starting="资料正在载入，请稍等几秒再问。",
    failed="抱歉，这次没能完成回答，请稍后再试。",
    unknown_report="没有找到这份报告，它可能已经更新。请重新提问，或返回首页。",
    back="返回首页",
    lost="连接已中断，请检查网络后再问一次。",
    script_needed="请在浏览器中启用脚本后使用园区问答。",
    date_formats=("{year}年", "{year}年{month}月", "{year}年{month}月{day}日"),
    chips=(
        "人才公寓有多少套？",
        "食堂什么时候开业的？",
        "园区主要做什么产业？",
        "有哪些公交线路？",
        "招商引资情况怎么样？",
        "入驻了哪些企业？",
        "和哪些高校有合作？",
        "生活服务馆在哪里？",
    ),
    contact=contact_strings.ZH,
)

EN = Strings(
    lang="en",
    title="{park} · Park Q&A",
    promise="Every sentence names its source; click to check the original words",
    welcome="What would you like to know about the park?",
    welcome_more="Answers come from the park's own reports only. What they do not say, I will tell you plainly.",
    examples="Common questions",
    placeholder="Type your question",
    question_label="Your question",
    send="Send",
    stop="Stop",
    new="New conversation",
    you="You asked: ",
    thinking="Looking through the reports…",
    writing="Sources found; writing the answer…",
    more="Writing on…",
    waiting="Answers before yours: {place}. The sources are found and can be read now.",
    direct="Quoting directly",
    stopped="Stopped.",
    copy="Copy",
    copied="Copied",
    copy_failed="Could not copy; please select the text",
    again="Answer again",
    sources="Sources",
    sources_empty="Once you ask, the paragraphs an answer rests on appear here, the cited words highlighted.",
    sources_count="Sources ({count})",
    nearby="The nearest the reports come",
    nearby_note="Related, but not an answer to your question.",
    refused="The reports do not answer this",
    mark="Source {number}: {title}",
    section="Section",
    open_report="Open in the report",
    report="Report",
    close="Close",
    reports_only="Answers are taken from the park's reports; please confirm important matters with the park.",
    kept="Questions and answers are kept without names to improve the service; please leave personal data out of them.",
    page_number="page {page}",
    too_long="Your question has {length} characters; at most {limit} are possible. Please shorten it.",
    too_many="That was a little fast. Please try again in {seconds} seconds.",
    starting="The reports are being loaded; please ask again in a few seconds.",
    failed="Sorry, this answer could not be completed. Please try again later.",
    unknown_report="This report was not found; it may have been updated. Please ask again, or return to the chat.",
    back="Back to the chat",
    lost="The connection was interrupted. Please check it and ask again.",
    script_needed="Please enable scripts in your browser to use this page.",
    date_formats=("{year}", "{year}-{month:02}", "{year}-{month:02}-{day:02}"),
    chips=(
        "How many talent apartments are there?",
        "When did the canteen open?",
        "What are the park's main industries?",
        "Which bus lines serve the park?",
        "How is investment promotion going?",
        "Which companies have moved in?",
        "Which universities does it work with?",
        "Where can I get coffee?",
    ),
    contact=contact_strings.EN,
)


def strings_for(accept_language: str) -> Strings:
    """Return the interface language that an Accept-Language header asks for; Chinese when it names none."""
    first = accept_language.split(",")[0].split(";")[0].strip().lower()
    return ZH if first in ("", "*") or first.split("-")[0] == "zh" else EN


def format_date(date: str, strings: Strings) -> str:
    """Return an ISO date, as precise as known, as people write it; anything else comes back as it is."""
    parts = date.split("-")
    if not date or len(parts) > 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return date
    values = dict(zip(("year", "month", "day"), map(int, parts), strict=False))
    return strings.date_formats[len(parts) - 1].format(**values)
