"""微信指标 — Prometheus counters of calls and tokens, when the token was issued, and what is left of quotas."""

import os
from collections import Counter as Tally

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge
from prometheus_client.multiprocess import MultiProcessCollector

CALLS = Counter("youbing_wechat_calls", "Calls of WeChat by outcome", ("account", "outcome"))
ERRCODES = Counter("youbing_wechat_errcodes", "Calls that WeChat refused, by its errcode", ("account", "errcode"))
TOKENS = Counter("youbing_wechat_tokens", "Access tokens that were fetched", ("account", "manner"))
TOKEN_ISSUED = Gauge(
    "youbing_wechat_token_issued_timestamp_seconds",
    "When the access token in use was issued",
    ("account",),
    multiprocess_mode="mostrecent",
)
TOKEN_RENEWAL = Gauge(
    "youbing_wechat_token_renewal_timestamp_seconds",
    "When the access token in use is to be renewed",
    ("account",),
    multiprocess_mode="mostrecent",
)
LAST_ERROR = Gauge(
    "youbing_wechat_last_error_timestamp_seconds",
    "When a call last failed for a reason that is not a person's",
    ("account",),
    multiprocess_mode="mostrecent",
)
QUOTA_LEFT = Gauge(
    "youbing_wechat_quota_remaining",
    "Calls of an interface that WeChat still allows today",
    ("account", "endpoint"),
    multiprocess_mode="mostrecent",
)


def calls_by_outcome(account: str) -> dict[str, int]:
    """Return how many calls of an account ended how since the service was started, over all its processes."""
    found: Tally[str] = Tally()
    for family in _registry().collect():
        if family.name == "youbing_wechat_calls":
            for sample in family.samples:
                if sample.name.endswith("_total") and sample.labels["account"] == account:
                    found[sample.labels["outcome"]] += int(sample.value)
    return dict(sorted(found.items()))


def _registry() -> CollectorRegistry:
    if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry
