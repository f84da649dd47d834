"""The errors of the index, each with a message that says what to do next.

ParkError
├── ReadError            a file could not become a Document (the rest of the corpus is indexed)
├── ShelfError           a change of the corpus folder that cannot be made; the folder is as it was
├── ModelError           the embedding model is missing, damaged, or cannot be made
├── IndexBusyError       another process is building this index
├── IndexMissingError    nothing has been built in this home yet
├── IndexMismatchError   the index was built with another model or other chunk settings
├── IndexDamagedError    a derived index cannot be opened or fails its self-test
└── StorageError         the disk is full, read-only, or the catalog cannot be written
"""


class ParkError(Exception):
    """Base of every error this project raises on purpose; its text is fit to be shown."""


class ReadError(ParkError):
    """A file could not become a Document; `code` is a stable word for why, such as "empty" or "binary"."""

    def __init__(self, message: str, code: str = "unreadable") -> None:
        super().__init__(message)
        self.code = code


class ShelfError(ParkError):
    """A change of the corpus folder that cannot be made; the folder is as it was."""


class ModelError(ParkError):
    """The embedding model is missing, damaged, or cannot be made."""


class IndexBusyError(ParkError):
    """Another process is building this index."""


class IndexMissingError(ParkError):
    """Nothing has been built in this home yet."""


class IndexMismatchError(ParkError):
    """The index was built with another model or other chunk settings."""


class IndexDamagedError(ParkError):
    """A derived index cannot be opened or fails its self-test."""


class StorageError(ParkError):
    """The disk is full, read-only, or the catalog cannot be written."""
