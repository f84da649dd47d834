import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desk.masking import CARD, EMAIL, IDENTITY, PHONE, QQ, WECHAT, WORDS, masked

MOBILES = [
    "13800138000", "138 0013 8000", "138-0013-8000", "138 00138000", "1380013 8000", "138 001 38000", "1380 013 8000",
    "1380 0138 000", "138.0013.8000", "138 - 0013 - 8000", "138  0013  8000", "138_0013_8000", "138·0013·8000",
    "138 00 13 80 00", "13800 138000", "1 3 8 0 0 1 3 8 0 0 0", "1-3-8-0-0-1-3-8-0-0-0", "138—0013—8000",
    "138–0013–8000", "+8613800138000", "+86 138 0013 8000", "+86-138-0013-8000", "8613800138000", "86 13800138000",
    "86-13800138000", "008613800138000", "0086 138 0013 8000", "(+86)13800138000", "（+86）138 0013 8000",
    "(86) 13800138000", "＋８６１３８００１３８０００", "１３８００１３８０００", "１３８　００１３　８０００",
    "19912345678", "166-1234-5678", "17012345678", "一三八〇〇一三八〇〇〇", "一三八零零一三八零零零",
    "幺三八零零幺三八零零零", "壹叁捌零零壹叁捌零零零", "一三八 〇〇一三 八〇〇〇", "138零零138零零零",
    "\u202d13800138000\u202c", "138\u200b0013\u200b8000", "١٣٨٠٠١٣٨٠٠٠",
]  # fmt: skip
LANDLINES = [
    "023-68686868", "023 68686868", "02368686868", "(023)68686868", "（023）68686868", "(023) 6868 6868",
    "023-6868-6868", "023—68686868", "010-62345678", "0830-2345678", "0571-87654321", "0571 8765 4321", "05718765432",
    "+86-23-68686868", "+86 23 6868 6868", "0086-23-68686868", "+86 (0)23 68686868", "+86 (23) 68686868",
    "８６－２３－６８６８６８６８", "023-68686868-801", "023-68686868转801", "023-68686868 ext. 801",
    "023-68686868分机801", "400-820-8820", "4008208820", "400 820 8820", "400-8208-820", "4008-208-820",
    "400 8208820", "800-820-8820",
]  # fmt: skip
ABROAD = [
    "+852 9123 4567", "+85291234567", "852-91234567", "00852 2345 6789", "(852) 9123 4567", "(+852)91234567",
    "+853 6612 3456", "+85366123456", "853-28123456", "+886 912 345 678", "+886912345678", "+886-2-2345-6789",
    "886 2 2345 6789", "+886 (0)912 345 678", "0912-345-678", "0912345678", "+1 415 555 2671", "+14155552671",
    "+44 20 7946 0958", "+65 6123 4567", "+49 (89) 1234 5678",
]  # fmt: skip
IDENTITIES = [
    "11010519491231002X", "11010519491231002x", "440524188001010014", "500109199003071237", "110105 19491231 002X",
    "110105-19491231-002X", "１１０１０５１９４９１２３１００２Ｘ", "810000199408230021", "110105491231002",
    "500109900307123",
]  # fmt: skip
EMAILS = [
    "wang.fang@park.com.cn", "12345678@qq.com", "a@b.co", "wang_fang+park@sub-domain.example.org", "WANG@QQ.COM",
    "wang＠qq.com", "wang @ qq.com", "ｗａｎｇ＠ｑｑ．ｃｏｍ",
]  # fmt: skip
CARDS = [
    "6222021234567890128", "6222 0212 3456 7890 128", "6222-0212-3456-7890-128", "4111111111111111",
    "4111 1111 1111 1111", "5500 0000 0000 0004", "622202 1234567890128", "６２２２０２１２３４５６７８９０１２８",
]  # fmt: skip
KINDS = {PHONE: MOBILES + LANDLINES + ABROAD, IDENTITY: IDENTITIES, EMAIL: EMAILS, CARD: CARDS}
FOUND = [(word, number) for word, numbers in KINDS.items() for number in numbers]

AROUND = [
    "{}", "我的电话是{}。", "请联系{}，谢谢", "王芳{}收", "号码：{}；请回复", "（{}）", "周一{}打给我",
    "A座{}\n2023年", "call {} now",
]  # fmt: skip

