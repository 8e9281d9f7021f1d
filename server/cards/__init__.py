"""优待证 — the roster, binding a card to an account, its passes, and what staff do to it."""
