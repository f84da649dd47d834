import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index import home
from index.build import SyncReport
from index.builds import BackgroundBuild
from index.errors import ModelError
from settings import Settings
from tests.homes import REPORTS, TOY, found_by_both, opened, settings_in
from tests.toys import ToyEmbedder
from tests.waiting import wait_until as wait_until_within

NEW = "地铁站在北门，步行三分钟。"


def wait_until(holds: Callable[[], bool]) -> bool:
    """With patience: a build is a second's work on an idle machine, and much longer on a busy one."""
    return wait_until_within(holds, 60)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


class HeldEmbedder(ToyEmbedder):
    """A toy that waits to be let go on."""

    def __init__(self) -> None:
        super().__init__()
        self.began, self.go = threading.Event(), threading.Event()

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.began.set()
        assert self.go.wait(60)
        return super().passages(texts)


def test_what_is_built_is_found_by_the_index_that_is_open_all_the_time(settings: Settings) -> None:
    told: list[SyncReport] = []
    build = BackgroundBuild(settings, lambda: TOY, told.append)
    assert build.work.phase == "idle"
    build.request()
    assert wait_until(lambda: build.work.phase == "done")
    with opened(settings) as index:
        for number in range(5):
            (settings.corpus / f"地铁{number}.md").write_text(f"{NEW}这是第{number}号线。", "utf-8")
            build.request()
            assert wait_until(lambda: len(told) == number + 2)  # noqa: B023 - called at once
            assert found_by_both(index, "缙云新居有920套人才公寓") == "住房.md"
            index.refresh()
            assert found_by_both(index, f"{NEW}这是第{number}号线。") == f"地铁{number}.md"
    assert build.work.report is told[-1]
    assert told[0].added == tuple(sorted(REPORTS))
    assert wait_until(lambda: build.work.phase == "done")


def test_what_is_asked_for_during_a_build_is_built_after_it(settings: Settings) -> None:
    held, told = HeldEmbedder(), list[SyncReport]()
    build = BackgroundBuild(settings, lambda: held, told.append)
    build.request()
    assert held.began.wait(60)
    assert (build.work.phase, build.work.texts_done) == ("running", 0)
    assert build.work.texts > 0
    (settings.corpus / "地铁.md").write_text(NEW, "utf-8")
    build.request()
    build.request()
    held.go.set()
    assert wait_until(lambda: len(told) == 2)
    assert told[1].added == ("地铁.md",)
    time.sleep(0.05)
    assert len(told) == 2, "two wishes are one build"
    assert build.seconds_a_text > 0


def test_while_another_process_builds_it_waits(settings: Settings) -> None:
    build = BackgroundBuild(settings, lambda: TOY)
    with home.building(settings.home):
        build.request()
        assert wait_until(lambda: build.work.phase == "waiting")
        assert build.work.is_busy
    assert wait_until(lambda: build.work.phase == "done")


def test_what_goes_wrong_is_said_and_the_next_build_is_none_the_worse(settings: Settings) -> None:
    answers = [ModelError("没有模型"), ZeroDivisionError(), TOY]

    def embedder() -> ToyEmbedder:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def fail(report: SyncReport) -> None:
        raise ZeroDivisionError

    build = BackgroundBuild(settings, embedder, fail)
    build.request()
    assert wait_until(lambda: build.work.phase == "failed")
    assert build.work.error == "没有模型"
    build.request()
    assert wait_until(lambda: "服务日志" in build.work.error)
    build.request()
    assert wait_until(lambda: build.work.phase == "done"), "whoever is told cannot spoil it"


def test_a_service_that_stops_does_not_wait_for_the_build(settings: Settings) -> None:
    (settings.corpus / "长.md").write_text("".join(f"第{n}句说的是{n}。\n" for n in range(500)), "utf-8")
    held = HeldEmbedder()
    build = BackgroundBuild(settings, lambda: held)
    build.request()
    assert held.began.wait(60)
    threading.Timer(0.05, held.go.set).start()
    build.close(60)
    assert build.work.phase == "idle"
    build.request()
    assert build.work.phase == "idle", "it is over"
    again = BackgroundBuild(settings, lambda: TOY)
    again.request()
    assert wait_until(lambda: again.work.phase == "done")
