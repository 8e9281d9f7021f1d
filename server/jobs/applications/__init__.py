"""投递 — applying for a posting, and what becomes of it."""
