"""Who would rather speak to somebody, and who only asks for facts."""

import pytest

from rag.writing import normalise
from ui.intent import wants_contact

WISHES = """
想租厂房|我想租一个2000平的厂房|我们公司想租办公室，有合适的吗？|打算在园区租个车间|求租厂房500平|请问厂房怎么租？
有1000平米的厂房出租吗|还有可以租的厂房吗？|想看厂|看房|什么时候可以看房|能不能去现场看看|我想预约参观|想去实地考察一下
联系方式|招商电话|招商部门的联系电话是多少？|找谁谈|租厂房找谁|入驻园区跟谁对接？|怎么联系招商人员|有人工客服吗|转人工
我们想入驻园区|公司想入驻|怎么入驻园区？|企业如何申请入驻？|入驻需要什么条件|入驻流程|我司计划在园区设厂|想把公司搬到园区
准备投资建厂，找哪位聊|想和你們談談入駐|想租廠房|看廠房|聯繫方式|可以加微信吗|可以打电话给你们吗|想　租 厂房
I want to rent a factory|Rent a factory|We are looking for office space|How can I contact you?|contact
Contact details please|Who should I talk to about leasing?|Can I visit the site?|Can we schedule a visit?|phone number
I'd like to speak to someone|we are interested in renting a workshop|How do we move in?
"""
FACTS = """
租金多少|厂房租金多少钱一平？|园区租金水平如何|人才公寓租金是多少|房租一个月多少|入驻了哪些企业？|入驻企业有多少家
计划入驻的企业有哪些|2023年入驻了多少家企业？|园区有哪些产业|食堂什么时候开业的？|有哪些公交线路？|招商引资情况怎么样？
和哪些高校有合作？|是跟哪位博士的团队合作？|园区什么时候启动、跟谁合作建？|厂房出租率是多少|出租车好打吗|标准厂房面积多大？
租赁补贴政策有哪些|投资额有多少|园区有什么优惠政策|想知道园区有多少家企业|谁负责园区的开发建设|洽谈商务可以去哪里
派出所电话是多少|看病去哪里|公司想了解产业政策|人工智能企业有哪些|传感器产业有哪些企业落户|企业为什么要入驻园区的|你好|谢谢
Which companies have moved in?|What is the rent?|How much is the rent per square metre?|How many apartments are there?
What are the park's main industries?|What is the monthly rent for a unit?|Which universities does it work with?
"""


def questions(listed: str) -> list[str]:
    return [question for line in listed.strip().splitlines() for question in line.split("|")]


@pytest.mark.parametrize("question", questions(WISHES))
def test_a_wish_is_seen(question: str) -> None:
    assert wants_contact(normalise(question))


@pytest.mark.parametrize("question", questions(FACTS))
def test_a_question_for_facts_is_left_alone(question: str) -> None:
    assert not wants_contact(normalise(question))


def test_it_is_quick_on_anything() -> None:
    for odd in ("想" * 500, "有厂房" * 160, "rent a " * 70, "联系" * 250, "looking for " * 40):
        assert isinstance(wants_contact(odd), bool)
