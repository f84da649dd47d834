"""`python -m rag ask`: one question, or a file of them, from the command line."""

import argparse
import io
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

from index.errors import ParkError
from rag.chain import Chain, open_chain
from rag.records import Answer, Request, Turn
from settings import SettingsError, load_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code: 0, 1 when a line of a batch was unusable, 2 when nothing could start."""
    options = _parser().parse_args(arguments)
    _speak_utf8()
    if not options.jsonl and not (options.question or "").strip():
        print('没有问题。用法 / usage: python -m rag ask "问题" [--json] | --jsonl < in > out', file=sys.stderr)
        return 2
    try:
        chain = open_chain(load_settings(home=options.home))
    except (ParkError, SettingsError) as error:
        print(f"错误 / error: {error}", file=sys.stderr)
        return 2
    try:
        return _batch(chain, sys.stdin, sys.stdout) if options.jsonl else _single(chain, options)
    except ParkError as error:
        print(f"错误 / error: {error}", file=sys.stderr)
        return 2
    finally:
        chain.close()


def _speak_utf8() -> None:
    """Read and write UTF-8 whatever the locale; what is not valid goes through rather than end a batch."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rag", description="Ask the park's reports. 向园区资料提问。")
    commands = parser.add_subparsers(dest="command", required=True)
    ask = commands.add_parser("ask", help="answer a question 回答问题")
    ask.add_argument("question", nargs="?", help="the question 问题")
    ask.add_argument("--json", action="store_true", help="print the whole answer as JSON")
    ask.add_argument("--jsonl", action="store_true", help="read one JSON object a line from stdin, write one a line")
    ask.add_argument("--home", help="folder of the index (default: PARK_HOME or var)")
    return parser


def _single(chain: Chain, options: argparse.Namespace) -> int:
    error = question_error(options.question, chain.settings.question_chars)
    if error:
        print(f"错误 / error: {error}", file=sys.stderr)
        return 2
    answer = chain.invoke(Request(options.question))
    print(json.dumps(answer.as_json(), ensure_ascii=False, indent=2) if options.json else _readable(answer))
    return 0


def _readable(answer: Answer) -> str:
    lines = [answer.answer, ""]
    for citation in answer.citations or answer.nearby:
        place = " › ".join((citation.document, *citation.headings))
        lines.append(f"[{citation.number}] {place}（{citation.date or '日期不详'}，{citation.path}）：{citation.quote}")
    return "\n".join(lines).rstrip()


def _batch(chain: Chain, lines: Iterable[str], out: TextIO) -> int:
    """Answer each line, in order, flushed as they are made; an unusable line gives an object with `error`."""
    code = 0
    for line in lines:
        if not line.strip():
            continue
        result = _answer_line(chain, line)
        code = 1 if "error" in result else code
        out.write(json.dumps(result, ensure_ascii=False) + "\n")
        out.flush()
    return code


def _answer_line(chain: Chain, line: str) -> dict[str, Any]:
    item: object = None
    try:
        item = json.loads(line)
        request = request_of(item, chain.settings.question_chars)
    except (ValueError, RecursionError) as error:
        known = {"id": _id(item)} if isinstance(item, dict) else {}
        return {**known, "error": {"code": "bad-line", "message": str(error)}}
    return chain.invoke(request).as_json()


def _id(item: dict[str, Any]) -> str:
    return "" if item.get("id") is None else str(item["id"])


def request_of(item: object, most_chars: int) -> Request:
    """Return the request that a decoded JSON `item` asks for; raise ValueError saying what is wrong with it."""
    if not isinstance(item, dict) or not isinstance(item.get("question"), str):
        raise ValueError(
            '每行应为 {"id", "question", "history"} / each line must be an object with a string "question"'
        )
    error = question_error(item["question"], most_chars)
    if error:
        raise ValueError(error)
    return Request(item["question"], _turns(item.get("history") or []), _id(item))


def question_error(question: str, most_chars: int) -> str:
    """Return what is wrong with `question`, "" when nothing is."""
    if not question.strip():
        return "问题是空的，请输入问题 / the question is empty"
    if len(question) > most_chars:
        return f"问题太长：{len(question)} 字，最多 {most_chars} 字 / the question is over {most_chars} characters"
    return ""


def _turns(history: object) -> tuple[Turn, ...]:
    if not isinstance(history, list) or not all(
        isinstance(turn, list | tuple) and len(turn) == 2 and all(isinstance(text, str) for text in turn)
        for turn in history
    ):
        raise ValueError('history 应为 [["问","答"], ...] / history must be a list of [question, answer] pairs')
    return tuple(Turn(question, answer) for question, answer in history)


if __name__ == "__main__":
    sys.exit(main())
