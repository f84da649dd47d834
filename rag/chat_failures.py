"""What a library of chat models raised becomes one of our errors, its reason in plain words."""

import openai

from rag.chat_errors import (
    BrokenAnswerError,
    ChatModelError,
    RejectedError,
    TooSlowError,
    UnreachableError,
    plain,
)

REASONS = {
    400: "请求不被接受 / the request is not accepted",
    401: "密钥不对 / the key is wrong",
    402: "余额不足 / the account has no credit left",
    403: "密钥无权使用此模型 / the key may not use this model",
    404: "没有这个地址或模型 / no such address or model",
    413: "请求太长 / the request is too long",
    429: "请求过多或额度用完 / too many requests, or the quota is used up",
}


def explain(error: Exception, key: str, begun: bool) -> ChatModelError:
    """Return our error for a library's; `begun` tells whether words had come. Holds nothing of the key."""
    if isinstance(error, TimeoutError | openai.APITimeoutError):
        return TooSlowError("连接超时 / the server did not let us connect or answer in time")
    if isinstance(error, openai.APIConnectionError):
        if begun:
            return BrokenAnswerError("回答中途断开 / the answer broke off")
        return UnreachableError(f"连不上模型服务 / the server cannot be reached: {_cause(error, key)}")
    if isinstance(error, openai.APIStatusError):
        return _rejected(error, key)
    if isinstance(error, openai.APIError):
        return RejectedError(f"模型服务报错 / the server reports: {plain(error.message, key)}")
    return BrokenAnswerError(
        "回答无法读懂，服务可能不是 OpenAI 兼容的 / not the answer of an OpenAI-compatible server "
        f"({type(error).__name__})"
    )


def _rejected(error: openai.APIStatusError, key: str) -> RejectedError:
    status = error.status_code
    reason = REASONS.get(status, "模型服务出错 / the server failed" if status >= 500 else "模型服务拒绝 / refused")
    # "Error code: 401 - what the server says"
    said = plain(error.message, key).removeprefix(f"Error code: {status}").lstrip(" -")
    return RejectedError(f"{reason} (HTTP {status}){': ' if said else ''}{said}", status)


def _cause(error: BaseException, key: str) -> str:
    """Return what the innermost error says, such as "[Errno 111] Connection refused"."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    return plain(str(error) or type(error).__name__, key)
