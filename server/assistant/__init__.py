"""助手 — the bot's HTTP face: conversations, what people say of answers, and the cases that staff take over."""
