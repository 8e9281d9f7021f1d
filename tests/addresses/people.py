"""存地址的人 — people who speak to the service and agreed that parcels are sent for them."""

from models.accounts import Purpose
from tests.factories.cards import give_consent
from tests.service import Client


async def come(service: Client, code: str = "a-mother") -> Client:
    """Log somebody in who agreed to the purpose of parcels."""
    client = await service.login(code)
    await give_consent(client.account_id, purpose=Purpose.PARCELS)
    return client
