"""The views of the desk, in the order of their tabs."""

from ui.desk import documents, faq, trial, waiting
from ui.desk.page import View

VIEWS: tuple[View, ...] = (waiting, faq, documents, trial)
