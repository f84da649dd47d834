"""The desk's pages without scripts, as HTML: signing in and out, the password, the accounts. Knows no HTTP."""

from collections.abc import Sequence
from html import escape

from desk.account_rules import NAME_CHARS, PASSWORD_CHARS
from desk.accounts import Account
from desk.tables import Role
from rag.china import CHINA

ROLES: dict[Role, str] = {"staff": "员工", "admin": "管理员"}
STYLES = ("/ui/chat.css", "/ui/desk_forms.css")
FORM_TOKEN = "form"  # noqa: S105 - the name of a field
NEW_PASSWORD = f"至少 {PASSWORD_CHARS} 个字符，不能与姓名相同，也不能是常见密码。"
MAKE_ONE = "python -m desk user add 姓名 --role admin"


def document(title: str, park: str, body: str, account: Account | None = None) -> str:
    """Return a whole page round an already escaped body; who is signed in gets the ways out of it."""
    links = "".join(f'<link rel="stylesheet" href="{style}">' for style in STYLES)
    ways = ""
    if account:
        ways = (
            f'<nav aria-label="账号"><span>{escape(account.name)}</span><a href="/desk/">返回工作台</a>'
            '<a href="/desk/logout">退出</a></nav>'
        )
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} · {escape(park)}</title>"
        f'<link rel="icon" type="image/svg+xml" href="/ui/icon.svg">{links}</head><body class="desk-forms">'
        '<header><div class="mark"><img src="/ui/icon.svg" alt="" width="28" height="28">'
        f"<div><strong>园区问答 · 工作台</strong><span>{escape(park)}</span></div></div>{ways}</header>"
        f"<main>{body}</main></body></html>"
    )


def login(next_path: str, form_token: str, name: str = "", error: str = "", note: str = "") -> str:
    """Return the login form; the name that was typed stays, a password never does."""
    fields = (
        _field("姓名", "name", "text", "username", value=name, focus=not name, more=f'maxlength="{NAME_CHARS * 4}"')
        + _field("密码", "password", "password", "current-password", focus=bool(name))
        + f'<input type="hidden" name="next" value="{escape(next_path)}">'
    )
    return (
        f'<section class="sheet narrow"><h1>员工登录</h1>{_said(error, note)}'
        f"{_form('/desk/login', form_token, fields, '登录')}"
        '<p class="hint">忘记密码请联系管理员重设。访客提问不需要登录，请到<a href="/">问答页面</a>。</p></section>'
    )


def no_account() -> str:
    """Return how to make the first account."""
    return (
        '<section class="sheet"><h1>工作台尚未启用</h1>'
        "<p>还没有任何账号。请在运行本服务的机器上，到程序所在的文件夹执行下面的命令，按提示设置密码：</p>"
        f"<pre><code>{escape(MAKE_ONE)}</code></pre>"
        "<p>把“姓名”换成管理员的姓名。完成后刷新本页即可登录；其他同事的账号可以登录后在“账号管理”里添加。</p>"
        '<p class="actions"><a class="button" href="/desk/">刷新</a><a href="/">访客问答页面</a></p></section>'
    )


def logout(form_token: str, account: Account) -> str:
    """Return the question whether to sign out: a link alone must not do it."""
    return (
        f'<section class="sheet narrow"><h1>退出登录</h1><p>当前登录：{escape(account.name)}</p>'
        f"{_form('/desk/logout', form_token, '', '退出', back='/desk/')}</section>"
    )


def password(form_token: str, account: Account, error: str = "", note: str = "") -> str:
    """Return the form by which one changes one's own password."""
    fields = (
        f'<input class="sr" type="text" name="username" autocomplete="username" value="{escape(account.name)}" '
        'tabindex="-1" aria-hidden="true" readonly>'  # password managers look for it
        + _field("当前密码", "old", "password", "current-password", focus=True)
        + _field("新密码", "new", "password", "new-password", hint=NEW_PASSWORD)
        + _field("再输一次新密码", "again", "password", "new-password")
    )
    return (
        f'<section class="sheet narrow"><h1>修改密码</h1>{_said(error, note)}'
        f"{_form('/desk/password', form_token, fields, '修改密码', back='/desk/')}"
        '<p class="hint">修改后，您在其他电脑和浏览器上的登录会立即失效。</p></section>'
    )


def accounts(
    form_token: str, me: Account, listed: Sequence[Account], error: str = "", note: str = "", name: str = ""
) -> str:
    """Return the list of all accounts, what can be done with each, and the form for another."""
    rows = "".join(_row(form_token, me, account) for account in listed)
    return (
        f'<section class="sheet wide"><h1>账号管理</h1>{_said(error, note)}'
        '<div class="scroll"><table><thead><tr><th scope="col">姓名</th><th scope="col">角色</th>'
        '<th scope="col">状态</th><th scope="col">创建于</th><th scope="col">密码修改于</th>'
        '<th scope="col">操作</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div></section>"
        f'<section class="sheet wide"><h2>添加账号</h2>{_new_account(form_token, name)}</section>'
    )


