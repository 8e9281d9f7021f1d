"""种子数据 — the reference data of the place, and labelled samples for the sandbox."""
