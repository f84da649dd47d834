import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.names import names_of, packed, unpacked
from index.records import Document, Heading


def named(title: str, *headings: str, text: str = "") -> frozenset[str]:
    return names_of([Document("a.md", title, text, headings=tuple(Heading(1, line, 0, 0) for line in headings))])


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("缙云新居", {"缙云新居"}),
        ("斯太宝（重庆）科技", {"斯太宝"}),
        ("C3栋生活服务馆", {"栋生活服务馆"}),
        ("食堂", set()),
        ("crud-3cd30417dec9", set()),
        ("重庆华虹仪表有限公司二零二三年度经营情况报告", {"重庆华虹仪表有限公司"}),
        ("", set()),
    ],
)
def test_what_a_title_names(title: str, names: set[str]) -> None:
    assert named(title) == names


def test_headings_name_and_the_text_does_not() -> None:
    assert named("报告", "员工住房：缙云新居", "重点项目", text="“以商招商”") == {"员工住房", "缙云新居", "重点项目"}


@given(st.sets(st.text(alphabet="缙云新居人才公寓", min_size=3, max_size=12)))
def test_names_come_back_from_the_catalog(names: set[str]) -> None:
    assert unpacked(packed(names)) == names
