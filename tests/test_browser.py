"""The page in a real browser: what visitors see and press, and what must never happen."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app import create_app
from bench.screenshots import BOX
from settings import Settings
from tests.serving import serving
from tests.toy_answering import ToyAnswering

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}

# Every word, label, hint and title that a person or a screen reader meets.
SEEN = """() => {
  const seen = [document.title];
  for (const element of document.querySelectorAll("body *")) {
    if (["SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE"].includes(element.tagName)) continue;
    if (!element.checkVisibility()) continue;
    for (const name of ["aria-label", "title", "placeholder", "alt", "aria-description", "value"])
      if (element.getAttribute(name)) seen.push(element.getAttribute(name));
    for (const node of element.childNodes)
      if (node.nodeType === Node.TEXT_NODE && node.textContent.trim()) seen.push(node.textContent.trim());
  }
  return seen;
}"""


@pytest.fixture(scope="module")
def answering() -> ToyAnswering:
    return ToyAnswering()


@pytest.fixture(scope="module")
def url(answering: ToyAnswering) -> Iterator[str]:
    with serving(create_app(Settings(questions_per_minute=1000, question_chars=200), answering)) as address:
        yield address


@pytest.fixture(scope="module")
def everyday(browser: Browser) -> BrowserContext:
    """A visitor's ordinary browser; each tab has a conversation of its own, all share the cache."""
    return browser.new_context(locale="zh-CN", viewport=DESKTOP, reduced_motion="reduce")


@pytest.fixture
def strays() -> list[str]:
    """What the page asked of other hosts, the errors it met and the addresses it did not find."""
    return []


@pytest.fixture
def opened(
    browser: Browser, everyday: BrowserContext, url: str, strays: list[str], answering: ToyAnswering
) -> Iterator[Callable[..., Page]]:
    """Open the page, in a browser of its own when it differs from the ordinary; nothing may have gone astray after."""
    pages: list[Page] = []
    answering.pause = 0.0

    def opening(address: str = url, locale: str = "zh-CN", **options: object) -> Page:
        special = {"viewport": DESKTOP, "reduced_motion": "reduce", "locale": locale, **options}
        ordinary = (address, locale, options) == (url, "zh-CN", {})
        page = (everyday if ordinary else browser.new_context(**special)).new_page()
        pages.append(page)
        watch(page, address, strays)
        page.goto(address)
        page.wait_for_selector(BOX)
        return page

    yield opening
    for page in pages:
        page.close() if page.context is everyday else page.context.close()
    assert strays == []


def watch(page: Page, address: str, strays: list[str]) -> None:
    """Note what the page asks of other hosts, does not find, or complains of."""
    page.set_default_timeout(10_000)
    page.on("request", lambda r: strays.append(r.url) if not r.url.startswith((address, "data:", "blob:")) else None)
    page.on("response", lambda r: strays.append(f"{r.status} {r.url}") if r.status >= 400 else None)
    page.on("pageerror", lambda error: strays.append(str(error)))
    page.on("console", lambda m: strays.append(m.text) if m.type in ("error", "warning") else None)


def ask(page: Page, question: str) -> None:
    """Type a question, send it, and wait for the whole answer."""
    before = page.locator("#park-log > .turn").count()
    page.fill(BOX, question)
    page.press(BOX, "Enter")
    expect(page.locator("#park-log > .turn:not(.waiting)")).to_have_count(before + 1)
    expect(page.locator("body")).not_to_have_class(re.compile("park-running"))


def test_an_answer_is_cited_and_its_words_are_marked(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, "人才公寓有多少套？")
    expect(page.locator("#park-log .words")).to_have_text("缙云新居有920套人才公寓。[1]")
    page.click("#park-log .mark")
    card = page.locator("#park-panel .card.on")
    expect(card.locator("mark")).to_have_text("缙云新居有920套人才公寓。")
    expect(card.locator("blockquote")).to_have_text("缙云新居有920套人才公寓。公寓由专业公司运营，可以配备家具。")
    expect(card.locator("h3")).to_have_text("住房与商务配套")
    expect(card.locator(".about")).to_have_text("员工住房2023年10月")


