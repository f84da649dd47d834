"""The desk's forms as HTML: everything escaped, every field labelled, nothing scripted, no password given back."""

import re
from html.parser import HTMLParser

import pytest

from desk.accounts import Account
from tests.desk_rows import NOON
from ui.desk import forms_html

NASTY = "\"><img src=x onerror='x'>&"
ME = Account(1, NASTY, "admin", True, NOON, NOON)
OTHERS = [Account(2, f"{NASTY}2", "staff", True, NOON, NOON), Account(3, "停", "admin", False, NOON, NOON)]
PAGES = {
    "login": forms_html.login(NASTY, NASTY, NASTY, NASTY, NASTY),
    "no account": forms_html.no_account(),
    "logout": forms_html.logout(NASTY, ME),
    "password": forms_html.password(NASTY, ME, NASTY, NASTY),
    "accounts": forms_html.accounts(NASTY, ME, [ME, *OTHERS], NASTY, NASTY, NASTY),
    "refusal": forms_html.refusal(NASTY, NASTY),
}


class Reader(HTMLParser):
    """Every tag of a page, and whether they nest."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "img", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("body", PAGES.values(), ids=PAGES.keys())
def test_pages_are_whole_and_escaped(body: str) -> None:
    page = Reader(forms_html.document(NASTY, NASTY, body, ME))
    assert page.open == []
    assert [attributes["src"] for tag, attributes in page.tags if tag == "img"] == ["/ui/icon.svg"]
    names = {name for _, attributes in page.tags for name in attributes}
    assert not any(name.startswith("on") or name == "style" for name in names)
    assert not {"script", "style", "iframe"} & {tag for tag, _ in page.tags}
    links = [value for _, attributes in page.tags for name, value in attributes.items() if name in ("href", "action")]
    assert all(str(link).startswith("/") and not str(link).startswith("//") for link in links)


@pytest.mark.parametrize("body", PAGES.values(), ids=PAGES.keys())
def test_every_field_has_its_own_label_and_every_form_its_token(body: str) -> None:
    page = Reader(body)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    labelled = {attributes["for"] for tag, attributes in page.tags if tag == "label" and "for" in attributes}
    fields = [
        attributes for tag, attributes in page.tags if tag == "input" and attributes["type"] in ("text", "password")
    ]
    shown = [field for field in fields if field.get("aria-hidden") != "true"]
    assert {field["id"] for field in shown} == labelled and len(shown) == len(labelled)
    assert all("value" not in field for field in shown if field["type"] == "password")
    assert {hint for field in shown if (hint := field.get("aria-describedby"))} <= set(ids)
    tokens = [attributes for tag, attributes in page.tags if tag == "input" and attributes["name"] == "form"]
    forms = [attributes for tag, attributes in page.tags if tag == "form"]
    assert len(tokens) == len(forms) and all(token["value"] == NASTY for token in tokens)
    assert all(form["method"] == "post" for form in forms)


def test_oneself_is_not_among_what_can_be_changed() -> None:
    only_me = forms_html.accounts("t", ME, [ME])
    assert only_me.count("<form") == 1 and 'value="add"' in only_me
    both = forms_html.accounts("t", ME, [ME, *OTHERS])
    assert re.findall(r'name="action" value="(\w+)"', both) == [
        "role",
        "disable",
        "reset",
        "role",
        "enable",
        "reset",
        "add",
    ]
    assert re.findall(r'name="role" value="(\w+)"', both)[:2] == ["admin", "staff"]


def test_days_are_chinas() -> None:
    late = NOON.replace(hour=16, minute=1)
    assert "2024-05-07" in forms_html.accounts("t", ME, [Account(2, "甲", "staff", True, late, late)])


def test_the_first_field_to_fill_in_has_the_focus() -> None:
    assert 'id="name" name="name" type="text" autocomplete="username" required autofocus' in forms_html.login(
        "/desk/", "t"
    )
    again = forms_html.login("/desk/", "t", name="王芳")
    assert 'autocomplete="current-password" required autofocus' in again and again.count("autofocus") == 1