LEFT_ALONE = [
    "33618", "园区面积33618平方米", "2023年10月27日", "2023-10-27", "2023/10/27", "20231027", "2023.10.27 14:30:00",
    "二〇二三年十月二十七日", "二〇二三", "200亿元", "920套", "100万方", "1,234,567,890", "13,800,138,000元",
    "总投资15000000000元", "13800138000元", "13800138000 元", "13800138000万元", "13800138000平方米", "13800138000㎡",
    "13800138000.50", "13800138000.5元", "18888888888 RMB", "0.1380013800", "单价12.50元", "1.2万平方米",
    "渝府办发〔2023〕138号", "两江管发〔2022〕1号", "GB 50016-2014（2018年版）", "GB/T 19001-2016", "ISO 9001:2015",
    "HYC-138-1234", "A320neo", "RTX4090", "i7-13700K", "8:30-17:30", "14:00—18:00", "1、食堂 2、班车 3、公寓",
    "1. 2. 3.", "①②③", "1）2）3）", "2021、2022、2023", "2019 2020 2021 2022 2023", "2020-2025年", "第十三届",
    "十三五规划", "一二三四五六七八九", "一三八", "三百五十万", "一五计划", "60%", "23.5‰", "-12℃", "4.5:1", "1/2",
    "500109", "400平方米", "110kV", "邮编401135", "401135", "023", "12345", "119", "12345678", "1380013800",
    "138001380000", "23800138000", "10800138000", "1234567890123456789012345678901234567890", "110105194912310021",
    "110105194913310021", "990105194912310021", "999999999999999", "6222021234567890123", "4111111111111112",
    "0000000000000000", "1111111111111111", "www.park.com", "https://park.cn/a?b=138", "@园区", "a@b", "一@二",
    "192.168.100.200:8080", "v1.2.3", "微信", "微信支付", "微信公众号liangjiang", "加微信群", "微信小程序怎么用",
    "微信：同号", "微信Windows版", "微信 WeChat 怎么用", "微信mini program", "your WeChat official account",
    "Is WeChat supported here?", "WeChat mini-program", "WX-2000", "wx5", "VxWorks", "QQ群", "QQ", "腾讯QQ2023",
    "电话2023年开通", "电话多少", "电话费50元", "身份证", "身份证怎么办", "护照", "30#楼", "3-2-1501室", "1-2期",
    "91500000MA5U6XYZ1A", "渝A12345", "2023Q4", "C919", "12:30", "北纬29.7183，东经106.5516", "3,000~5,000㎡", "",
    "15000", "100000000000", "十二点三十分", "第一一二号",
]  # fmt: skip


