import unicodedata
from pathlib import PurePosixPath

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from index.file_names import MOST_CHARS, safe_name
from index.load import READERS

NAMES = st.text(st.characters() | st.sampled_from("./\\ \u200b\u202e\0:*?é\u0301报告"), max_size=300)


@given(NAMES, st.sampled_from(["", *READERS, ".MD", ".pdf"]))
@example("con", ".md")
@example("a\u0301" * 200, ".md")
def test_every_name_becomes_a_safe_one_and_stays_so(name: str, suffix: str) -> None:
    safe = safe_name(name + suffix)
    assert PurePosixPath(safe).parts == (safe,)
    assert safe[0] not in ". "
    assert safe[-1] not in ". "
    assert len(safe) <= MOST_CHARS
    assert len(safe.encode()) <= 255
    assert unicodedata.is_normalized("NFC", safe)
    assert not any(unicodedata.category(char)[0] == "C" for char in safe)
    assert safe_name(safe) == safe


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("招商引资（2023）.md", "招商引资（2023）.md"),
        ("2023 年 报告.TXT", "2023 年 报告.TXT"),
        ("../../etc/passwd.md", "passwd.md"),
        ("C:\\资料\\报告.md", "报告.md"),
        ("..隐藏.md", "隐藏.md"),
        ("报\u200b告\u202e.md\n", "报告.md"),
        ("cafe\u0301.md", "café.md"),
        ("con.md", "_con.md"),
        ("<img src=x>.md", "_img src=x_.md"),
        ("长" * 300 + ".md", "长" * 65 + ".md"),
        ("a" * 300 + ".md", "a" * 117 + ".md"),
        ("", "未命名"),
    ],
)
def test_what_can_be_kept_of_a_name_is_kept(given_name: str, safe: str) -> None:
    assert safe_name(given_name) == safe
