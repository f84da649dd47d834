"""Chat models in front of a toy server, and what is asked of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr

from rag.chat_model import Limits
from rag.openai_chat import Endpoint, OpenAIChatModel
from tests.toy_llm import MODEL, Script, ToyLLM

KEY = "sk-hush-0123456789-abcdefghij"
ASKED = [("system", "只用资料回答。"), ("user", "食堂开了吗？")]
QUICK = Limits(connect=0.5, first_word=0.3, next_word=0.3, whole=1.0, beat=60)
PATIENT = Limits(connect=5, first_word=10, next_word=10, whole=20, beat=60)


@contextmanager
def model_of(llm: ToyLLM, limits: Limits = PATIENT, key: str = KEY) -> Iterator[OpenAIChatModel]:
    model = OpenAIChatModel(Endpoint(llm.url, MODEL, SecretStr(key)), limits)
    try:
        yield model
    finally:
        model.close()


def answer(script: Script, limits: Limits = PATIENT, key: str = KEY, most_tokens: int = 50) -> list[str]:
    with ToyLLM(script) as llm, model_of(llm, limits, key) as model:
        return list(model.stream(ASKED, most_tokens))
