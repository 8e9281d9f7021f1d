"""审计 — what was done by whom, inserted with the deed and sealed into a chain."""
