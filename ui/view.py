"""What one exchange looks like at a moment of its being answered: the value that the page is drawn from."""

from dataclasses import dataclass

from rag.records import Citation, StaffReply


@dataclass(frozen=True, slots=True)
class View:
    """One exchange as it stands on the page: evidence first, then words; `notice` is said instead of an answer.

    `key` tells the turns of one page apart. `nearby` is shown only for a refusal, apart from citations. `place` is that
    in the chat model's queue, 0 while it writes, None where none does. `direct`: quoted although one is set.

    `turn_id` is what a kept answer is judged by. `greeting`: nothing was asked. `wishes`: the visitor would rather
    speak to somebody. `staff` is set when staff gave the answer.
    """

    key: str
    question: str
    text: str = ""
    citations: tuple[Citation, ...] = ()
    nearby: tuple[Citation, ...] = ()
    refused: bool = False
    done: bool = False
    notice: str = ""
    place: int | None = None
    direct: bool = False
    turn_id: str = ""
    greeting: bool = False
    wishes: bool = False
    staff: StaffReply | None = None

    @property
    def shown(self) -> tuple[Citation, ...]:
        """What the marks of the text point at."""
        return self.citations or self.nearby