@pytest.mark.parametrize(("word", "number"), FOUND)
def test_a_number_is_hidden_wherever_it_stands(word: str, number: str) -> None:
    for around in AROUND:
        before, after = around.split("{}")
        found = masked(around.format(number))
        assert found.startswith(before)
        assert found.endswith(after)
        assert found.removeprefix(before).removesuffix(after).strip("()（）\u202c\u202d") == word, around


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_leads_to_nobody_is_left_alone(text: str) -> None:
    for whole in (text, f"请问{text}是什么？", f"({text})"):
        assert masked(whole) == whole


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("微信号：zhang_san88", f"微信号：{WECHAT}"),
        ("微信zhangsan88，电话13800138000", f"微信{WECHAT}，电话{PHONE}"),
        ("微信号是abc-12345", f"微信号是{WECHAT}"),
        ("我微信 zhangsan", f"我微信 {WECHAT}"),
        ("微信ID: official_88", f"微信ID: {WECHAT}"),
        ("微信 123456789", f"微信 {WECHAT}"),
        ("加我vx：zhangsan", f"加我vx：{WECHAT}"),
        ("wx zhangsan88可以吗", f"wx {WECHAT}可以吗"),
        ("VX=Zhang_San", f"VX={WECHAT}"),
        ("V信：zhangsan1", f"V信：{WECHAT}"),
        ("加V zhangsan1", f"加V {WECHAT}"),
        ("薇信zhangsan1", f"薇信{WECHAT}"),
        ("ｗｘ：ｚｈａｎｇｓａｎ", f"ｗｘ：{WECHAT}"),
        ("wxid_abc123def456gh", WECHAT),
        ("My WeChat ID: zhangsan", f"My WeChat ID: {WECHAT}"),
        ("my wechat is zhangsan88", f"my wechat is {WECHAT}"),
        ("微信13800138000", f"微信{PHONE}"),
        ("vx13800138000", f"vx{PHONE}"),
        ("微信同电话13800138000", f"微信同电话{PHONE}"),
        ("QQ：12345678", f"QQ：{QQ}"),
        ("qq12345678", f"qq{QQ}"),
        ("QQ邮箱12345678@qq.com", f"QQ邮箱{EMAIL}"),
        ("电话：68686868", f"电话：{PHONE}"),
        ("座机是6868-6868", f"座机是{PHONE}"),
        ("Tel. 68686868", f"Tel. {PHONE}"),
        ("Tel13800138000", f"Tel{PHONE}"),
        ("身份证号：110105194912310021", f"身份证号：{IDENTITY}"),  # wrong by a digit, and meant to be one
        ("护照E12345678", f"护照{IDENTITY}"),
        ("13800138000一定要打", f"{PHONE}一定要打"),
        ("一三八〇〇一三八〇〇〇一定要打", f"{PHONE}一定要打"),
        ("周一13800138000", f"周一{PHONE}"),
        ("13800138000人工", f"{PHONE}人工"),
        ("13800138000万一不通打023-68686868", f"{PHONE}万一不通打{PHONE}"),
        ("1.13800138000 2.13900139000", f"1.{PHONE} 2.{PHONE}"),
        ("1.13800138000.2.13900139000", f"1.{PHONE}.2.{PHONE}"),
        ("2,13800138000,13900139000", f"2,{PHONE},{PHONE}"),
        ("13800138000、023-68686868、wang@qq.com", f"{PHONE}、{PHONE}、{EMAIL}"),
        ("13800138000/13900139000", f"{PHONE}/{PHONE}"),
        ("13800138000 13900139000", f"{PHONE} {PHONE}"),
        ("023-68686868 2023年", f"{PHONE} 2023年"),
        ("2023-10-27 13800138000", f"2023-10-27 {PHONE}"),
        ("王芳13800138000 wang@qq.com 6222021234567890128", f"王芳{PHONE} {EMAIL} {CARD}"),
    ],
)
def test_what_is_hidden_among_other_words(text: str, hidden: str) -> None:
    assert masked(text) == hidden


CHARACTERS = "0123456789一三八〇ＸxX+-—.,，。 \n：@a微信wxvQ电话转()（）〔〕元"
PIECES = st.sampled_from([*(number for _, number in FOUND), *LEFT_ALONE, *WORDS, *CHARACTERS, "微信", "电话"])
TEXTS = st.one_of(st.lists(PIECES, max_size=12).map("".join), st.text(), st.text("0123456789 -+()", max_size=60))


@settings(max_examples=400, deadline=None)
@given(TEXTS)
@example("微信〔微信〕zhangsan88")
@example("电话〔电话〕 68686868")
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = masked(text)
    assert masked(once) == once


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_what_is_not_hidden_stays_as_it_is(text: str) -> None:
    rest = masked(text)
    place = 0
    for word in WORDS:
        rest = rest.replace(word, "\0")
    for piece in rest.split("\0") if "\0" not in text else []:
        place = _without_words(text).index(piece, place) + len(piece)


def _without_words(text: str) -> str:
    for word in WORDS:
        text = text.replace(word, "\0")
    return text


@given(st.text(st.characters(exclude_categories=["Nd", "Cs"]), max_size=200).filter(lambda text: "@" not in text))
def test_text_without_digits_loses_at_most_names_after_a_keyword(text: str) -> None:
    assert masked(text) == text or "信" in text or "wx" in text.lower()


REPEATED = [
    "1", "13800138000", "138 0013 8000 ", "a", "a@", "a.", "@a.", "微信", "微信a", "电话", "1 ", "1-", "一",
    "一三八〇〇一三八〇〇〇", "+86", "+", "0", "0086", "(", "wx ", "wechat ", "４", "〔电话〕", "1,", "1.", "10",
    "86 ", "a1", "6222021234567890128 ", "138 ", "wechat a-",
]  # fmt: skip


@pytest.mark.parametrize("piece", REPEATED)
def test_time_is_proportional_to_the_length(piece: str) -> None:
    text = piece * (10_000 // len(piece))
    started = time.process_time()
    masked(text)
    assert time.process_time() - started < 1
