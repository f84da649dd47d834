"""The errors of the desk, each with a message that says what to do next and never holds a password.

ParkError
└── DeskError
    ├── DatabaseUnavailableError   the database is down, locked, damaged, or its disk is full or read-only
    └── DatabaseTooNewError        a newer version of this software has already changed its tables
"""

from index.errors import ParkError


class DeskError(ParkError):
    """Base of every error that the desk raises on purpose."""


class DatabaseUnavailableError(DeskError):
    """The database is down, locked, damaged, or its disk is full or read-only."""


class DatabaseTooNewError(DeskError):
    """A newer version of this software has already changed the database's tables; nothing was changed now."""
