"""内容安全检测 — what WeChat thinks of texts that people want to show to others; a person still reviews."""
