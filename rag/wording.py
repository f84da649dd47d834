"""How far a sentence's words are borne out: what is missing over all, and the longest stretch that is.

Knows a match; figures and names are looked at elsewhere.
"""

import re
from collections import defaultdict

from rag.claims import Token
from rag.matching import Match

_BORNE_OUT = 0.5  # covered less than this, a word is part of a stretch that nothing bears out
_FEW = 4  # tokens: a clause of fewer tells too little to be of two sentences
_NO_THING = 0.6  # how much a verb or adjective counts that nothing bears out
_ONE_CHARACTER = 0.4
_SENTENCE_END = re.compile(r"[。!?]")


def word_signals(match: Match) -> dict[str, float]:
    """Return what is not borne out, over all (`gap`) and of the longest stretch (`run`), and how `mixed` a clause is.

    Things count 1 each, other words less. What an English sentence's words stand for is looked at in `rag/english.py`.
    """
    if match.english:
        return {"run": 0.0, "gap": 0.0, "mixed": _mixed(match)}
    run = longest = gap = 0.0
    words = list(match.coverage)
    for place, (token, share) in enumerate(match.coverage.items()):
        after = words[place + 1] if place + 1 < len(words) else None
        missing = _weight(token, after if not share else None) * (1 - share)
        gap += missing
        run = run + missing if share < _BORNE_OUT else 0.0
        longest = max(longest, run)
    return {"run": longest, "gap": gap, "mixed": _mixed(match)}


def _weight(token: Token, after: Token | None) -> float:
    """Return how much it tells against a sentence that the word is not told.

    The 健身 of 健身馆 is part of a name, whatever its tag.
    """
    if len(token.text) == 1:
        return _ONE_CHARACTER
    is_part = after is not None and after.start == token.end and after.tag.startswith(("n", "vn"))
    return 1.0 if token.is_nominal or is_part else _NO_THING


def _mixed(match: Match) -> float:
    """Return the share of the worst clause's words and figures that no one sentence of the quotes tells."""
    sentences = defaultdict(set)
    for number, one in enumerate(match.told):
        ends = [mark.start() for mark in _SENTENCE_END.finditer(one.text)]
        for token in one.tokens:
            sentences[number, sum(end < token.start for end in ends)].add(token.key)
    known = {key for keys in sentences.values() for key in keys}
    clauses = defaultdict(list)
    for token, key in zip(match.said.tokens, match.said_keys, strict=True):
        if key in known:
            clauses[token.clause].append(key)
    shares = [
        max(sum(key in told for key in keys) / len(keys) for told in sentences.values())
        for keys in clauses.values()
        if len(keys) >= _FEW
    ]
    return 1 - min(shares, default=1.0)
