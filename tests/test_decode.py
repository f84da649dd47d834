import codecs
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.decode import commonness, decode
from index.errors import ReadError

SIMPLIFIED = (
    "为解决企业员工后顾之忧，园区争取了九百二十套人才公寓，并引入专业服务公司进行运营，可按需提供定制化的家电和家具。"
)
TRADITIONAL = (
    "為解決企業員工後顧之憂，園區爭取了九百二十套人才公寓，並引入專業服務公司進行運營，可按需提供定製化的家電和傢具。"
)
NAMES = (
    "重庆华虹仪表有限公司、纳锐生物医药科技（重庆）有限公司、中科光智（重庆）科技有限公司、纵目科技、剑涛科技、宝迪科技"
)


@pytest.mark.parametrize(
    "text", [SIMPLIFIED, NAMES, SIMPLIFIED[:12], "食堂五月六日开业", "Park 园区 A3 栋 2023 年投产"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-32"])
def test_simplified_text_is_read_in_every_encoding(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("text", [TRADITIONAL, TRADITIONAL[:12], "園區食堂五月六日開業", "「這是真的嗎？」他問。"])
@pytest.mark.parametrize("encoding", ["utf-8", "big5", "cp950", "big5hkscs", "gb18030", "utf-16"])
def test_traditional_text_is_read_in_every_encoding(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF8, "gb18030"),
        (codecs.BOM_UTF8, "big5"),
        ("\ufeff".encode("gb18030"), "gb18030"),
    ],
)
def test_a_byte_order_mark_is_dropped(mark: bytes, encoding: str) -> None:
    assert decode(mark + "園區有公寓和食堂".encode(encoding)) == "園區有公寓和食堂"


def test_a_piece_of_sixty_characters_is_enough_wherever_it_is_cut() -> None:
    for text, encodings in ((SIMPLIFIED * 3, ["gb18030"]), (TRADITIONAL * 3, ["big5", "gb18030"])):
        for start in range(60):
            for encoding in encodings:
                assert decode(text[start : start + 60].encode(encoding)) == text[start : start + 60]


@pytest.mark.parametrize("encoding", ["shift_jis", "euc_kr", "koi8-r"])
def test_another_script_s_encoding_is_refused_not_guessed(encoding: str) -> None:
    text = {
        "shift_jis": "これは工場の食堂です。" * 3,
        "euc_kr": "공장 식당은 오월에 열었습니다 " * 3,
        "koi8-r": "Столовая открыта " * 3,
    }
    with pytest.raises(ReadError) as caught:
        decode(text[encoding].encode(encoding))
    assert caught.value.code == "undecodable"


def test_damaged_utf_8_is_refused() -> None:
    with pytest.raises(ReadError, match="编码无法识别"):
        decode(SIMPLIFIED.encode()[:-1])


def test_random_bytes_are_never_text() -> None:
    source = random.Random(7)
    for _ in range(50):
        with pytest.raises(ReadError):
            decode(bytes(source.randrange(128, 255) for _ in range(80)))


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x00\x01",
        b"text\x00more",
        b"\x01\x02\x03\x04 text",
        b"\xff\xfe\x00\x00\x41\x00\x00\x00\x00\x00\x00\x00",
    ],
)
def test_binary_content_is_refused(data: bytes) -> None:
    with pytest.raises(ReadError) as caught:
        decode(data)
    assert caught.value.code == "binary"


def test_commonness_tells_prose_from_garbage() -> None:
    assert commonness(SIMPLIFIED) > 0.5 > commonness(SIMPLIFIED.encode("gb18030").decode("big5", "ignore"))
    assert commonness("plain ASCII") == 1


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))))
def test_utf_8_is_always_taken_at_its_word(text: str) -> None:
    assert decode(text.encode()) == text.removeprefix("\ufeff")


@given(st.binary(max_size=200))
def test_any_bytes_give_text_or_a_read_error(data: bytes) -> None:
    try:
        assert isinstance(decode(data), str)
    except ReadError as error:
        assert error.code in ("binary", "undecodable")
