"""知识管理 — staff write, review and publish what the bot answers; the shipped files are where it begins."""