def refusal(title: str, message: str) -> str:
    """Return why a page is not shown."""
    return (
        f'<section class="sheet"><h1>{escape(title)}</h1><p>{escape(message)}</p>'
        '<p class="actions"><a class="button" href="/desk/">返回工作台</a><a href="/">访客问答页面</a></p></section>'
    )


def _row(form_token: str, me: Account, account: Account) -> str:
    state = '<span class="tag">正常</span>' if account.is_active else '<span class="tag off">已停用</span>'
    days = "".join(
        f"<td>{moment.astimezone(CHINA):%Y-%m-%d}</td>" for moment in (account.created_at, account.password_changed_at)
    )
    own = '这是您自己，<a href="/desk/password">修改密码</a>'
    doing = own if account.id == me.id else _actions(form_token, account)
    return (
        f'<tr><th scope="row">{escape(account.name)}</th><td>{ROLES[account.role]}</td><td>{state}</td>{days}'
        f'<td class="doing">{doing}</td></tr>'
    )


def _actions(form_token: str, account: Account) -> str:
    who = f'<input type="hidden" name="name" value="{escape(account.name)}">'
    other: Role = "staff" if account.role == "admin" else "admin"
    switch = ("disable", "停用", "danger") if account.is_active else ("enable", "启用", "")
    reset = _field("新密码", "password", "password", "new-password", hint=NEW_PASSWORD, key=f"reset-{account.id}")
    return (
        f"{_deed(form_token, who, account, 'role', f'设为{ROLES[other]}', value=other)}"
        f"{_deed(form_token, who, account, switch[0], switch[1], kind=switch[2])}"
        f"<details><summary aria-label='重设密码：{escape(account.name)}'>重设密码</summary>"
        f"{_form('/desk/accounts', form_token, f'{who}{reset}', '重设', action='reset')}</details>"
    )


def _deed(
    form_token: str, who: str, account: Account, action: str, label: str, *, value: str = "", kind: str = ""
) -> str:
    given = f'<input type="hidden" name="role" value="{value}">' if value else ""
    return (
        f'<form method="post" action="/desk/accounts" class="deed">{_hidden(form_token, action)}{who}{given}'
        f'<button class="quiet {kind}" aria-label="{label}：{escape(account.name)}">{label}</button></form>'
    )


def _new_account(form_token: str, name: str) -> str:
    roles = "".join(
        f'<label class="choice"><input type="radio" name="role" value="{role}"{" checked" if role == "staff" else ""}>'
        f"{label}</label>"
        for role, label in ROLES.items()
    )
    fields = (
        _field("姓名", "name", "text", "off", value=name, key="new-name", more=f'maxlength="{NAME_CHARS * 4}"')
        + _field("初始密码", "password", "password", "new-password", hint=NEW_PASSWORD, key="new-password")
        + f'<fieldset><legend>角色</legend>{roles}<span class="hint">管理员可以管理账号；员工不能。</span></fieldset>'
    )
    hint = '<p class="hint">请把初始密码当面告诉对方，并请对方登录后马上修改。</p>'
    return _form("/desk/accounts", form_token, fields, "添加", action="add") + hint


def _form(where: str, form_token: str, fields: str, button: str, *, action: str = "", back: str = "") -> str:
    way_back = f'<a href="{back}">取消</a>' if back else ""
    return (
        f'<form method="post" action="{where}">{_hidden(form_token, action)}{fields}'
        f'<div class="actions"><button>{button}</button>{way_back}</div></form>'
    )


def _hidden(form_token: str, action: str = "") -> str:
    doing = f'<input type="hidden" name="action" value="{action}">' if action else ""
    return f'<input type="hidden" name="{FORM_TOKEN}" value="{escape(form_token)}">{doing}'


def _field(
    label: str,
    name: str,
    kind: str,
    fill: str,
    *,
    value: str = "",
    hint: str = "",
    key: str = "",
    focus: bool = False,
    more: str = "",
) -> str:
    """Return a labelled field. `fill` is what browsers may fill in; `key` its id, where two have the same name."""
    key = key or name
    told = f'<span class="hint" id="{key}-hint">{escape(hint)}</span>' if hint else ""
    described = f' aria-describedby="{key}-hint"' if hint else ""
    given = f' value="{escape(value)}"' if value else ""
    return (
        f'<label for="{key}">{label}</label>{told}<input id="{key}" name="{name}" type="{kind}" autocomplete="{fill}"'
        f"{given} required{described}{' autofocus' if focus else ''}{f' {more}' if more else ''}>"
    )


def _said(error: str, note: str) -> str:
    wrong = f'<p class="said wrong" role="alert">{escape(error)}</p>' if error else ""
    return wrong + (f'<p class="said" role="status">{escape(note)}</p>' if note else "")
