"""账户 — log-in, sessions, consent, and who may ask what."""
