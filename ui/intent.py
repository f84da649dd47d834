"""Whether a question shows that its visitor wants to rent, to see the place, or to speak to somebody.

Not whether it asks for facts: 租金多少 does not. Whoever does is offered a way to a person beside the answer.
"""

import re

_WISH = r"(?:想|要|打算|准备|计划|希望|考虑|有意|有兴趣)"
_SELF = r"(?:(?:我们?|咱们?|本)(?:家|方|司|公司|企业|厂|团队|单位)?|^(?:公司|企业|工厂))"
_SETTLE = r"(?:入驻|进驻|落户|入园|搬(?:到|来|过来|进)|设厂|建厂|办厂|开厂|设(?:立)?分公司|办公司|投资)"
_PLACE = r"(?:厂房|厂|房子?|办公室|办公楼|写字楼|场地|场所|仓库|车间|楼层?|铺面|商铺|门面|工位|实验室|园区|现场)"
_WHOM = r"(?:谁|哪位|哪个部门|哪个人|什么人)"
_NOT_OTHERS = r"(?!.{0,6}的(?:企业|公司|项目|单位|有))(?!.{0,4}(?:多少|几)(?:家|个|户))"

_CHINESE = re.compile(
    "|".join(
        (
            # to rent
            rf"{_WISH}(?:去|来|在.{{1,8}})?(?:长期|短期|整)?(?:承租|租)(?!金|售比|赁率)",
            r"求租|承租[一个间层栋]|租(?:一?[个间层栋套块](?!月|季)|[0-9一二三四五六七八九十百千几两]+(?:平|㎡|个|间|层|栋|套)(?!月|季|年))",
            rf"(?:怎么|如何|怎样|能不能|可不可以|可以|能|哪里|在哪)租(?!金)|租{_PLACE}(?:找谁|怎么|要找|吗)",
            rf"(?:有没有|还有|有).{{0,14}}{_PLACE}.{{0,4}}(?:出租|招租|可租|能租|可以租)(?!率|面积|情况)",
            r"(?:出租|招租)吗",
            # to see
            rf"看(?:一?看|下|一下|看)?{_PLACE}(?!(?:有|是|的|里))",
            r"(?:实地|现场|上门|过去|过来|去|来)(?:看看|看一看|看一下|看下|考察|参观)|预约.{0,4}(?:看|参观|考察|见面|来访)",
            rf"{_WISH}.{{0,4}}(?:参观|考察)",
            # to settle
            rf"(?:^|[，。,.!?、；; ]|{_SELF}){_WISH}(?:在.{{1,10}}|把.{{1,10}}|来|去)?{_SETTLE}{_NOT_OTHERS}",
            rf"(?:怎么|如何|怎样|怎么才能|可以|可否|能否|能不能|可不可以|申请|办理)(?:申请|办理)?{_SETTLE}(?!的)",
            r"入驻(?:流程|手续|申请|条件|门槛|要求|需要|要什么|找谁|怎么)",
            # to speak to somebody
            r"联系方式|联系电话|联系人|联络方式|怎么联系|如何联系|怎样联系|联系(?:谁|你们|招商|园区|工作人员|一下)",
            r"招商(?:的|部门?|中心|办|服务中心|人员)?.{0,2}(?:电话|热线|微信|号码|负责人)|(?:你们|园区)的?(?:电话|热线|微信)",
            rf"找{_WHOM}|(?:跟|和|与|向){_WHOM}(?:去|来)?(?:谈|聊|联系|对接|咨询|问|办|租|接洽|商量)",
            r"加一?[个下]?微信|打电话给|对接人|转?人工(?!智能)|真人|负责招商|招商(?:经理|专员|人员|负责人)|(?:面|详|洽)谈一?下|当面谈|"
            rf"{_WISH}.{{0,6}}(?:谈|聊)(?:谈|聊|一下|合作|租|入驻|投资)",
        )
    )
)
_ROOM = (
    r"(?:factory|factories|workshop|office|space|building|floor|plant|warehouse|lab|laboratory|premises|room|unit|site)"
)
_WANT = r"(?:want|would like|'d like|like|plan|planning|hope|hoping|intend|wish|looking|interested|need)"
_ENGLISH = re.compile(
    "|".join(
        (
            rf"\b(?:rent|lease) (?:out )?(?:a|an|some|one|the|your)\b.{{0,24}}\b{_ROOM}s?\b",
            rf"\b{_WANT}\b.{{0,20}}\b(?:to |in )?(?:rent|renting|lease|leasing)\b",
            rf"\b(?:looking for|need)\b.{{0,24}}\b{_ROOM}s?\b",
            rf"\b{_WANT} (?:to|in) .{{0,12}}\b(?:move in|moving in|settle|settling|set up|invest|open)",
            r"\bhow (?:can|do|could|should|to)\b.{0,10}\b(?:move in|settle|set up|apply|contact|reach|get in touch)\b",
            r"\bcontact (?:details?|info|information|number|person|us|you|someone|somebody|the park|form)\b",
            r"\b(?:can|could|may|to) (?:i |we )?(?:contact|call|reach|speak|talk|meet|visit)\b"
            r"(?! (?:the|its|their) (?:canteen|library))",
            r"\bwho (?:can|should|do|could|to)\b.{0,8}\b(?:contact|talk|speak|call|ask|turn)\b",
            r"\b(?:phone|telephone|hotline|wechat)(?: number| id)?\b|^contact$",
            r"\b(?:book|schedule|arrange|take)\b.{0,12}\b(?:visit|tour|viewing|call|meeting)\b|\bsite visit\b",
        )
    )
)

_BETWEEN = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")  # 想 租 厂房


def wants_contact(question: str) -> bool:
    """Whether `question` (normalised) shows such a wish."""
    lowered = _BETWEEN.sub("", question.lower())
    return bool(_CHINESE.search(lowered) or _ENGLISH.search(lowered))
