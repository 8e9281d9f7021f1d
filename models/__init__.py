"""模型 — what is stored, and the rules that need only the record itself."""

MODEL_MODULES = (
    "models.accounts",
    "models.audit",
    "models.cards",
    "models.employers",
    "models.idempotency",
    "models.merchants",
    "models.outbox",
    "models.perks",
    "models.redemptions",
    "models.shared_state",
    "models.towns",
)
"""Every module that declares stored records; a new domain adds its line here."""
