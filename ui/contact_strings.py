"""The words of what visitors tell us besides questions: verdicts on answers, and how to be reached. Knows no HTML."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class ContactStrings:
    """The words of one interface language; names in braces are filled in by `str.format`."""

    verdict: str
    helpful: str
    unhelpful: str
    reasons_title: str
    reasons: tuple[tuple[str, str], ...]
    """What was wrong, by its code."""
    comment: str
    comment_hint: str
    submit: str
    cancel: str
    thanks: str
    judging_failed: str

    staff: str
    staff_words: str
    open_staff: str

    contact: str
    call: str
    title: str
    intro: str
    required: str
    name: str
    reach: str
    reach_hint: str
    company: str
    need: str
    area: str
    area_hint: str
    industry: str
    industry_hint: str
    move_in: str
    move_in_hint: str
    note: str
    consent: str
    send: str
    sending: str
    sent_title: str
    sent: str
    reference: str
    sent_next: str
    close: str

    missing: str
    reach_format: str
    too_long: str
    consent_missing: str
    consent_changed: str
    correct: str
    offline: str
    not_kept: str
    too_many: str

    def texts(self) -> tuple[str, ...]:
        """Return every text."""
        plain = [value for field in fields(self) if isinstance(value := getattr(self, field.name), str)]
        return (*plain, *(label for _, label in self.reasons))


ZH = ContactStrings(
    verdict="这个回答",
    helpful="有帮助",
    unhelpful="没帮助",
    reasons_title="哪里没帮到您？可多选",
    reasons=(
        ("off_topic", "答非所问"),
        ("wrong", "信息有误"),
        ("too_short", "不够详细"),
        ("outdated", "已经过时"),
        ("other", "其他"),
    ),
    comment="补充说明（可不填）",
    comment_hint="例如：您本想了解什么",
    submit="提交",
    cancel="取消",
    thanks="谢谢您的反馈，园区工作人员会看到。",
    judging_failed="反馈没有送出，请稍后再试。",
    staff="园区工作人员答复",
    staff_words="这条答复由园区工作人员提供。",
    open_staff="查看答复原文",
    contact="联系招商人员",
    call="想看厂房、谈入驻？留下联系方式，招商人员会联系您。",
    title="联系招商人员",
    intro="留下联系方式，园区招商人员会主动联系您。带 * 的必填。",
    required="必填",
    name="姓名或称呼",
    reach="手机或微信",
    reach_hint="手机号、座机或微信号",
    company="公司",
    need="您的需求",
    area="面积（平方米）",
    area_hint="例如 2000",
    industry="行业",
    industry_hint="例如 传感器制造",
    move_in="计划入驻时间",
    move_in_hint="例如 明年三月",
    note="备注",
    consent="我同意把以上信息和本次对话内容交给{park}的招商人员，仅用于与我联系入驻事宜，到咨询办结为止。"
    "我可以随时要求园区删除。",
    send="提交",
    sending="正在提交…",
    sent_title="已经收到",
    sent="谢谢您，{name}。招商人员会通过您留下的联系方式与您联系。",
    reference="登记编号",
    sent_next="来电或来访时报上登记编号，工作人员就能找到您的登记。您可以继续提问。",
    close="关闭",
    missing="请填写这一项。",
    reach_format="请填写手机号、带区号的座机、以 + 开头的境外号码，或微信号。",
    too_long="最多 {limit} 个字。",
    consent_missing="请先勾选同意，招商人员才能与您联系。",
    consent_changed="同意的内容已更新，请刷新页面后再提交。您填写的内容还在。",
    correct="还有内容需要补充，请看标出的地方。",
    offline="没有送出，请检查网络后再提交。您填写的内容还在。",
    not_kept="暂时无法登记，请稍后再试。您填写的内容还在。",
    too_many="提交次数太多，请稍后再试。您填写的内容还在。",
)

EN = ContactStrings(
    verdict="This answer",
    helpful="Helpful",
    unhelpful="Not helpful",
    reasons_title="What was missing? Choose any",
    reasons=(
        ("off_topic", "Not what I asked"),
        ("wrong", "Wrong information"),
        ("too_short", "Not enough detail"),
        ("outdated", "Out of date"),
        ("other", "Something else"),
    ),
    comment="Tell us more (optional)",
    comment_hint="For example, what you wanted to know",
    submit="Send",
    cancel="Cancel",
    thanks="Thank you. The park's staff will see your feedback.",
    judging_failed="Your feedback could not be sent. Please try again later.",
    staff="Answered by park staff",
    staff_words="This answer was given by the park's staff.",
    open_staff="See the staff's answer",
    contact="Contact the park",
    call="Would you like to see the premises or talk about moving in? Leave your contact and we will get in touch.",
    title="Contact the investment team",
    intro="Leave your contact and the park's investment team will get in touch. Fields with * are required.",
    required="required",
    name="Your name",
    reach="Phone or WeChat",
    reach_hint="Number or WeChat ID",
    company="Company",
    need="What you need",
    area="Area (square metres)",
    area_hint="For example 2000",
    industry="Industry",
    industry_hint="For example sensors",
    move_in="Planned move-in",
    move_in_hint="For example next March",
    note="Notes",
    consent="I agree that these details and this conversation go to the investment team of {park}, only to contact me"
    " about moving in, until the matter is closed. I can ask the park to delete them at any time.",
    send="Send",
    sending="Sending…",
    sent_title="We have your request",
    sent="Thank you, {name}. The investment team will contact you the way you asked.",
    reference="Reference",
    sent_next="When you call or visit, this reference helps the staff find your request. You can go on asking.",
    close="Close",
    missing="Please fill this in.",
    reach_format="Please give a phone number (from abroad starting with +) or a WeChat ID.",
    too_long="At most {limit} characters.",
    consent_missing="Please agree first; only then can the team contact you.",
    consent_changed="What you agree to has been updated. Please reload the page and send again; your words stay.",
    correct="Something is missing; please see the marked fields.",
    offline="It was not sent. Please check your connection and send again; what you typed is still here.",
    not_kept="This cannot be taken down at the moment. Please try again later; what you typed is still here.",
    too_many="Too many requests. Please try again later; what you typed is still here.",
)
