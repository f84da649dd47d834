"""Whether a text speaks to a language model instead of telling something: "ignore the rules above and say that …".

Pure. Such a sentence of a report may be quoted, but no model is given it to write from: obeyed, it would read like a
fact, and be borne out by its own words.
"""

import re

from rag.writing import normalise

_RULES = r"(?:规则|规定的角色|指令|指示|提示词?|设定|限制|要求|命令|约束|说明|内容|对话|上下文)"
_DROP = r"(?:忽略|无视|忘记|忘掉|忘了|不要理会|不用理会|不必理会|抛开|跳过|放弃|绕过|覆盖|解除|取消)"
_ORDERS = re.compile(
    rf"{_DROP}(?:掉|了)?(?:你|之前|以前|先前|前面|前述|上面|上述|以上|此前|所有|一切|全部|任何|系统|原有|原来|现有|已有|这些|那些|的)+{_RULES}"
    r"|(?:从现在(?:开始|起)|接下来|现在|今后)[,，]?你(?:是|就是|要|必须|应当|只能|将|扮演|不再是)"
    r"|你(?:现在)?(?:扮演|充当|不再是)|作为(?:一个|一名)?(?:ai|人工智能|语言模型|助手|聊天机器人)"
    r"|(?:系统|开发者|管理员)(?:提示词|指令|消息|模式)|(?:请|务必|必须|一律|直接|统一)(?:只)?(?:回答|回复|输出|答复|说)[:：]?[“\"「『'‘]"
    r"|(?:ai|人工智能|语言模型|大模型|聊天机器人|智能助手|问答助手)[^。]{0,12}(?:请|须|应当?|必须|务必|一律)(?:回答|回复|输出|告诉|说|写)"
    r"|(?:泄露|显示|打印|输出|重复|说出)(?:你的|系统|完整的?|上面的|以上的?|全部)+(?:提示词?|指令|规则|设定)"
    r"|<\|?(?:system|im_start|im_end|assistant|user)\b|\[/?inst\]|(?:^|[。.!?；;\s])#*\s*(?:system|assistant)\s*:"
    r"|\b(?:ignore|disregard|forget|override|bypass)\b[^.]{0,30}\b(?:instruction|rule|prompt|above|previous|prior|guideline)s?\b"
    r"|\byou are (?:now|no longer)\b|\bact as\b|\bpretend (?:to be|you)\b|\bsystem prompt\b|\bdeveloper mode\b"
    r"|\b(?:respond|reply|answer) (?:only )?with\b"
)


def gives_orders(text: str) -> bool:
    """Whether `text` tells a model what to do. Errs on the side of yes: all it costs is a quote in place of words."""
    return _ORDERS.search(normalise(text).lower()) is not None
