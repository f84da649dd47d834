"""An OpenAI-compatible chat server on a loopback port that does what its script says: answers, dawdles, dies, lies.

    with ToyLLM(says("食堂", "开了。[1]")) as llm:
        ...PARK_LLM_URL=llm.url...
    assert llm.requests[0].prompt.endswith("食堂开了吗？")
    assert not llm.disconnected.is_set()

A script is a function of one `Call`; those below cover what servers do. `llm.script` may be changed at any time.
"""

import time
from itertools import count

from tests.toy_llm_server import MODEL, Call, Gone, Script, ToyLLM, ToyRequest

__all__ = ["MODEL", "Call", "Gone", "Script", "ToyLLM", "ToyRequest"]


def says(*pieces: str, pause: float = 0.0, finish: str = "stop") -> Script:
    """Streams these pieces, `pause` seconds before each, and ends as it should."""

    def script(call: Call) -> None:
        for piece in pieces:
            call.wait(pause)
            call.say(piece)
        call.finish(finish)

    return script


def drips(text: str, pause: float) -> Script:
    """Streams a text character by character, `pause` seconds before each."""
    return says(*text, pause=pause)


def dies(*pieces: str) -> Script:
    """Streams these pieces and cuts the connection in mid-sentence; without any it closes at once."""

    def script(call: Call) -> None:
        call.say(*pieces)
        call.hang_up()

    return script


def stops_short(*pieces: str) -> Script:
    """Streams these pieces and ends the stream in good order, but never says that the answer is over."""

    def script(call: Call) -> None:
        call.say(*pieces)
        call._send(b"0\r\n\r\n")

    return script


def sends(*blocks: bytes) -> Script:
    """Streams bytes that are no answer."""

    def script(call: Call) -> None:
        for block in blocks:
            call.raw(block)
        call._send(b"0\r\n\r\n")

    return script


def garbage(call: Call) -> None:
    """Streams bytes that are neither text nor JSON."""
    sends(b"data: \xff\xfe\x00\x81\n\n", b"data: {{{\n\n")(call)


def fails(status: int, message: str = "toy failure") -> Script:
    """Answers with an HTTP error."""
    return lambda call: call.error(status, message)


def echoes_key(call: Call) -> None:
    """Answers 401 with the key it was sent in the text, whole and in part."""
    key = call.request.key or ""
    call.error(401, f"Incorrect API key provided: {key} (Bearer {key}, starts with {key[:12]}).")


def silent(*pieces: str, seconds: float = 30.0, comments: bool = False) -> Script:
    """Streams these pieces and then says nothing for so long; with `comments` it shows signs of life meanwhile."""

    def script(call: Call) -> None:
        call.say(*pieces)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            call.wait(0.02)
            if comments:
                call.raw(b": still here\n\n")
        call.finish()

    return script


def endless(pause: float = 0.0, piece: str = "永") -> Script:
    """Streams for ever."""

    def script(call: Call) -> None:
        for _ in count():
            call.wait(pause)
            call.say(piece)

    return script


def in_turn(*scripts: Script) -> Script:
    """Answers the first request by the first script and so on, all further ones by the last."""
    left = iter(scripts)
    last = scripts[-1]
    return lambda call: next(left, last)(call)