def test_the_whole_report_opens_at_the_marked_words(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, "生活服务馆什么时候启用？")
    page.locator("#park-panel .open").first.click()
    dialog = page.locator("dialog[open]")
    expect(dialog.locator("h1")).to_have_text("餐饮与生活服务")
    expect(dialog.locator("mark")).to_have_text("🍚生活服务馆于2023年启用。")
    expect(dialog.locator("mark")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_mark_is_reached_and_opened_by_keyboard(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, "人才公寓有多少套？")
    mark = page.locator("#park-log .mark")
    expect(mark).to_have_attribute("aria-label", "出处1：《住房与商务配套》")
    mark.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#park-panel .card.on")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#park-panel .card.on .open")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("dialog[open] mark")).to_be_visible()


def test_a_mark_of_an_earlier_answer_brings_its_evidence_back(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, "人才公寓有多少套？")
    ask(page, "食堂什么时候启用？")
    expect(page.locator("#park-panel h3")).to_have_text(["餐饮与生活服务"])
    page.locator("#park-log .mark").first.click()
    expect(page.locator("#park-panel h3")).to_have_text(["住房与商务配套"])
    ask(page, "食堂什么时候启用？")
    expect(page.locator("#park-panel h3")).to_have_text(["餐饮与生活服务"])


def test_a_refusal_looks_like_one_and_shows_what_is_near(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, "就餐贵不贵？")
    expect(page.locator("#park-log .answer.refused .badge")).to_have_text("资料中没有找到答案")
    expect(page.locator("#park-panel .near h2")).to_have_text("资料中最接近的内容")


def test_on_a_phone_the_evidence_is_folded_below_the_answer(opened: Callable[..., Page]) -> None:
    page = opened(viewport=PHONE, has_touch=True)
    expect(page.locator(BOX)).to_be_in_viewport(ratio=1)
    ask(page, "人才公寓有多少套？")
    expect(page.locator("#park-panel")).to_be_hidden()
    expect(page.locator("#park-log .card")).to_be_hidden()
    page.locator("#park-log .mark").tap()
    expect(page.locator("#park-log .card.on mark")).to_be_in_viewport()
    expect(page.locator(BOX)).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_evidence_stands_before_the_words_do_and_the_question_is_there_at_once(
    opened: Callable[..., Page], answering: ToyAnswering
) -> None:
    page = opened()
    answering.pause = 0.6
    page.fill(BOX, "人才公寓有多少套？")
    page.press(BOX, "Enter")
    expect(page.locator(".question p").locator("visible=true")).to_have_text("人才公寓有多少套？")
    expect(page.locator("#park-panel mark")).to_have_text("缙云新居有920套人才公寓。")
    expect(page.locator("#park-live .thinking")).to_be_visible()
    expect(page.locator("#park-log .words")).to_have_text("缙云新居有920套人才公寓。[1]")


def test_stop_keeps_what_was_said_and_lets_the_visitor_ask_on(
    opened: Callable[..., Page], answering: ToyAnswering
) -> None:
    page = opened()
    answering.pause = 0.8
    page.fill(BOX, "人才公寓有多少套？")
    page.press(BOX, "Enter")
    expect(page.locator("#park-live .words")).to_contain_text("缙云新居")
    page.click("#park-stop")
    expect(page.locator("#park-log .turn")).to_contain_text("已停止。")
    expect(page.locator("#park-send")).to_be_visible()
    answering.pause = 0.0
    ask(page, "食堂什么时候启用？")
    expect(page.locator("#park-log .turn")).to_have_count(2)
    assert answering.requests[-1].history == ()


def test_a_follow_up_brings_the_conversation_along(opened: Callable[..., Page], answering: ToyAnswering) -> None:
    page = opened()
    ask(page, "人才公寓有多少套？")
    ask(page, "食堂什么时候启用？")
    assert [(turn.question, turn.answer) for turn in answering.requests[-1].history] == [
        ("人才公寓有多少套？", "缙云新居有920套人才公寓。[1]")
    ]


def test_answer_again_takes_the_place_of_the_answer(opened: Callable[..., Page], answering: ToyAnswering) -> None:
    page = opened()
    ask(page, "人才公寓有多少套？")
    page.fill(BOX, "写到一半")
    page.click("#park-log [data-act=again]")
    expect(page.locator("#park-log .turn:not(.waiting) .words")).to_have_text("缙云新居有920套人才公寓。[1]")
    assert len(answering.requests) >= 2 and answering.requests[-1].history == ()
    expect(page.locator(BOX)).to_have_value("写到一半")


def test_copy_takes_the_answer_and_its_sources(opened: Callable[..., Page]) -> None:
    page = opened(permissions=["clipboard-read", "clipboard-write"])
    ask(page, "人才公寓有多少套？")
    page.click("#park-log [data-act=copy]")
    expect(page.locator("#park-log [data-act=copy]")).to_have_text("已复制")
    assert page.evaluate("navigator.clipboard.readText()").splitlines() == [
        "缙云新居有920套人才公寓。[1]",
        "",
        "出处：",
        "[1] 《住房与商务配套》 · 员工住房 · 2023年10月：“缙云新居有920套人才公寓。”",
    ]


def test_new_conversation_starts_from_nothing(opened: Callable[..., Page], answering: ToyAnswering) -> None:
    page = opened()
    ask(page, "人才公寓有多少套？")
    page.click("#park-new")
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.locator(".turn").locator("visible=true")).to_have_count(0)
    expect(page.locator("#park-panel .empty")).to_be_visible()
    ask(page, "食堂什么时候启用？")
    assert answering.requests[-1].history == ()


