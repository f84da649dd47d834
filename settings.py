"""Every setting, typed, validated, documented once: read from the environment (prefix PARK_), handed in."""

import difflib
import os
from collections.abc import Iterable
from pathlib import Path

from pydantic import Field, HttpUrl, SecretStr, TypeAdapter, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "PARK_"
DATABASES = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")


class SettingsError(ValueError):
    """A PARK_ variable is unknown or has a value that cannot be used."""


class Settings(BaseSettings):
    """The settings of one running service."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True)

    corpus: Path = Field(Path("corpus"), description="Folder of the park's reports.")
    home: Path = Field(Path("var"), description="Folder for everything made at run time: model, catalog, indexes.")
    embedding_model: str = Field(
        "", description="Any sentence-transformers model by name or path; empty: the built-in multilingual-e5-small."
    )
    embedding_query_prompt: str | None = Field(
        None, description="Put before a question when embedding it; unset: the model's own `query` prompt."
    )
    embedding_passage_prompt: str | None = Field(
        None, description="Put before a passage when embedding it; unset: the model's own `passage` prompt."
    )
    chroma_url: str = Field("", description="URL of a Chroma server; empty: embedded Chroma in the home folder.")
    llm_url: str = Field(
        "", description="OpenAI-compatible chat endpoint, with or without /v1; empty: a model on this machine, or none."
    )
    llm_model: str = Field(
        "", description="Name of the chat model at that endpoint; empty: the only one that it offers."
    )
    llm_api_key: SecretStr = Field(SecretStr(""), description="Key for that endpoint; never logged or shown.")
    llm_file: Path | None = Field(
        None, description="A chat model as a GGUF file, run on this machine; `PARK_LLM_URL` goes before it."
    )
    llm_timeout: float = Field(20, gt=0, description="Longest wait for the first word of a written answer, seconds.")
    llm_deadline: float = Field(60, gt=0, description="Longest time for a whole written answer, seconds.")
    llm_slots: int = Field(
        0, ge=0, le=64, description="Answers written at the same time; 0: one on this machine, two by an endpoint."
    )
    llm_threads: int = Field(
        0, ge=0, le=512, description="Threads of a chat model on this machine; 0: one for each usable core."
    )
    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: int = Field(7860, ge=0, le=65535, description="Port the web server listens on.")
    database_url: SecretStr = Field(
        SecretStr(""),
        description="The staff desk's database as a SQLAlchemy URL, `sqlite:////path/to/file` or "
        "`postgresql://user:password@host/name`; empty: a SQLite file in the home folder. Never logged or shown.",
    )
    retention_days: int = Field(
        180,
        ge=0,
        le=36_500,
        description="Conversations are deleted after so many days without a question; 0: kept for ever.",
    )
    park_name: str = Field("西部（重庆）科学城北碚园区", description="The park's name, shown on the page.")
    contact: str = Field(
        "请联系园区招商服务中心工作人员",
        description="The line shown to a visitor whose question the reports do not answer.",
    )
    contact_en: str = Field(
        "Please contact the staff of the park's investment service centre", description="The same line in English."
    )
    max_file_bytes: int = Field(10_000_000, gt=0, description="Larger report files are skipped and reported, bytes.")
    chunk_chars: int = Field(250, ge=50, le=2000, description="Longest chunk, characters.")
    question_chars: int = Field(500, gt=0, description="Longest question accepted, characters.")
    questions_per_minute: int = Field(20, gt=0, description="Questions a visitor may ask a minute.")
    answer_threshold: float = Field(
        0.5, ge=0, le=1, description="Below this probability that the reports tell, the answer is a refusal."
    )
    eval_data: Path | None = Field(
        None, description="Folder of the public evaluation data; only bench and its tests use it."
    )

    @field_validator("llm_file", mode="before")
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return value or None

    @field_validator("chroma_url", "llm_url")
    @classmethod
    def _is_url_or_empty(cls, value: str) -> str:
        """Reject what is neither empty nor an http(s) URL at the door, not at the first question."""
        if value:
            TypeAdapter(HttpUrl).validate_python(value)
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _is_database_or_empty(cls, value: SecretStr) -> SecretStr:
        """Reject what is neither empty nor names a database of a kind that is supported; its words are never shown."""
        if value.get_secret_value():
            _check_database(value.get_secret_value())
        return value


def _check_database(told: str) -> None:
    from sqlalchemy import exc, make_url  # only whoever sets this waits for the library

    expected = "a SQLAlchemy URL was expected, sqlite:////path/to/file or postgresql://user:password@host/name"
    try:
        url = make_url(told)
    except (exc.ArgumentError, ValueError):
        raise ValueError(expected) from None
    if url.drivername not in DATABASES or not url.database or url.database == ":memory:":
        raise ValueError(expected)


def load_settings(**overrides: object) -> Settings:
    """Read the settings from the environment; `overrides` win, those that are None are ignored.

    Raises SettingsError naming the variable, its value and what was expected, or the nearest known name.
    """
    _reject_unknown(name for name in os.environ if name.upper().startswith(PREFIX))
    try:
        return Settings(**{key: value for key, value in overrides.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError(
            "; ".join(_explain(item["loc"], item["input"], item["msg"]) for item in error.errors())
        ) from error


def _reject_unknown(names: Iterable[str]) -> None:
    known = {PREFIX + field.upper() for field in Settings.model_fields}
    for name in names:
        if name.upper() not in known:
            near = difflib.get_close_matches(name.upper(), sorted(known), n=1)
            hint = f" Did you mean {near[0]}?" if near else f" Known names: {', '.join(sorted(known))}."
            raise SettingsError(f"Unknown setting {name}.{hint}")


def _explain(location: tuple[int | str, ...], value: object, expected: str) -> str:
    name = PREFIX + str(location[0]).upper() if location else PREFIX
    field = Settings.model_fields.get(str(location[0])) if location else None
    shown = "********" if field and field.annotation is SecretStr else repr(value)
    return f"{name} has value {shown}: {expected}"
