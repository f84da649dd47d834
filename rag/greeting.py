"""Whether a text only says hello, thanks or goodbye, or asks who is speaking."""

import re

_GREETING = re.compile(
    r"(?:(?:好的|(?:你|您|大家)?好[啊呀哈]?|哈[喽啰]|嗨|在吗|在不在|有人吗|[早晚]上好|[上中下]午好|谢谢(?:你|您)?|多谢|再见|拜拜"
    r"|你是谁|你叫什么(?:名字)?|你能做什么|你会什么"
    r"|hi|hello|hey|thanks|thank you|bye|who are you|what can you do)[\s,.。!~?]*+)++"
)


def is_greeting(question: str) -> bool:
    """Whether `question` (normalised) only says hello, thanks or goodbye."""
    return bool(_GREETING.fullmatch(question.lower()))
