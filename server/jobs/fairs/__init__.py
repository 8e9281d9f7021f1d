"""招聘会 — holding them, registering, checking in."""
