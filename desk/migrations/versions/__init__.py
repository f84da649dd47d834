"""One file for each step; a step that has been released is never changed again, a new one is added."""
