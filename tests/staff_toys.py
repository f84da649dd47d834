"""Staff's entries and who hands them out, for the tests of matching and answering."""

from datetime import date

from rag.staff_answers import PassageSource, Source, StaffAnswer

DAY = date(2026, 11, 25)
MEALS = StaffAnswer(
    12,
    3,
    "食堂几点开饭？",
    "早餐7:00至8:30。\n午餐11:30至13:00，见[3]号公告。",
    date(2026, 11, 20),
    ("食堂开放时间",),
    ("食堂几点关门",),
)
DEPOSIT = StaffAnswer(13, 1, "租厂房要交多少押金？", "三个月租金。", date(2026, 11, 21))
RENT = StaffAnswer(14, 1, "标准厂房的租金是多少？", "每月每平方米22元。", date(2026, 11, 21))


class ToyAnswers:
    """Publishes the entries it is given; remembers each that it has ever had."""

    def __init__(self, *entries: StaffAnswer) -> None:
        self._ever = {(one.id, one.revision): one for one in entries}
        self.entries = entries
        self.broken = False

    def publish(self, *entries: StaffAnswer) -> None:
        self._ever |= {(one.id, one.revision): one for one in entries}
        self.entries = entries

    def current(self) -> tuple[StaffAnswer, ...]:
        if self.broken:
            raise RuntimeError("toy failure")
        return self.entries

    def past(self, entry_id: int, revision: int) -> StaffAnswer | None:
        return self._ever.get((entry_id, revision))


def with_sources(*sources: Source, answer: str = "可供500人同时就餐。") -> StaffAnswer:
    """An entry about the canteen that rests on these sources."""
    return StaffAnswer(20, 1, "食堂能坐多少人？", answer, date(2026, 11, 20), sources=sources)


def passage(document_id: str, path: str, quote: str, start: int) -> PassageSource:
    """Words of a report, as they were picked."""
    return PassageSource(document_id, path, "某报告", quote, start, start + len(quote))
