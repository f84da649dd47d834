from index.difference import Difference, difference
from index.records import Document


def told(before: str, after: str) -> Difference:
    return difference(Document("a.md", "甲", before), Document("a.md", "甲", after))


def test_sentences_are_counted_wherever_they_stand_and_as_often_as_they_are_said() -> None:
    assert told("一。二。三。", "三。一。四。") == Difference(same=2, new=1, gone=1)
    assert told("一。一。", "一。") == Difference(same=1, new=0, gone=1)
    assert told("", "一。\n二。") == Difference(same=0, new=2, gone=0)
