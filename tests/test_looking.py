import pytest
from sqlalchemy import select

from desk.database import Database
from desk.looking import LONGEST_WORD, MOST_WORDS, holds, words_of
from desk.tables import Lead
from tests.desk_rows import lead

NEEDS = ["要50%的Wi-Fi", "要500的wi_fi", "C:\\路径", "园区公寓", "'; DROP TABLE lead; --"]


@pytest.mark.parametrize(
    ("word", "found"),
    [("wi-fi", [0]), ("WI", [0, 1]), ("0%", [0]), ("_", [1]), ("\\", [2]), ("公寓", [3]), ("'; DROP", [4]), ("%%", [])],
)
def test_a_word_is_looked_for_letter_by_letter(database: Database, word: str, found: list[int]) -> None:
    with database.writing() as session:
        session.add_all(lead(need=need) for need in NEEDS)
    with database.session() as session:
        needs = session.scalars(select(Lead.need).where(holds(Lead.need, word))).all()
    assert sorted(needs) == sorted(NEEDS[place] for place in found)


def test_words_are_few_short_and_storable() -> None:
    assert words_of("  公寓　租金\n多少 ") == ["公寓", "租金", "多少"]
    assert words_of("a\0b \ud800") == ["ab", "?"]
    assert len(words_of("词 " * 1000)) == MOST_WORDS
    assert words_of("长" * 10_000_000) == ["长" * LONGEST_WORD]
