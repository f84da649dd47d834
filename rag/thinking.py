"""Leaves out what a model thinks before it answers: `<think>…</think>` at the very beginning. Pure."""

OPENS = "<think>"
CLOSES = "</think>"


class Thinking:
    """Hears an answer piece by piece and gives back what of it is meant to be read."""

    def __init__(self) -> None:
        self._held = ""
        self._state = "unknown"

    def words(self, piece: str) -> str:
        """Return what may be shown now that `piece` has come; "" while that is open."""
        if self._state == "answer":
            return piece
        self._held += piece
        begun = self._held.lstrip()
        if self._state == "unknown":
            if OPENS.startswith(begun[: len(OPENS)]) and len(begun) < len(OPENS):
                return ""
            if not begun.startswith(OPENS):
                self._state = "answer"
                return self._held
            self._state = "thought"
        _, closed, after = self._held.partition(CLOSES)
        # the blank lines between thought and answer belong to neither, and may still be coming
        if closed and after.strip():
            self._state = "answer"
            return after.lstrip()
        return ""

    def rest(self) -> str:
        """Return what was held back and, now that the answer is over, turns out to be no thought."""
        return self._held if self._state == "unknown" else ""
