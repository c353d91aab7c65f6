"""Agreements as data: YAML to records, errors with line numbers, a library of encoded agreements."""

from ceasefire.agreements.library import load, names

__all__ = ["load", "names"]
