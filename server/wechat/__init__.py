"""微信 — the awaitable client of WeChat's API, log-in, and their sandbox twin."""
