"""The views of the desk, in the order of their tabs."""

from ui.desk import documents, faq, figures, leads, talks, trial, waiting
from ui.desk.page import View

VIEWS: tuple[View, ...] = (waiting, faq, documents, talks, figures, leads, trial)
