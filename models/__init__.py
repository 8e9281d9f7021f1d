"""模型 — what is stored, and the rules that need only the record itself."""

MODEL_MODULES = (
    "models.accounts",
    "models.applications",
    "models.audit",
    "models.cards",
    "models.employers",
    "models.fairs",
    "models.idempotency",
    "models.intents",
    "models.jobs",
    "models.merchants",
    "models.notifications",
    "models.outbox",
    "models.perks",
    "models.redemptions",
    "models.seekers",
    "models.series",
    "models.shared_state",
    "models.towns",
)
"""Every module that declares stored records; a new domain adds its line here."""
