"""知识库 — what the bot may answer, each with its source, and how people ask for it."""
