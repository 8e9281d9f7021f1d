"""指标 — Prometheus counters, summed over all processes of an installation."""

import os

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

REQUESTS = Counter("youbing_requests", "Requests answered", ("route", "method", "status"))
SECONDS = Histogram(
    "youbing_request_seconds",
    "Time from the head of a request to its answer",
    ("route",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
REFUSALS = Counter("youbing_refusals", "Refusals by code", ("code",))
OUTBOX = Counter("youbing_outbox", "Outbox messages by outcome", ("kind", "outcome"))

_DIRECTORY = "PROMETHEUS_MULTIPROC_DIR"


def render_metrics() -> bytes:
    """Return the text exposition of all processes, or of this one when it runs alone."""
    if os.environ.get(_DIRECTORY):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
    return generate_latest()


def count_refusal(code: str) -> None:
    """Count a refusal by its code; the codes are class names, so there is a bounded number of them."""
    REFUSALS.labels(code).inc()


def forget_process(pid: int) -> None:
    """Drop the live gauges of a process that has ended."""
    if os.environ.get(_DIRECTORY):
        mark_process_dead(pid)  # type: ignore[no-untyped-call]
