"""服务 — the HTTP face and the operations of every domain."""
