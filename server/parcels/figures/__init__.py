"""包裹统计 — the figures of a span of days, each the sum of its records; never by unit."""
