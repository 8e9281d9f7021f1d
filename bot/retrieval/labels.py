"""标签 — what a question may be: a topic, one of several, live data, a person's matter, or nothing of ours."""

TOPIC = "topic"
AMBIGUOUS = "ambiguous"
LIVE = "live"
HANDOVER = "handover"
REFUSAL = "refusal"


def label(sort: str, name: str) -> str:
    """Return the label of a sort and a name: ``topic:ydz-lost``."""
    return f"{sort}:{name}"
