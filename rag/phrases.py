"""What the service itself says, in simplified Chinese and English; traditional Chinese is converted from the first."""

from rag.records import Language
from rag.writing import to_traditional

SORRY = ("抱歉", "Sorry")
"""How every refusal opens, in simplified Chinese and in English."""
_CHINESE = {
    "lead_in": "",
    "greeting": "您好！我是{park}的问答助手，只根据园区资料回答，每句话都标明出处。",
    "not_told": "抱歉，园区资料里没有找到这个问题的答案。",
    "not_told_topic": "抱歉，资料里没有写明“{topic}”的{label}。",
    "nearest": "关于“{topic}”，资料提到：{quote}[{number}]",
    "differs": "资料里的说法与问题不同：{quote}[{number}]",
    "help": "我只回答园区资料里写到的内容，例如：{titles}。",
    "contact": "{contact}。",
    "empty": "园区资料还没有建立，暂时无法回答。",
}
_ENGLISH = {
    "lead_in": "The park's reports say (quoted in the original Chinese):\n",
    "greeting": "Hello! I answer questions about {park} from its reports, and mark where each sentence comes from.",
    "not_told": "Sorry, the park's reports do not tell.",
    "not_told_topic": "Sorry, the park's reports do not tell the {label} of “{topic}”.",
    "nearest": "About “{topic}” they say: {quote}[{number}]",
    "differs": "The reports tell it differently: {quote}[{number}]",
    "help": "I only answer from the park's reports, for example on: {titles}.",
    "contact": "{contact}.",
    "empty": "There are no reports yet, so nothing can be answered.",
}
_LABELS = {
    "money": ("价格或金额", "price or amount"),
    "phone": ("联系方式", "contact details"),
    "clock": ("具体钟点", "hours"),
    "date": ("时间", "date"),
    "duration": ("时长", "duration"),
    "area": ("面积", "area"),
    "percent": ("比例", "percentage"),
    "people": ("人数", "number of people"),
    "floor": ("楼栋或楼层", "building or floor"),
    "line_number": ("线路编号", "line number"),
    "count": ("数量", "number"),
    "number": ("数字", "figure"),
    "person": ("人员信息", "person"),
    "place": ("位置", "place"),
    "why": ("原因", "reason"),
}


def phrase(name: str, language: Language, **values: object) -> str:
    """Return the phrase `name` in `language` with its places filled; a quote that fills one is never converted."""
    if language == "en":
        return _ENGLISH[name].format(**values)
    template = _CHINESE[name]
    if language != "zh-Hant":
        return template.format(**values)
    own = {key: value if key == "quote" else to_traditional(str(value)) for key, value in values.items()}
    return to_traditional(template).format(**own)


def label(kind: str, language: Language) -> str:
    """Return what a question of `kind` asks for, as a noun; "" for a kind that no noun fits."""
    chinese, english = _LABELS.get(kind, ("", ""))
    return english if language == "en" else chinese