def test_a_conversation_survives_a_reload(opened: Callable[..., Page], answering: ToyAnswering) -> None:
    page = opened()
    ask(page, "人才公寓有多少套？")
    page.reload()
    expect(page.locator("#park-log .words")).to_have_text("缙云新居有920套人才公寓。[1]")
    page.click("#park-log .mark")
    expect(page.locator("#park-panel .card.on mark")).to_have_text("缙云新居有920套人才公寓。")
    ask(page, "食堂什么时候启用？")
    assert [turn.question for turn in answering.requests[-1].history] == ["人才公寓有多少套？"]


def test_a_chip_asks_its_question(opened: Callable[..., Page], answering: ToyAnswering) -> None:
    page = opened()
    page.locator(".chip").first.click()
    expect(page.locator("#park-log .words")).to_be_visible()
    assert answering.requests[-1].question == "人才公寓有多少套？"


def test_enter_sends_shift_enter_breaks_the_line_and_blanks_are_not_sent(
    opened: Callable[..., Page], answering: ToyAnswering
) -> None:
    page = opened()
    asked = len(answering.requests)
    page.fill(BOX, "   ")
    page.press(BOX, "Enter")
    page.click("#park-send")
    page.fill(BOX, "食堂什么时候启用？")
    page.press(BOX, "Shift+Enter")
    page.type(BOX, "请回答")
    assert page.input_value(BOX) == "食堂什么时候启用？\n请回答"
    assert len(answering.requests) == asked
    page.press(BOX, "Enter")
    expect(page.locator("#park-log .words")).to_be_visible()
    assert [request.question for request in answering.requests[asked:]] == ["食堂什么时候启用？\n请回答"]


def test_the_enter_of_an_input_method_does_not_send(opened: Callable[..., Page], answering: ToyAnswering) -> None:
    page = opened()
    asked = len(answering.requests)
    page.focus(BOX)
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "shitang", "selectionStart": 7, "selectionEnd": 7})
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyDown", **enter})
    keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp", **enter})
    keyboard.send("Input.insertText", {"text": "食堂"})
    # As Safari reports it: the composition has ended, the key is 229.
    page.evaluate(
        f"""() => {{
          const box = document.querySelector("{BOX}");
          for (const kind of ["keydown", "keypress"])
            box.dispatchEvent(new KeyboardEvent(kind, {{key: "Enter", keyCode: 229, bubbles: true, cancelable: true}}));
        }}"""
    )
    page.wait_for_timeout(400)
    assert len(answering.requests) == asked
    assert "食堂" in page.input_value(BOX)
    assert page.locator(".turn").count() == 0


def test_hostile_words_show_as_text_and_nothing_runs(opened: Callable[..., Page], url: str) -> None:
    page = opened()
    question = (
        '恶意内容<script>pwned=7</script><img src=x onerror="pwned=8">[x](javascript:pwned=9)$x^2$${pwned=10}{{7*7}}'
    )
    ask(page, question)
    expect(page.locator("#park-log .question p")).to_have_text(question)
    for words in (
        "<script>window.pwned=3</script>",
        "[x](javascript:window.pwned=4)",
        "$x^2$",
        "**粗体**",
        "{{value}}",
    ):
        expect(page.locator("#park-log .words")).to_contain_text(words)
        expect(page.locator("#park-panel blockquote")).to_contain_text(words)
    page.locator("#park-panel .open").click()
    expect(page.locator("dialog[open] h1")).to_have_text('<img src=x onerror="window.pwned=1">恶意报告')
    page.keyboard.press("Escape")
    page.reload()
    expect(page.locator("#park-log .question p")).to_have_text(question)
    assert page.evaluate("typeof pwned") == "undefined"
    assert page.locator("#park-log img, #park-panel img, #park-log script").count() == 0
    assert page.evaluate("[...document.links].every((link) => link.protocol.startsWith('http'))")


