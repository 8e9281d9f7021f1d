"""共享状态 — what all processes must see alike: rate limits, WeChat tokens, once-only marks."""
