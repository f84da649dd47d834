"""Bytes of a text file become text: UTF-8, UTF-16, GB18030 or Big5, with or without a byte order mark.

GB18030 and Big5 each decode nearly everything the other wrote, into rare characters: the reading with more of the
everyday characters is the true one, and where neither has any, the file is no Chinese text at all.
"""

import codecs
import unicodedata

from index.errors import ReadError

# Everyday characters, the commonest of general Chinese prose, simplified first, then traditional forms that differ.
_COMMON = frozenset(
    "一是人了不在有大中国和为这上他个地年来我会以到时要出的生学说道民家子也成行下们于后就发自之对得主长可过天作分"
    "方用多你着部能市等业全里工公经本都而高政法面门动日进区事代那去心小同北定开产前其军还然起种所如现理机体表力好"
    "外与文当两实重新三么只山水关明从化平建又制南内西没此将员名手最东头者月间无安看见各城十相但已些正口通想度加第"
    "她合院物性战由位常点海意场武使次二向治因立数样身情入原问把路被并利石老教万知级量任江及应省资委务元美特期世湖"
    "回系比气汉总展电科金先声提品设或义王社很统处四首共马形己儿司太目基领队直计别女权话少流命至报米给打变果书清活"
    "几州华解议更称程今决张导术府才保交放管结师便走达族反再题色五京河接条规式县白它改风光运信受什组听布百济党指论"
    "强做取技黄神选记斯真却职号界件花类何眼兵传带空干农边据集联古广完质阳难增历史专官每住商即步认车台林必死游举线"
    "言皇土团收考求德叫近备研争非具李众连调感转笑革该持始英克士尔让拉思根格造较际亲单朝红型价校约器字段周亚深候则"
    "功属积快图火千准究往极育装许参半令吃观鱼精办像帝八复影告远群包整构料随划算象容示投势热值夫网望源"
    "國爲這個來會時學說們於後發對長過業裏經門動進區開產軍還種現機體與當兩實麼關從內沒將員東頭間無見戰點場數樣問並"
    "萬級應資務氣漢總電聲設義統處馬兒領隊計別權話報給變書幾華議稱決張導術結師達題條規縣風運組聽濟黨論強黃選記卻職"
    "號類傳帶幹農邊據聯廣質陽難歷專認車臺遊舉線團備爭衆連調轉該爾讓較際親單紅價約亞則屬積圖準極裝許參喫觀魚辦復遠"
    "羣構隨劃勢熱網為裡眾說台"
    "，。、；：？！“”‘’「」『』《》（）％…—·　０１２３４５６７８９"
)
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with theirs
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GB18030_BOM = "\ufeff".encode("gb18030")
_SAMPLE_CHARS = 20_000
_SURE_CHARS = 8  # fewer foreign characters than this are too few to call a reading garbage
_LEAST_SCORE = 0.2  # real prose has above .5 (a list of names .3), a wrong reading below .1
_MOST_CONTROLS = 0.02


def decode(data: bytes) -> str:
    """Return the text of a file's bytes, without byte order mark.

    Raises ReadError with code `binary` or `undecodable`.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _checked(_strict(data, encoding))
    if b"\0" in data:
        raise ReadError("二进制内容，不是文本 (binary content, not text): save it as UTF-8 text", "binary")
    for mark in (codecs.BOM_UTF8, _GB18030_BOM):
        data = data.removeprefix(mark)
    try:
        return _checked(data.decode("utf-8"))
    except UnicodeDecodeError:
        return _checked(_best_legacy(data))


def commonness(text: str) -> float:
    """Return how ordinary the non-ASCII characters of `text` are: the share of everyday ones less that of garbage."""
    foreign = [char for char in text[:_SAMPLE_CHARS] if char >= "\x80"]
    if not foreign:
        return 1.0
    everyday = sum(char in _COMMON for char in foreign)
    garbage = sum(unicodedata.category(char) in ("Co", "Cn", "Cc") for char in foreign)
    return (everyday - garbage) / len(foreign)


def _best_legacy(data: bytes) -> str:
    """Decode as GB18030 or Big5, whichever reads as ordinary Chinese; GB18030 on a tie."""
    readings = [text for encoding in ("gb18030", "cp950", "big5hkscs") if (text := _try(data, encoding)) is not None]
    if not readings:
        raise _undecodable()
    best = max(readings, key=commonness)
    if sum(char >= "\x80" for char in best) >= _SURE_CHARS and commonness(best) < _LEAST_SCORE:
        raise _undecodable()
    return best


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _strict(data: bytes, encoding: str) -> str:
    text = _try(data, encoding)
    if text is None:
        raise _undecodable()
    return text


def _checked(text: str) -> str:
    """Return the text, unless too much of it is control characters."""
    sample = text[:_SAMPLE_CHARS]
    controls = sum(char < " " and char not in "\t\n\r\f\v" for char in sample)
    if "\0" in sample or controls > _MOST_CONTROLS * len(sample):
        raise ReadError("二进制内容，不是文本 (binary content, not text): save it as UTF-8 text", "binary")
    return text


def _undecodable() -> ReadError:
    return ReadError(
        "编码无法识别 (encoding not recognised: neither UTF-8, UTF-16, GB18030 nor Big5): save it as UTF-8",
        "undecodable",
    )
