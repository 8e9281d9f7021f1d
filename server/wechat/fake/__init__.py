"""微信替身 — an honest small WeChat on a loopback port, for tests and the sandbox; it keeps the platform's rules."""
