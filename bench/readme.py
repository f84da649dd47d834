"""`python -m bench.readme`: writes the generated parts of both READMEs, the file tree and the table of settings.

English comes from the code: a file's first docstring line, a setting's description. Chinese, and what files without a
docstring are, stands in the READMEs themselves and is kept; what is new there shows its English until it is translated.
"""

import argparse
import ast
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from settings import PREFIX, Settings

ROOT = Path(__file__).parent.parent
FOLDERS = ("corpus", "index", "rag", "desk", "ui", "bench", "tests", "docs")
"""Folders of the tree in the order data flows; those in `WHOLE` are one line, the others one line a file."""
WHOLE = {"corpus", "tests", "docs", "desk/migrations", "bench/faq_parks"}
MADE = {"__pycache__", "out"}
UNSET = {"README.md": ("empty", "unset"), "README.zh.md": ("空", "未设置")}


def tree_paths(present: Sequence[str]) -> list[str]:
    """Return what the tree has a line for, in order: folders end in a slash; hidden files are left out."""
    shown = [path for path in sorted(present) if not path.startswith(".") and not path.endswith("__init__.py")]
    paths = []
    for folder in FOLDERS:
        inside = [path for path in shown if path.startswith(f"{folder}/")]
        paths += [f"{folder}/"] if inside else []
        lines = [] if folder in WHOLE else dict.fromkeys(_line(path) for path in inside)
        paths += sorted(lines, key=lambda path: (path.count("/"), path))
    return paths + [path for path in shown if "/" not in path]


def _line(path: str) -> str:
    """Return what stands for a file: the folder that is one line, or itself."""
    return next((f"{folder}/" for folder in WHOLE if path.startswith(f"{folder}/")), path)


def files() -> list[str]:
    """Return the paths of the project's files: those at the top and in its folders, nothing made at run time."""
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")] + list(ROOT.glob("*"))
    relative = [path.relative_to(ROOT) for path in found if path.is_file()]
    return [path.as_posix() for path in relative if not MADE.intersection(path.parts)]


def tree(paths: Sequence[str], english: Mapping[str, str], kept: Mapping[str, str]) -> str:
    """Return the tree as a block of text; a line kept from before wins over the English one."""
    names = {path: _indented(path) for path in paths}
    width = max(len(name) for name in names.values()) + 2
    lines = [f"{names[path]:{width}}{kept.get(path) or english.get(path, '')}".rstrip() for path in paths]
    return "\n".join(["```text", *lines, "```"])


def _indented(path: str) -> str:
    _, _, name = path.partition("/")
    return f"  {name}" if name else path


def read_tree(text: str) -> dict[str, str]:
    """Return path -> words of a tree that `tree` wrote."""
    found, folder = {}, ""
    for line in text.splitlines():
        match = re.fullmatch(r"( *)(\S+)(?: +(.*))?", line)
        if match is None or line.startswith("```"):
            continue
        indent, name, words = match.groups()
        folder = folder if indent else (name if name.endswith("/") else "")
        found[folder + name if indent else name] = words or ""
    return found


def file_words(path: str) -> str:
    """Return what a file or package says it is: the first line of its docstring, "" when it has none."""
    source = ROOT / path / "__init__.py" if path.endswith("/") else ROOT / path
    if source.suffix != ".py" or not source.is_file():
        return ""
    return (ast.get_docstring(ast.parse(source.read_text("utf-8"))) or "").split("\n")[0]


def settings_table(heading: Sequence[str], unset: Sequence[str], kept: Mapping[str, str]) -> str:
    """Return the table of settings; a description kept from before wins over the English one."""
    rows = ["| " + " | ".join(heading) + " |", "|---|---|---|"]
    for field, info in Settings.model_fields.items():
        name = PREFIX + field.upper()
        rows.append(f"| `{name}` | {_default(info.default, *unset)} | {kept.get(name) or info.description} |")
    return "\n".join(rows)


def _default(value: Any, empty: str, unset: str) -> str:  # noqa: ANN401 - whatever a setting may be
    plain = value.get_secret_value() if isinstance(value, SecretStr) else value
    return unset if plain is None else f"`{plain}`" if str(plain) else empty


def read_settings(text: str) -> dict[str, str]:
    """Return variable -> description of a table that `settings_table` wrote."""
    return dict(re.findall(rf"^\| `({PREFIX}\w+)` \| .*? \| (.*) \|$", text, re.MULTILINE))


def part(text: str, name: str, write: Callable[[str], str]) -> str:
    """Return `text` with what stands between the marks `name` written anew; `write` is given what stood there."""
    pattern = rf"(<!-- {name} -->\n)(.*?)\n?(<!-- /{name} -->)"
    changed, count = re.subn(pattern, lambda found: f"{found[1]}{write(found[2])}\n{found[3]}", text, flags=re.DOTALL)
    if count != 1:
        raise ValueError(f"One pair of marks <!-- {name} --> was expected, {count} found.")
    return changed


def render(name: str, text: str, present: Sequence[str]) -> str:
    """Return the README `name` with its generated parts as they should be."""
    paths = tree_paths(present)
    english = {path: file_words(path) for path in paths}
    translated = name != "README.md"

    def write_tree(before: str) -> str:
        kept = {path: words for path, words in read_tree(before).items() if translated or not english.get(path)}
        return tree(paths, english, kept)

    def write_settings(before: str) -> str:
        heading = ("变量", "默认值", "含义") if translated else ("Variable", "Default", "Meaning")
        return settings_table(heading, UNSET[name], read_settings(before) if translated else {})

    return part(part(text, "tree", write_tree), "settings", write_settings)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write both READMEs, or say with `--check` whether that would change one."""
    parser = argparse.ArgumentParser(prog="python -m bench.readme", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if something would change")
    options = parser.parse_args(arguments)
    present, stale = files(), []
    for name in UNSET:
        before = (ROOT / name).read_text("utf-8")
        after = render(name, before, present)
        if after != before:
            stale.append(name)
            if not options.check:
                (ROOT / name).write_text(after, "utf-8")
    print(f"{'stale' if options.check else 'written'}: {', '.join(stale) or 'nothing'}")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
