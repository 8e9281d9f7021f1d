"""微信推送 — what WeChat posts to us: proven, opened, read and answered; no database and no HTTP here."""
