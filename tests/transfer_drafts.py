"""Any entries that there may be, for hypothesis, and a few reports to cite."""

from dataclasses import dataclass
from datetime import date

from hypothesis import strategies as st

from desk.entry_records import EntryDraft, EntryError
from desk.entry_rules import checked, key
from rag.staff_answers import PassageSource, StaffSource

TOLD = StaffSource("王芳", date(2024, 5, 6))


@dataclass(frozen=True)
class Paper:
    """A report."""

    id: str
    path: str
    title: str
    text: str


BUS = Paper("d1", "班车.md", "班车", "班车早上七点半发车。\n晚上|六点｜返回。\\路线\\n见公告。")
PAPERS = {BUS.path: BUS}

_LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp"))
_SPIKY = st.sampled_from([*"=+-@＝＋－＠'\"｜|\\,;\t\n_ ", "''=", "_x000D_", "_x005F_", "\\n", "\\｜", "停", "a"])
LINES = st.lists(st.one_of(_SPIKY, _LETTERS), max_size=12).map("".join)
QUOTES = st.lists(st.one_of(_SPIKY, st.characters(exclude_categories=("Cs",), exclude_characters="\0")), min_size=1)
_DAYS = st.none() | st.dates(date(1800, 1, 1), date(2400, 1, 1))
TOLDS = st.builds(StaffSource, LINES.map(lambda text: f"王{text}"), st.dates())


def _passage(path: str, quote: str) -> PassageSource:
    return PassageSource("d9", path, "题", quote, 3, 3 + len(quote))


PASSAGES = st.builds(_passage, QUOTES.map(lambda chars: "路" + "".join(chars)), QUOTES.map("".join))
_ANY = st.builds(
    EntryDraft,
    question=LINES.map(lambda text: f"{text}问"),
    answer=LINES.map(lambda text: f"{text}。"),
    similar=st.lists(LINES.map(lambda text: f"{text}似"), max_size=3).map(tuple),
    negative=st.lists(LINES.map(lambda text: f"{text}否"), max_size=3).map(tuple),
    sources=st.lists(st.one_of(TOLDS, PASSAGES), min_size=1, max_size=3).map(tuple),
    is_on=st.booleans(),
    valid_from=_DAYS,
    review_by=_DAYS,
    owner=LINES,
)


def _can_be(draft: EntryDraft) -> bool:
    try:
        return bool(key(checked(draft).question))
    except EntryError:
        return False


DRAFTS = _ANY.filter(_can_be).map(checked)
