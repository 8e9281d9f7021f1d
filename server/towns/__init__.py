"""乡镇 — the town-level units that addresses, households and stations belong to."""
