"""承运方 — one adapter for each carrier; all their words are translated into one vocabulary."""
