"""承运方指标 — Prometheus counters of pushes, questions and events, and whether the circuit lets through."""

from prometheus_client import Counter, Gauge

PUSHES = Counter("youbing_carrier_pushes", "Pushes of carriers by outcome", ("carrier", "outcome"))
POLLS = Counter("youbing_carrier_polls", "Questions to carriers by outcome", ("carrier", "outcome"))
EVENTS = Counter("youbing_carrier_events", "New events of carriers", ("source",))
CIRCUIT_OPEN = Gauge(
    "youbing_carrier_circuit_open",
    "1 while a carrier is not asked because it is down",
    ("carrier",),
    multiprocess_mode="mostrecent",
)