def test_a_question_too_long_is_told_so(opened: Callable[..., Page]) -> None:
    page = opened()
    ask(page, "长" * 201)
    expect(page.locator("#park-log .notice")).to_contain_text("问题有 201 个字，最多可以写 200 个字")


def test_a_failure_is_a_sentence(opened: Callable[..., Page], caplog: pytest.LogCaptureFixture) -> None:
    page = opened()
    ask(page, "故障")
    expect(page.locator("#park-log .notice")).to_contain_text("抱歉，这次没能完成回答")


def test_a_visitor_in_a_hurry_is_asked_to_wait(opened: Callable[..., Page]) -> None:
    with serving(create_app(Settings(questions_per_minute=1), ToyAnswering())) as address:
        page = opened(address)
        ask(page, "人才公寓有多少套？")
        ask(page, "食堂什么时候启用？")
        expect(page.locator("#park-log .notice")).to_contain_text("您问得有点快，请在")
        other = opened(address)
        ask(other, "食堂什么时候启用？")
        expect(other.locator("#park-log .notice")).to_have_count(0)


def test_a_service_that_is_gone_is_a_sentence_in_the_conversation(
    opened: Callable[..., Page], strays: list[str]
) -> None:
    page = opened()
    ask(page, "人才公寓有多少套？")
    page.route("**/*", lambda route: route.abort())
    page.fill(BOX, "食堂什么时候启用？")
    page.press(BOX, "Enter")
    expect(page.locator("#park-log .turn").last).to_contain_text("连接已中断", timeout=10_000)
    assert not [text for text in page.evaluate(SEEN) if re.search(r"[A-Za-z]{2,}", text)]
    # Once the service is back Gradio loads the page anew; the conversation is still there.
    with page.expect_event("load", timeout=20_000):
        page.unroute_all()
    page.locator("#park-log [data-act=again]").last.click()
    expect(page.locator("#park-log .words").last).to_contain_text("食堂于2022年10月启用")
    strays.clear()


def test_the_chinese_page_speaks_chinese(opened: Callable[..., Page]) -> None:
    page = opened()
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    seen = list(page.evaluate(SEEN))
    ask(page, "人才公寓有多少套？")
    ask(page, "就餐贵不贵？")
    page.locator("#park-log .mark").first.click()
    seen += page.evaluate(SEEN)
    page.locator("#park-panel .open").first.click()
    page.wait_for_selector("dialog[open]")
    seen += page.evaluate(SEEN)
    assert len(seen) > 60
    assert [text for text in seen if re.search(r"[A-Za-z]{2,}", text)] == []


def test_the_english_page_speaks_english(opened: Callable[..., Page]) -> None:
    page = opened(locale="en-GB")
    assert page.locator("html").get_attribute("lang") == "en"
    expect(page.locator("#park-send")).to_have_text("Send")
    expect(page.locator(BOX)).to_have_attribute("placeholder", "Type your question")
    page.locator("#park-head img").wait_for()
    chinese = [text for text in page.evaluate(SEEN) if re.search(r"[\u4e00-\u9fff]", text)]
    assert set(chinese) <= {"西部（重庆）科学城北碚园区", "西部（重庆）科学城北碚园区 · Park Q&A"}


def test_dark_mode_is_legible(opened: Callable[..., Page]) -> None:
    page = opened(color_scheme="dark")
    ask(page, "人才公寓有多少套？")
    contrasts = page.evaluate(
        """() => ["#park-log .words p", "#park-log .question p", "#park-panel mark", "#park-panel blockquote",
                  "#park-log .mark", "#park-panel .about", "#park-send", "#park-question textarea"].map((selector) => {
          const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
          const light = (colour) => numbers(colour).slice(0, 3)
            .map((part) => (part /= 255) <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
            .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
          const element = document.querySelector(selector);
          let behind = element;
          while (numbers(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
          const pair = [getComputedStyle(element).color, getComputedStyle(behind).backgroundColor].map(light);
          return [selector, (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05)];
        })"""
    )
    assert [pair for pair in contrasts if pair[1] < 4.5] == []
