"""迁移 — numbered SQL files for each database, and the runner that applies them once."""
