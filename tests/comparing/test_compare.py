"""Two drafts compared: every edit is listed and nothing else, what follows stands below what caused it."""

from __future__ import annotations
