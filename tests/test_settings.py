import re
import traceback
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from settings import Settings, SettingsError, load_settings


def test_without_variables_every_setting_has_its_default() -> None:
    assert load_settings() == Settings()


def test_a_variable_is_read_and_an_override_wins_unless_it_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARK_PORT", "8080")
    monkeypatch.setenv("PARK_HOME", "/srv/park")
    settings = load_settings(home=Path("here"), port=None)
    assert (settings.port, settings.home) == (8080, Path("here"))


@pytest.mark.parametrize(
    ("name", "near"),
    [("PARK_PROT", "PARK_PORT"), ("PARK_CHROMA", "PARK_CHROMA_URL"), ("PARK_LLM_KEY", "PARK_LLM_API_KEY")],
)
def test_an_unknown_name_suggests_the_near_one(monkeypatch: pytest.MonkeyPatch, name: str, near: str) -> None:
    monkeypatch.setenv(name, "1")
    with pytest.raises(SettingsError, match=rf"Unknown setting {name}\. Did you mean {near}\?"):
        load_settings()


def test_a_name_near_none_is_told_all_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARK_XYZZY", "1")
    with pytest.raises(SettingsError, match="Unknown setting PARK_XYZZY") as caught:
        load_settings()
    assert all(f"PARK_{field.upper()}" in str(caught.value) for field in Settings.model_fields)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PARK_PORT", "many", "valid integer"),
        ("PARK_PORT", "70000", "less than or equal to 65535"),
        ("PARK_CHUNK_CHARS", "10", "greater than or equal to 50"),
        ("PARK_ANSWER_THRESHOLD", "1.5", "less than or equal to 1"),
        ("PARK_CHROMA_URL", "localhost:8000", "URL"),
        ("PARK_LLM_URL", "ftp://there", "URL"),
        ("PARK_QUESTIONS_PER_MINUTE", "", "valid integer"),
        ("PARK_LLM_TIMEOUT", "0", "greater than 0"),
        ("PARK_LLM_SLOTS", "-1", "greater than or equal to 0"),
        ("PARK_RETENTION_DAYS", "-1", "greater than or equal to 0"),
    ],
)
def test_a_bad_value_names_the_variable_the_value_and_what_was_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=rf"{name} has value {value!r}: .*{expected}"):
        load_settings()


def test_every_bad_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARK_PORT", "x")
    monkeypatch.setenv("PARK_CHUNK_CHARS", "y")
    with pytest.raises(SettingsError, match=r"PARK_PORT.*; PARK_CHUNK_CHARS"):
        load_settings()


def test_a_slash_at_the_end_of_an_address_goes() -> None:
    assert Settings(chroma_url="http://127.0.0.1:8000/").chroma_url == "http://127.0.0.1:8000"


def test_an_empty_file_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARK_LLM_FILE", "")
    assert load_settings().llm_file is None
    monkeypatch.setenv("PARK_LLM_FILE", "/srv/model.gguf")
    assert load_settings().llm_file == Path("/srv/model.gguf")


def test_a_secret_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARK_LLM_API_KEY", "sk-hush")
    settings = load_settings()
    assert settings.llm_api_key.get_secret_value() == "sk-hush"
    assert "sk-hush" not in f"{settings} {settings!r} {settings.model_dump()} {settings.model_dump_json()}"


def test_a_secret_that_cannot_be_used_is_not_shown_either() -> None:
    with pytest.raises(SettingsError, match=r"PARK_LLM_API_KEY has value \*+: ") as caught:
        load_settings(llm_api_key=[b"sk-hush"])
    assert "sk-hush" not in str(caught.value)


@pytest.mark.parametrize(
    "told",
    [
        "sqlite:////srv/desk.sqlite3",
        "sqlite+pysqlite:///desk.sqlite3",
        "postgresql://staff:hush@db.local:5433/desk?sslmode=require",
        "postgresql+psycopg:///desk?host=/run/postgresql",
        "",
    ],
)
def test_a_database_is_named_by_a_url(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("PARK_DATABASE_URL", told)
    assert load_settings().database_url.get_secret_value() == told


@pytest.mark.parametrize(
    "told",
    [
        "desk.hush",
        "/srv/hush.sqlite3",
        "sqlite://?hush",
        "sqlite:///:memory:?hush",
        "mysql://staff:hush@db.local/desk",
        "postgresql+asyncpg://staff:hush@db.local/desk",
        "postgresql://staff:hush@db.local",
        "postgresql://staff:hush@db.local:port/desk",
        "POSTGRESQL hush",
    ],
)
def test_what_names_no_database_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    monkeypatch.setenv("PARK_DATABASE_URL", told)
    with pytest.raises(SettingsError, match=r"PARK_DATABASE_URL has value \*+: .*postgresql://user") as caught:
        load_settings()
    assert "hush" not in "".join(traceback.format_exception(caught.value))


def test_every_setting_whose_name_speaks_of_a_secret_is_one() -> None:
    spoken = {name for name in Settings.model_fields if re.search(r"key|secret|password|token|database", name)}
    assert {name: Settings.model_fields[name].annotation for name in spoken} == dict.fromkeys(spoken, SecretStr)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_documented_in_a_sentence(name: str) -> None:
    assert re.fullmatch(r"[A-Z].+\.", Settings.model_fields[name].description or "")


def test_settings_do_not_change_once_read() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().port = 1
