"""The views of the desk, in the order of their tabs."""

from ui.desk.page import View

VIEWS: tuple[View, ...] = ()
