"""Measurements of quality and speed. Nothing in the product imports this."""
