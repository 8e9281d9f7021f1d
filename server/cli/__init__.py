"""命令行 — the commands of ``python -m server``."""
