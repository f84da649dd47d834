"""Opens the chat model that the settings name: an endpoint, else a model file, else the fetched one, else none."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from rag.breaker import BreakerState, GuardedChatModel
from rag.chat_errors import ChatModelError, LocalModelError
from rag.chat_model import Limits, Message, Pieces
from rag.fetch_model import fetched_path
from rag.local_model import LocalModel
from rag.openai_chat import Endpoint, OpenAIChatModel
from settings import Settings, SettingsError

LOCAL_SLOTS = 1
"""Two answers side by side on this machine take twice as long each."""
REMOTE_SLOTS = 2

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class OpenedChatModel:
    """A chat model behind its breaker. `name` is the model's, `slots` how many answers it writes at the same time."""

    guarded: GuardedChatModel
    name: str
    slots: int
    is_local: bool

    @property
    def state(self) -> BreakerState:
        """Whether it is asked at present, and why not."""
        return self.guarded.state

    def stream(self, messages: Sequence[Message], most_tokens: int) -> Pieces:
        """Return the answer piece by piece. Raises ChatModelError, PausedError while the breaker is open."""
        return self.guarded.stream(messages, most_tokens)

    def close(self) -> None:
        """End every answer under way, the breaker's thread, and the model's process if it has one."""
        self.guarded.close()


def open_chat_model(settings: Settings) -> OpenedChatModel | None:
    """Return the chat model of the settings, None when there is none; one on this machine goes on opening meanwhile.

    Raises SettingsError when the endpoint's model is not clear, LocalModelError when the file named is missing, is no
    model, or needs more memory than there is. A fetched model that cannot be used is logged, and done without.
    """
    limits = Limits(first_word=settings.llm_timeout, whole=settings.llm_deadline)
    if settings.llm_url:
        return _remote(settings, limits)
    fetched = fetched_path(settings.home)
    if settings.llm_file is None and not fetched.exists():
        return None
    slots = settings.llm_slots or LOCAL_SLOTS
    path = settings.llm_file or fetched
    try:
        local = LocalModel(path, slots, settings.llm_threads, limits)
    except LocalModelError as error:
        if settings.llm_file:
            raise
        logger.warning("answers quote the reports: %s", error)
        return None
    return OpenedChatModel(GuardedChatModel(local), path.stem, slots, is_local=True)


def _remote(settings: Settings, limits: Limits) -> OpenedChatModel:
    parts = urlsplit(settings.llm_url)
    if parts.username or parts.query or parts.fragment:
        raise SettingsError("PARK_LLM_URL must be a plain address: the key belongs in PARK_LLM_API_KEY")
    name = settings.llm_model or _only_model(settings, limits)
    model = OpenAIChatModel(Endpoint(settings.llm_url, name, settings.llm_api_key), limits)
    return OpenedChatModel(GuardedChatModel(model), name, settings.llm_slots or REMOTE_SLOTS, is_local=False)


def _only_model(settings: Settings, limits: Limits) -> str:
    asking = OpenAIChatModel(Endpoint(settings.llm_url, "", settings.llm_api_key), limits)
    try:
        names = asking.models()
    except ChatModelError as error:
        raise SettingsError(
            f"PARK_LLM_MODEL is empty, and {settings.llm_url} does not say what it has: {error}"
        ) from None
    finally:
        asking.close()
    if len(names) != 1:
        offered = ", ".join(sorted(names)[:20]) or "none"
        raise SettingsError(f"PARK_LLM_MODEL must name one of the models of {settings.llm_url}: {offered}")
    return names[0]
