import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.__main__ import _batch, main, question_error, request_of
from rag.chain import Chain
from rag.records import Request, Turn

ROOT = Path(__file__).parent.parent


def run(*arguments: str, stdin: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run `python -m rag` as a person does."""
    return subprocess.run(
        [sys.executable, "-m", "rag", *arguments],
        input=stdin,
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        timeout=120,
        check=False,
    )


def answered(chain: Chain, *lines: str) -> tuple[int, list[dict[str, Any]]]:
    out = io.StringIO()
    code = _batch(chain, lines, out)
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("arguments", [[], ["ask", "--nonsense"], ["tell", "食堂"]])
def test_a_wrong_command_says_how_it_goes(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main(arguments)
    assert exit_.value.code == 2
    assert "usage: python -m rag" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["ask"], ["ask", ""], ["ask", "  "], ["ask", "", "--json"]])
def test_no_question_says_how_to_ask(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    assert 'python -m rag ask "问题"' in capsys.readouterr().err


def test_without_an_index_the_command_to_build_one_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "食堂在哪？", "--home", str(tmp_path / "none")]) == 2
    assert "python -m index build" in capsys.readouterr().err


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PARK_HOMEE", "var")
    assert main(["ask", "食堂在哪？"]) == 2
    assert "PARK_HOME" in capsys.readouterr().err


def test_an_answer_is_readable_with_its_evidence(park_index_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "缙云新居有多少套人才公寓？", "--home", str(park_index_home)]) == 0
    shown = capsys.readouterr().out
    assert "920套" in shown
    assert "[1] 住房与商务配套 › " in shown
    assert "住房与商务配套.md" in shown


def test_an_answer_as_json(park_index_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "缙云新居有多少套人才公寓？", "--json", "--home", str(park_index_home)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["refused"] is False
    assert "920套" in answer["citations"][0]["quote"]


def test_a_question_too_long_is_not_asked(park_index_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "园" * 501, "--home", str(park_index_home)]) == 2
    assert "501" in capsys.readouterr().err


def test_a_batch_keeps_its_order_and_goes_on_after_bad_lines(chain: Chain) -> None:
    good = [json.dumps({"id": f"q{n}", "question": f"缙云新居有多少套人才公寓？{'？' * n}"}) for n in range(17)]
    lines = [*good[:5], "not json", "", *good[5:10], '{"id": 3, "question": " "}', *good[10:], '{"id": "last"}']
    code, results = answered(chain, *lines)
    assert code == 1
    assert [result.get("id") for result in results] == [
        *(f"q{n}" for n in range(5)),
        None,
        *(f"q{n}" for n in range(5, 10)),
        "3",
        *(f"q{n}" for n in range(10, 17)),
        "last",
    ]
    assert [number for number, result in enumerate(results) if "error" in result] == [5, 11, 19]
    assert all("920套" in result["answer"] for result in results if "error" not in result)


def test_a_batch_without_bad_lines_ends_well(chain: Chain) -> None:
    code, results = answered(chain, '{"question": "食堂什么时候开业？"}\n', "\n")
    assert code == 0
    assert [result["answer"] for result in results] == [chain.invoke(Request("食堂什么时候开业？")).answer]


def test_history_is_used(chain: Chain) -> None:
    turns = [["缙云新居在哪里？", "缙云新居是人才公寓。"]]
    _, results = answered(chain, json.dumps({"question": "那有多少套？", "history": turns}))
    assert "920套" in results[0]["answer"]


def test_each_answer_is_flushed_before_the_next_question_is_read(chain: Chain) -> None:
    out = io.BytesIO()
    buffered = io.TextIOWrapper(io.BufferedWriter(out, 1 << 20), encoding="utf-8")  # type: ignore[type-var]

    def lines() -> Iterator[str]:
        for number in range(3):
            yield json.dumps({"id": str(number), "question": "食堂在哪？"})
            assert len(out.getvalue().splitlines()) == number + 1

    assert _batch(chain, lines(), buffered) == 0


@pytest.mark.parametrize(
    "item",
    [
        None,
        [],
        "食堂",
        {},
        {"question": 5},
        {"question": ""},
        {"question": " \t"},
        {"question": "园" * 501},
        {"question": "食堂", "history": "问"},
        {"question": "食堂", "history": [["问"]]},
        {"question": "食堂", "history": [["问", None]]},
        {"question": "食堂", "history": {"问": "答"}},
    ],
)
def test_an_unusable_line_says_what_is_wrong(item: object) -> None:
    with pytest.raises(ValueError, match=" / "):
        request_of(item, 500)


def test_a_line_becomes_a_request() -> None:
    item = {"id": 0, "question": "食堂", "history": [["问", "答"]], "more": True}
    assert request_of(item, 500) == Request("食堂", (Turn("问", "答"),), "0")
    assert request_of({"id": None, "question": "食堂", "history": None}, 500) == Request("食堂")


def test_the_longest_question_is_asked() -> None:
    assert question_error("园" * 500, 500) == ""
    assert "501" in question_error("园" * 501, 500)


def test_hostile_bytes_do_not_end_a_batch(park_index_home: Path) -> None:
    lines = [
        b'\xef\xbb\xbf{"id": "bom", "question": "\xe9\xa3\x9f\xe5\xa0\x82\\ud83d\xe5\x9c\xa8\xe5\x93\xaa\xef\xbc\x9f"}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"id": "nul", "question": "a\\u0000<script>"}',
        b'{"id": "end", "question": "hello"}',
    ]
    done = run("ask", "--jsonl", "--home", str(park_index_home), stdin=b"\n".join(lines), LC_ALL="C", PYTHONUTF8="0")
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (1, b"")
    assert [result.get("id") for result in results] == ["bom", None, None, "nul", "end"]
    assert ["error" in result for result in results] == [False, True, True, False, False]
