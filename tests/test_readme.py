"""What the READMEs say is so: commands run, files exist, settings are as described, both languages show the same."""

import functools
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import readme
from bench.speed import free_port, post, server
from settings import Settings

ROOT = Path(__file__).parent.parent
NAMES = ("README.md", "README.zh.md")
TEXTS = {name: (ROOT / name).read_text("utf-8") for name in NAMES}


def commands(name: str) -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", TEXTS[name], re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def matching(pattern: str) -> list[str]:
    return [command for command in commands("README.md") if re.search(pattern, command)]


MAKE = matching(r"^(PARK_\w+=\S+ )?make ")
ASK = matching(r"-m rag ask")
INDEX = matching(r"-m index ")
USER = matching(r"-m desk user ")
DESK = matching(r"-m desk (?!user )")
BENCH = matching(r"-m bench\.")
CURL = matching(r"^curl ")
CHROMA = matching(r"bin/chroma run")


@functools.cache
def run(command: str, home: Path | None = None) -> str:
    """Run a command of the README here, with this Python and in this home, once; return what it printed."""
    line = command.replace(".venv/bin/python", sys.executable)
    env = {**os.environ, "PARK_HOME": str(home)} if home else None
    done = subprocess.run(line, shell=True, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def home(model_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of its own with the model in it and the park's corpus built, by the README's own command."""
    folder = tmp_path_factory.mktemp("readme") / "var"
    folder.mkdir()
    (folder / "models").symlink_to(model_home / "models")
    run(INDEX[0], folder)
    return folder


@pytest.fixture(scope="module")
def url(home: Path) -> Iterator[str]:
    with server({**os.environ, "PARK_HOME": str(home)}) as (address, _, _):
        yield address


def test_both_languages_show_the_same_commands_and_answers() -> None:
    assert commands("README.zh.md") == commands("README.md")
    shown = {name: re.findall(r"^```json\n.*?^```", text, re.MULTILINE | re.DOTALL) for name, text in TEXTS.items()}
    assert shown["README.zh.md"] == shown["README.md"] != []


def test_every_command_belongs_to_a_kind_that_is_tested() -> None:
    assert sorted(MAKE + ASK + INDEX + USER + DESK + BENCH + CURL + CHROMA) == sorted(commands("README.md"))
    assert all((MAKE, ASK, INDEX, USER, DESK, BENCH, CURL, CHROMA))


@pytest.mark.parametrize("command", MAKE)
def test_make_knows_what_to_do(command: str) -> None:
    assert ".venv/bin/python" in run(command.replace("make ", "make --dry-run --always-make "))


@pytest.mark.parametrize("command", INDEX)
def test_the_commands_of_the_index_run(home: Path, command: str) -> None:
    assert "11" in run(command, home)


@pytest.mark.parametrize("command", ASK)
def test_the_questions_of_the_command_line_are_answered(home: Path, command: str) -> None:
    said = run(command, home)
    assert "920套" in said or "5月6日" in said
    if "--json" in command:
        assert json.loads(said)["citations"]


@pytest.mark.parametrize("command", CURL)
def test_the_requests_over_http_are_answered(url: str, command: str) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    if "/api/feedback" in command:
        command = command.replace("…", post(url, {"question": "食堂什么时候开业的？"})["turn"])
    said = run(command.replace("http://127.0.0.1:7860", url))
    if "/readyz" in command:
        assert json.loads(said)["ready"] is True
    elif "/api/feedback" in command:
        assert json.loads(said)["verdict"] == "unhelpful"
    elif "/api/leads" in command:
        assert re.fullmatch("[0-9a-f]{6}", json.loads(said)["reference"])
    elif "/stream" in command:
        events = re.findall(r"^event: (\w+)$", said, re.MULTILINE)
        assert (events[0], {*events[1:-1]}, events[-1]) == ("passages", {"delta"}, "answer")
    else:
        assert "5月6日" in json.loads(said)["answer"]


@pytest.mark.parametrize("command", DESK)
def test_the_commands_of_the_desk_run_beside_the_service(url: str, home: Path, tmp_path: Path, command: str) -> None:
    assert url
    said = run(re.sub(r"\S+\.(?:csv|sqlite3)$", lambda file: str(tmp_path / file[0]), command), home)
    assert said if "status" in command else list(tmp_path.iterdir())


def test_the_first_account_opens_the_desk_and_its_cookies_keep_to_https(url: str, home: Path) -> None:
    add, listed = USER
    assert login_page(url)[0] == 403
    run(f"echo 'a password of nobody' | {add} --password-stdin", home)
    assert "王芳\tadmin" in run(listed, home)
    status, cookies = login_page(url)
    assert status == 200
    assert cookies
    assert all("; Secure" in cookie for cookie in cookies)


def login_page(url: str) -> tuple[int, list[str]]:
    """Open the desk's login form as through a proxy that ends TLS; return the status and the cookies given."""
    request = urllib.request.Request(f"{url}/desk/login", headers={"X-Forwarded-Proto": "https"})
    try:
        with urllib.request.urlopen(request, timeout=30) as page:
            return page.status, page.headers.get_all("Set-Cookie", [])
    except urllib.error.HTTPError as error:
        return error.code, []


def test_a_desk_without_cases_has_none_to_ask_again(url: str, home: Path) -> None:
    (command,) = matching(r"-m bench\.desk$")
    assert url
    assert "there are no cases yet" in run(command, home)


@pytest.mark.parametrize("command", BENCH)
def test_the_benchmarks_know_the_options_shown(command: str) -> None:
    assert "usage" in run(f"{command} --help")


def test_a_chroma_server_is_used_as_shown(home: Path, tmp_path: Path) -> None:
    (start,), (use,), port = CHROMA, matching("^PARK_CHROMA_URL="), str(free_port())
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "models").symlink_to(home / "models")
    start = start.replace(".venv/bin/chroma", str(Path(sys.executable).with_name("chroma"))).replace("8000", port)
    with subprocess.Popen(start.split(), cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as chroma:
        try:
            wait_for(int(port))
            said = run(use.replace("8000", port).replace("make run", INDEX[0]), tmp_path / "var")
        finally:
            chroma.terminate()
    assert "added 11" in said
    assert not (tmp_path / "var" / "chroma").exists()
    assert (tmp_path / "var" / "chroma-server" / "chroma.sqlite3").exists()


def wait_for(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except ConnectionRefusedError:
            time.sleep(0.1)
    pytest.fail(f"nothing listens on port {port}")


@pytest.mark.parametrize("name", NAMES)
def test_the_tree_and_the_settings_are_those_of_the_code(name: str) -> None:
    assert readme.render(name, TEXTS[name], readme.files()) == TEXTS[name], "run `make readme`"


def tree_of(name: str) -> dict[str, str]:
    return readme.read_tree(TEXTS[name].split("<!-- tree -->\n")[1].split("<!-- /tree -->")[0])


@pytest.mark.parametrize("name", NAMES)
def test_the_tree_names_what_there_is_and_says_what_it_is(name: str) -> None:
    tree = tree_of(name)
    assert [path for path in tree if not (ROOT / path).exists()] == []
    assert [path for path, words in tree.items() if not words] == []
    code = [path for folder in ("index", "rag", "desk", "ui", "bench") for path in (ROOT / folder).glob("*.py")]
    assert {path.relative_to(ROOT).as_posix() for path in code if path.name != "__init__.py"} <= tree.keys()


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_in_the_table(name: str) -> None:
    described = readme.read_settings(TEXTS[name])
    assert list(described) == [f"PARK_{field.upper()}" for field in Settings.model_fields]


def test_the_chinese_readme_is_in_chinese() -> None:
    words = {**readme.read_settings(TEXTS["README.zh.md"]), **tree_of("README.zh.md")}
    assert [name for name, said in words.items() if not re.search("[一-鿿]", said)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_link_to_a_file_leads_to_one(name: str) -> None:
    links = re.findall(r"\]\((?!http)([^)]+)\)", TEXTS[name])
    assert [link for link in links if not (ROOT / link).is_file()] == []


def test_the_answer_shown_has_the_keys_of_an_answer(url: str) -> None:
    shown = json.loads(re.findall(r"^```json\n(.*?)^```", TEXTS["README.md"], re.MULTILINE | re.DOTALL)[0])
    real = post(url, shown)
    assert shown.keys() == real.keys()
    assert shown["citations"][0].keys() == real["citations"][0].keys()
    assert shown["timings_ms"].keys() == real["timings_ms"].keys()


# The generator itself, on texts of its own.


def test_new_files_get_the_words_of_the_code_and_translated_ones_keep_theirs() -> None:
    text = readme.tree(["index/", "index/chunk.py", "app.py"], {"app.py": "The app."}, {"index/chunk.py": "切分。"})
    assert readme.read_tree(text) == {"index/": "", "index/chunk.py": "切分。", "app.py": "The app."}


def test_the_tree_folds_some_folders_and_leaves_out_what_is_hidden() -> None:
    present = [
        "tests/test_a.py",
        ".gitignore",
        "index/__init__.py",
        "index/a.py",
        "README.md",
        "desk/migrations/versions/0001.py",
        "desk/migrations/env.py",
        "desk/z.py",
        "ui/assets/a.css",
        "ui/z.py",
    ]
    assert readme.tree_paths(present) == [
        "index/", "index/a.py", "desk/", "desk/z.py", "desk/migrations/", "ui/", "ui/z.py",
        "ui/assets/a.css", "tests/", "README.md",
    ]  # fmt: skip


def test_a_readme_without_its_marks_is_an_error() -> None:
    with pytest.raises(ValueError, match="<!-- tree --> was expected, 0 found"):
        readme.render("README.md", "no marks", ["app.py"])
