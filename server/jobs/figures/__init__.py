"""就业统计 — the figures of a year and the records behind each."""
