"""`python -m index build | status | check | model`: the index from the command line.

Exit status: 0 well, 1 a file could not be read or the check found something, 2 it could not be done.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from index.errors import ParkError
from settings import Settings, SettingsError, load_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings(home=options.home, corpus=getattr(options, "corpus", None))
        run: Callable[[Settings, argparse.Namespace], int] = options.run
        return run(settings, options)
    except (ParkError, SettingsError) as error:
        print(f"错误 / error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("已中断，可再次运行继续 / interrupted; run it again to go on", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m index", description="建立和检查索引 / build and check the index")
    commands = parser.add_subparsers(required=True, metavar="build | status | check | model")
    build = commands.add_parser(
        "build", help="使索引与资料文件夹一致 / bring the index in line with the folder of reports"
    )
    build.add_argument("--corpus", type=Path, help="资料文件夹 / folder of reports (PARK_CORPUS)")
    build.set_defaults(run=_build)
    status = commands.add_parser("status", help="索引概况 / what there is")
    status.add_argument("--json", action="store_true", help="输出 JSON / print JSON")
    status.set_defaults(run=_status)
    check = commands.add_parser("check", help="核对索引 / verify the catalog against both indexes")
    check.add_argument("--repair", action="store_true", help="由目录库重建损坏的部分 / make anew what does not agree")
    check.set_defaults(run=_check)
    model = commands.add_parser("model", help="制作或核验向量模型 / make or verify the embedding model")
    model.set_defaults(run=_model)
    for command in (build, status, check, model):
        command.add_argument("--home", type=Path, help="运行数据文件夹 / folder made at run time (PARK_HOME)")
    return parser


def _build(settings: Settings, options: argparse.Namespace) -> int:
    # Each command imports what it needs: `--help` should not wait for torch.
    from index.build import sync
    from index.embed import open_embedder

    with _Bar() as bar:
        report = sync(settings, open_embedder(settings), bar.show)
    for label, paths in (
        ("新增 added", report.added),
        ("更新 changed", report.changed),
        ("删除 removed", report.removed),
    ):
        for path in paths:
            print(f"{label}: {path}")
    for item in report.skipped:
        print(f"跳过 skipped: {item.path}: {item.reason}")
    print(
        f"完成 done: 新增 added {len(report.added)}, 更新 changed {len(report.changed)}, "
        f"删除 removed {len(report.removed)}, 未变 unchanged {len(report.unchanged)}, "
        f"跳过 skipped {len(report.skipped)}; {report.chunks} chunks, "
        f"{report.embedded} texts embedded, {report.seconds:.1f} s"
    )
    return 1 if report.failed else 0


class _Bar:
    """A progress bar on a terminal, one plain line a file elsewhere."""

    def __init__(self) -> None:
        from tqdm import tqdm

        self._bar = tqdm(unit="file", disable=not sys.stderr.isatty(), leave=False)

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def show(self, path: str, done: int, total: int) -> None:
        """Show that `done` of `total` files are in, the last of them `path`."""
        if self._bar.disable:
            print(f"[{done}/{total}] {path}", flush=True)
            return
        self._bar.total = total
        self._bar.set_postfix_str(path, refresh=False)
        self._bar.n = done
        self._bar.refresh()


def _status(settings: Settings, options: argparse.Namespace) -> int:
    from index.check import status

    figures = status(settings)
    if options.json:
        print(json.dumps(figures, ensure_ascii=False, indent=2))
        return 0
    for key, value in figures.items():
        print(f"{key}: {value}")
    return 0


def _check(settings: Settings, options: argparse.Namespace) -> int:
    from index.check import check

    report = check(settings, options.repair)
    for problem in report.problems:
        mark = "已修复 repaired" if problem.repaired else "有问题 problem"
        print(f"{mark} [{problem.part}]: {problem.reason}")
    outcome = "正常 clean" if report.clean else "请运行 / run: python -m index check --repair"
    print(f"{report.documents} documents, {report.chunks} chunks: {outcome}")
    return 0 if report.clean else 1


def _model(settings: Settings, options: argparse.Namespace) -> int:
    from index.model import ensure_model

    print(f"模型可用 model ready: {ensure_model(settings)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
