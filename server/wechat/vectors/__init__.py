"""测试向量 — third-party test vectors of WeChat, run through our own functions."""
