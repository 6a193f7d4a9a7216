"""Films looked at and listened to: pictures, texts and sound to facts; nothing here knows a form or a rule."""

from __future__ import annotations

FILM_VERSION = "1"
"""Part of the key under which `Watched` is kept: raise it when more or other is seen than before."""

OPENING_S = CLOSING_S = 20.0
"""Seconds at either end that are looked at several times a second: titles and credits stand there."""
