"""评测 — how often the bot is right on questions that it never saw, beside simple rivals."""
