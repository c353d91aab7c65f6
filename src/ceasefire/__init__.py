"""Ceasefire monitors and verifies ceasefires."""

__version__ = "0.1.0"
