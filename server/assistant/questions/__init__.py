"""待改进的提问 — what the bot did not serve well: queued, put into groups, and turned into what it knows."""
