"""微信来往指标 — Prometheus counters of pushes and of what they were answered."""

from prometheus_client import Counter

WECHAT_PUSHES = Counter("youbing_wechat_pushes", "Pushes of WeChat by outcome", ("account", "outcome"))
WECHAT_MESSAGES = Counter("youbing_wechat_messages", "Customer-service messages by outcome", ("account", "outcome"))
