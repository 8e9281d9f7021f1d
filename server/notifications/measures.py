"""消息指标 — Prometheus measures of subscribe messages: what came of each attempt, what waits, what needs a person."""

from prometheus_client import Counter, Gauge

SENDS = Counter("youbing_notification_sends", "Attempts to send a subscribe message by outcome", ("outcome",))
DELIVERIES = Gauge(
    "youbing_notification_deliveries",
    "Subscribe messages that wait, or that staff should look at, by state",
    ("state",),
    multiprocess_mode="mostrecent",
)
AWAY = Gauge(
    "youbing_notification_wechat_away",
    "1 while no subscribe message is sent because WeChat is away",
    multiprocess_mode="mostrecent",
)
