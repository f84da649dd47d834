"""How far a sentence's words are borne out: over all, clause by clause, and the longest stretch that is not.

Knows a match; figures and names are looked at elsewhere.
"""

import re
from collections import defaultdict

from rag.claims import Token
from rag.matching import Match

_BORNE_OUT = 0.5  # covered less than this, a word is part of a stretch that nothing bears out
_FEW = 3  # tokens: a clause of fewer tells too little to be of two sentences
_HALVED = 0.5  # how much an English word counts that the lexicon's Chinese one is not told for
_ONE_CHARACTER = 0.4
_NO_THING = 0.6  # how much a verb or adjective counts that nothing bears out
_SENTENCE_END = re.compile(r"[。!?]")


def word_signals(match: Match) -> dict[str, float]:
    """Return coverage over all and of the worst clause, and what is not covered.

    `run` sums a stretch of words that are not, `gap` all of them; `stranger` is the thing that is least, `subject` the
    one that is least before its clause's verb.
    """
    covered = match.coverage
    found = {"coverage": 1.0, "clause": 1.0, "run": 0.0, "gap": 0.0, "stranger": 0.0, "subject": 0.0}
    if not covered:
        return found | {"mixed": 0.0}
    by_clause = defaultdict(list)
    for token, share in covered.items():
        by_clause[token.clause].append(share)
    found["coverage"] = sum(covered.values()) / len(covered)
    found["clause"] = min(sum(shares) / len(shares) for shares in by_clause.values())
    found["gap"] = sum(_weight(token) * (1 - share) for token, share in covered.items())
    found |= _stretches(list(covered.items()))
    if match.english:  # one English word has many Chinese ones, of which the lexicon names one
        found |= {name: _HALVED * found[name] for name in ("run", "gap", "stranger", "subject")}
        found["clause"] = found["coverage"]
    return found | {"mixed": _mixed(match)}


def _stretches(covered: list[tuple[Token, float]]) -> dict[str, float]:
    run = longest = stranger = subject = 0.0
    verbs: set[int] = set()
    for place, (token, share) in enumerate(covered):
        missing = _weight(token) * (1 - share)
        run = run + missing if share < _BORNE_OUT else 0.0
        longest = max(longest, run)
        after = covered[place + 1][0] if place + 1 < len(covered) else None
        is_part = not share and after is not None and after.start == token.end and after.tag.startswith(("n", "vn"))
        if token.is_nominal or is_part:  # the 健身 of 健身馆 is part of a name, whatever its tag
            stranger = max(stranger, missing)
            subject = max(subject, missing) if token.clause not in verbs else subject
        elif token.is_verb:
            verbs.add(token.clause)
    return {"run": longest, "stranger": stranger, "subject": subject}


def _weight(token: Token) -> float:
    """Return how much it tells against a sentence that the word is not told."""
    if len(token.text) == 1:
        return _ONE_CHARACTER
    return 1.0 if token.is_nominal else _NO_THING


def _mixed(match: Match) -> float:
    """Return the share of a clause's words and figures that no one sentence of the quotes tells, at worst."""
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
