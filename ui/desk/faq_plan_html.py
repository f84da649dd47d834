"""What an import would do, as escaped HTML. Pure: knows no Gradio."""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import TypeVar

from desk.transfer import Addition, Modification, Plan, Problem
from ui.desk.faq_html import changes

SHOWN = 100
"""Rows shown of each kind."""
_ANSWER = 120  # characters
_Row = TypeVar("_Row", Addition, Modification, Problem)


def plan(planned: Plan) -> str:
    """Return the dry run: what is wrong first, then what would change, then what would be new."""
    facts = [
        ("新增", len(planned.added), ""),
        ("修改", len(planned.changed), ""),
        ("不变", planned.unchanged, " off"),
        ("有问题", len(planned.problems), " warn" if planned.problems else " off"),
    ]
    told = "".join(f'<span class="tag{kind}">{words} {count}</span> ' for words, count, kind in facts)
    notes = "".join(f"<p>{escape(note)}</p>" for note in planned.notes)
    return (
        f'<section class="faq-plan" aria-label="导入预览"><h3>导入预览：{escape(planned.filename)}</h3>'
        f'<p role="status">{told}{_verdict(planned)}</p>{notes}'
        f"{_table('有问题的行', ('行', '问题与改法'), planned.problems, _problem)}"
        f"{_table('会修改的条目', ('行', '编号', '改了什么'), planned.changed, _changed)}"
        f"{_table('会新增的条目', ('行', '标准问题', '答案', '来源'), planned.added, _added)}</section>"
    )


def _verdict(planned: Plan) -> str:
    if planned.problems:
        return "还没有导入任何内容。请改好文件里的问题，再选择一次。"
    if not planned.steps:
        return "没有要导入的内容：文件里的条目与现有的相同。"
    return "还没有导入任何内容。看过没有问题，再点“确认导入”。"


def _table(title: str, heads: Iterable[str], found: Sequence[_Row], as_row: Callable[[_Row], str]) -> str:
    if not found:
        return ""
    head = "".join(f'<th scope="col">{words}</th>' for words in heads)
    body = "".join(map(as_row, found[:SHOWN]))
    more = f"<p>另有 {len(found) - SHOWN} 行没有列出。</p>" if len(found) > SHOWN else ""
    return f'<h4>{title}</h4><table class="grid"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}'


def _problem(problem: Problem) -> str:
    return f"<tr><td>{problem.row}</td><td>{escape(problem.message)}</td></tr>"


def _changed(step: Modification) -> str:
    return f"<tr><td>{step.row}</td><td>{step.entry_id}</td><td>{changes(step.differences)}</td></tr>"


def _added(step: Addition) -> str:
    answer = step.draft.answer[:_ANSWER] + ("…" if len(step.draft.answer) > _ANSWER else "")
    return (
        f"<tr><td>{step.row}</td><td>{escape(step.draft.question)}</td><td>{escape(answer)}</td>"
        f"<td>{len(step.draft.sources)} 个</td></tr>"
    )
