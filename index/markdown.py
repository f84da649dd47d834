"""Markdown lines become blocks. Marks of blocks (#, >, list dashes, fences) go; marks within a line stay."""

import re

from index.text import Block, Line

_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \u3000]+|$)|(#{2,6})(?=[\u4e00-\u9fff（“《「])")
_ATX_TAIL = re.compile(r"(?:^|[ \u3000])#+$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})([^`]*)$")
_QUOTE = re.compile(r" {0,3}(?:> ?)+")
_UNDERLINE = re.compile(r" {0,3}(?:={2,}|-{2,})$")
_BULLET = re.compile(r"[ \u3000]*[-*+•·●▪◆■][ \u3000]+(?=\S)")
_NUMBER = re.compile(
    r"[ \u3000]*(?:\d{1,3}[.)）]\s+|\d{1,3}[、．)）]|\d{1,2}\.(?=[\u4e00-\u9fff])"
    r"|[（(][\d一二三四五六七八九十]{1,3}[)）]"
    r"|[\u2460-\u2473]|[一二三四五六七八九十]{1,3}、|第[\d零一二三四五六七八九十百]{1,6}[章节條条编][ \u3000])(?=\S)"
)
_LABEL = re.compile(r"[^\s，。；！？,;!?:：]{1,8}[：:]\s*\S")
_LONGEST_SETEXT = 100


def markdown_blocks(lines: list[Line]) -> list[Block]:
    """Cut clean lines of Markdown into blocks."""
    return _Parser(lines).blocks()


def bullet_length(line: str) -> int:
    """Return how many characters of a line are its list dash or dot with the spaces around it; 0 for none."""
    match = _BULLET.match(line)
    return match.end() if match else 0


def is_numbered(line: str) -> bool:
    """Whether a line begins with the number of a list item, a clause or a chapter."""
    return bool(_NUMBER.match(line))


def is_label(line: str) -> bool:
    """Whether a line reads `label：value`."""
    return bool(_LABEL.match(line))


class _Parser:
    """One pass over the lines; `open` is the block that the next line may continue, `kind` what it is."""

    def __init__(self, lines: list[Line]) -> None:
        self.lines = [Line(line.text.rstrip(), line.page) for line in lines]
        self.hard_breaks = [line.text.endswith(("  ", "\\")) for line in lines]
        self.done: list[Block] = []
        self.open: Block | None = None
        self.kind = ""
        self.hard_break = False
        # A fence that is never closed is text; how long a closing one was sought in vain, so as to look only once.
        self.unclosed: dict[str, int] = {}

    def blocks(self) -> list[Block]:
        number = 0
        while number < len(self.lines):
            number = self._fenced(number) or self._line(number)
        return self.done

    def _line(self, number: int) -> int:
        line = self.lines[number]
        if quote := _QUOTE.match(line.text):
            line = Line(line.text[quote.end() :], line.page)
        if not line.text.strip():
            self._close()
        elif not (self._heading(line) or self._underline(line) or self._table(line, number)):
            self._text(line)
            self.hard_break = self.hard_breaks[number]
        return number + 1

    def _close(self) -> None:
        self.open, self.kind, self.hard_break = None, "", False

    def _begin(self, kind: str, row: list[Line]) -> None:
        self.open, self.kind = Block([row]), kind
        self.done.append(self.open)

    def _row(self, kind: str, line: Line) -> None:
        """Set a line as a row of its own, in the open block if it is of this kind."""
        if self.open and self.kind == kind:
            self.open.rows.append([line])
        else:
            self._begin(kind, [line])

    def _heading(self, line: Line) -> bool:
        match = _ATX.match(line.text)
        if not match:
            return False
        title = _ATX_TAIL.sub("", line.text[match.end() :].strip()).strip()
        if title:
            self.done.append(Block([[Line(title, line.page)]], len(match[1] or match[2])))
        self._close()
        return True

    def _underline(self, line: Line) -> bool:
        """Take a line of = or - as the mark of a heading above it, or as a rule, which only parts blocks."""
        if not _UNDERLINE.match(line.text):
            if not self._is_rule(line.text):
                return False
            self._close()
            return True
        above = self.open
        if (
            above
            and self.kind == "text"
            and sum(len(part.text) for row in above.rows for part in row) <= _LONGEST_SETEXT
        ):
            above.rows = [[part for row in above.rows for part in row]]
            above.level = 1 if "=" in line.text else 2
        self._close()
        return True

    @staticmethod
    def _is_rule(text: str) -> bool:
        bare = text.replace(" ", "")
        return len(bare) >= 3 and len(set(bare)) == 1 and bare[0] in "-*_"

    def _table(self, line: Line, number: int) -> bool:
        text = line.text.strip()
        if self.kind == "table" and _is_delimiter(text):
            return True
        following = self.lines[number + 1].text.strip() if number + 1 < len(self.lines) else ""
        if not (text.startswith("|") or ("|" in text and (self.kind == "table" or _is_delimiter(following)))):
            return False
        self._row("table", Line(text, line.page))
        return True

    def _text(self, line: Line) -> None:
        text = line.text.strip()
        line = Line(text[:-1].rstrip() if text.endswith("\\") and len(text) > 1 else text, line.page)
        if bullet := bullet_length(text):
            self._row("list", Line(text[bullet:], line.page))
        elif is_numbered(text) and self._may_interrupt():
            self._row("list", line)
        elif self.open and self.kind in ("text", "list") and not self._breaks(text):
            self.open.rows[-1].append(line)
        else:
            self._row("text", line)

    def _may_interrupt(self) -> bool:
        """Whether a number may begin an item here: not where it goes on with the words of a wrapped paragraph."""
        return self.kind != "text" or self.open is None or self.open.rows[-1][-1].text[-1:] in "。！？；：:;.!?，,、"

    def _breaks(self, text: str) -> bool:
        """Whether the author meant a new line here: a hard break, or lines that each read `label：value`."""
        last = self.open.rows[-1] if self.open else []
        return self.hard_break or (len(last) == 1 and is_label(last[0].text) and is_label(text))

    def _fenced(self, number: int) -> int:
        """Set the lines of a fenced block that opens here and return the number of the line after it, else 0."""
        match = _FENCE.match(self.lines[number].text)
        if not match:
            return 0
        mark, length = match[1][0], len(match[1])
        if self.unclosed.get(mark, length + 1) <= length:
            return 0
        closing = re.compile(rf" {{0,3}}{mark}{{{length},}}$")
        for end in range(number + 1, len(self.lines)):
            if closing.match(self.lines[end].text):
                self.done.append(Block([[line] for line in self.lines[number + 1 : end]]))
                self._close()
                return end + 1
        self.unclosed[mark] = length
        return 0


def _is_delimiter(line: str) -> bool:
    """Whether a line parts a table's head from its rows: |---|:--:|."""
    return "|" in line and "-" in line and set(line) <= set("|-: ")
