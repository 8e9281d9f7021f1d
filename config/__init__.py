"""配置 — settings, database wiring, logging and the clock; knows nothing of ours."""
