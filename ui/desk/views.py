"""The views of the desk, in the order of their tabs."""

from ui.desk import documents, faq, trial
from ui.desk.page import View

VIEWS: tuple[View, ...] = (faq, documents, trial)
