"""`python -m app.commands` is `likeness`."""

from __future__ import annotations

from app.commands import main

main()
