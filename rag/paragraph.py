"""The paragraph around a slice of a document's text. Pure."""


def paragraph(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the offsets of the paragraph (between blank lines) that holds `text[start:end]`, trimmed."""
    opening = text.rfind("\n\n", 0, start)
    closing = text.find("\n\n", end)
    first = 0 if opening < 0 else opening + 2
    last = len(text) if closing < 0 else closing
    piece = text[first:last]
    return first + len(piece) - len(piece.lstrip()), first + len(piece.rstrip())
