"""Fixtures that several test files share."""

from pathlib import Path

import pytest

from index.embed import SentenceTransformerEmbedder, open_embedder
from index.model import make_model
from settings import load_settings

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def model_home() -> Path:
    """The home that `make run` uses, with the built-in model in it: made by whoever comes first, kept for the next."""
    home = ROOT / "var"
    make_model(home)
    return home


@pytest.fixture(scope="session")
def embedder(model_home: Path) -> SentenceTransformerEmbedder:
    """The built-in model, opened once for the whole run."""
    return open_embedder(load_settings(home=model_home, embedding_model=""))
