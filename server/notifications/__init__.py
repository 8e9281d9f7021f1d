"""消息 — one way for every domain to tell a person something."""
