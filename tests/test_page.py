"""Gradio's page made ours. The real page is checked, so that a new Gradio that moves things is noticed."""

import re

import pytest
from starlette.testclient import TestClient

from app import create_app
from settings import Settings
from tests.toy_answering import ToyAnswering
from ui.page import DRESSES, dress
from ui.strings import EN, ZH


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(create_app(Settings(park_name="甲<园>"), ToyAnswering()))


@pytest.mark.parametrize(("language", "lang"), [("zh-CN", "zh-CN"), ("en-US", "en"), ("", "zh-CN")])
def test_the_page_is_in_the_visitors_language(client: TestClient, language: str, lang: str) -> None:
    page = client.get("/", headers={"accept-language": language})
    assert page.status_code == 200 and f'lang="{lang}"' in page.text
    assert page.headers["vary"] == "Accept-Language" and int(page.headers["content-length"]) == len(page.content)


def test_the_page_points_nowhere_else(client: TestClient) -> None:
    html = client.get("/").text
    markup = re.sub(r"<script>window\.gradio_(?:config|api_info).*?</script>", "", html, flags=re.DOTALL)
    assert not re.search(r"https?://", markup)
    for foreign in ("og:", "twitter:", "iframeResizer.content", "manifest", "gradio.app"):
        assert foreign not in markup
    assert '<link rel="stylesheet" href="/ui/chat.css">' in markup and '<script src="/ui/chat.js">' in markup
    assert '<link rel="stylesheet" href="/ui/contact.css">' in markup and '<script src="/ui/contact.js">' in markup


def test_the_title_is_the_parks_and_is_escaped(client: TestClient) -> None:
    assert "<title>甲&lt;园&gt; · 园区问答</title>" in client.get("/").text
    assert "<title>甲&lt;园&gt; · Park Q&amp;A</title>" in client.get("/", headers={"accept-language": "en"}).text


def test_only_the_page_is_touched() -> None:
    html = '<html lang="en"><head><script>keep()</script></head><body><gradio-app></gradio-app></body></html>'
    dressed = dress(html, DRESSES["/"], "题", ZH)
    assert "keep()" in dressed and ZH.script_needed in dressed and EN.script_needed not in dressed
