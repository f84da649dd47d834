import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from index import home
from index.__main__ import main
from index.build import sync
from settings import Settings
from tests.homes import REPORTS, settings_in
from tests.toys import ToyEmbedder

ROOT = Path(__file__).parent.parent


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A corpus and a home, and the toy in the model's place."""
    monkeypatch.setattr("index.embed.open_embedder", lambda settings: ToyEmbedder())
    return settings_in(tmp_path)


def run(settings: Settings, command: str, *more: str) -> int:
    corpus = ["--corpus", str(settings.corpus)] if command == "build" else []
    return main([command, "--home", str(settings.home), *corpus, *more])


def test_build_tells_what_it_did(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    (settings.corpus / "空.md").write_text("")
    assert run(settings, "build") == 0
    out = capsys.readouterr().out
    for path in REPORTS:
        assert f"新增 added: {path}" in out
    assert "[3/3]" in out
    assert "跳过 skipped: 空.md: 空文件" in out
    (settings.corpus / "企业.txt").unlink()
    (settings.corpus / "食堂.md").write_text("食堂改了。", encoding="utf-8")
    assert run(settings, "build") == 0
    out = capsys.readouterr().out
    assert "删除 removed: 企业.txt" in out
    assert "更新 changed: 食堂.md" in out
    assert "未变 unchanged 1" in out
    assert "\r" not in out, "no progress bar where no one watches"


def test_a_file_that_cannot_be_read_is_exit_status_1(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    (settings.corpus / "图.md").write_bytes(bytes(range(256)) * 10)
    assert run(settings, "build") == 1
    out = capsys.readouterr().out
    assert "跳过 skipped: 图.md" in out
    assert "新增 added: 住房.md" in out


def test_status(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    sync(settings, ToyEmbedder())
    assert run(settings, "status", "--json") == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["documents"], figures["chunks"]) == (3, 4)
    assert run(settings, "status") == 0
    assert "documents: 3" in capsys.readouterr().out


def test_check_and_repair(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    sync(settings, ToyEmbedder())
    assert run(settings, "check") == 0
    assert "3 documents, 4 chunks: 正常 clean" in capsys.readouterr().out
    (home.lexical_path(settings.home) / "meta.json").write_text("x")
    assert run(settings, "check") == 1
    out = capsys.readouterr().out
    assert "有问题 problem [lexical]" in out
    assert "check --repair" in out
    assert run(settings, "check", "--repair") == 0
    assert "已修复 repaired [lexical]" in capsys.readouterr().out
    assert run(settings, "check") == 0


@pytest.mark.parametrize("command", ["status", "check"])
def test_nothing_built_is_one_line_and_exit_status_2(
    settings: Settings, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(settings, command) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "还没有建立索引" in error
    assert "python -m index build" in error


def test_while_another_builds_is_one_line_and_exit_status_2(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with home.building(settings.home):
        assert run(settings, "build") == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "正在建立索引" in error
    assert "being built" in error


def test_a_damaged_catalog_is_one_line_and_exit_status_2(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    sync(settings, ToyEmbedder())
    catalog = home.catalog_path(settings.home)
    catalog.write_bytes(os.urandom(catalog.stat().st_size))
    for command in ("build", "status", "check"):
        assert run(settings, command) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert "catalog.sqlite3" in error


def test_a_home_that_cannot_be_written_is_one_line(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    settings.home.write_text("a file")
    assert run(settings, "build") == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_an_unknown_setting_is_one_line(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARK_CORPSE", "x")
    assert run(settings, "status") == 2
    assert "PARK_CORPUS" in capsys.readouterr().err


def test_the_model_is_made_or_verified(model_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "--home", str(model_home)]) == 0
    assert "model ready" in capsys.readouterr().out


@pytest.mark.parametrize("command", [[], ["build"], ["status"], ["check"], ["model"]])
def test_help_loads_nothing_heavy(command: list[str]) -> None:
    script = (
        "import sys, runpy; sys.argv = ['index', *sys.argv[1:]]\n"
        "try: runpy.run_module('index', run_name='__main__')\n"
        "finally: print([name for name in ('torch', 'chromadb', 'jieba', 'tantivy') if name in sys.modules])"
    )
    arguments = [sys.executable, "-c", script, *command, "--help"]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "usage" in done.stdout
    assert done.stdout.strip().endswith("[]")


def test_a_bar_on_a_terminal(settings: Settings) -> None:
    """In a pseudo-terminal of its own, as a person sees it."""
    script = (
        "import sys; import index.embed; from tests.toys import ToyEmbedder;"
        "index.embed.open_embedder = lambda settings: ToyEmbedder();"
        "from index.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    arguments = ["build", "--home", str(settings.home), "--corpus", str(settings.corpus)]
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))  # else it is no column wide
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, text=True
    )
    shown = os.read(ours, 100_000).decode(errors="replace")
    os.close(theirs)
    os.close(ours)
    assert done.returncode == 0
    assert "3/3" in shown
    assert "[1/3]" not in done.stdout
