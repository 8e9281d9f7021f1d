"""岗位的内容检测 — what an employer submits is left to be checked; staff read the outcome beside the posting."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from models.moderation import CheckedContent
from server.jobs.postings.terms import PostingTerms
from server.moderation.service import request_checks
from server.outbox.service import enqueue_many

SUBMITTED = "jobs.posting_submitted"
"""Outbox: a posting waits for review and its text for WeChat; ``{posting_id}``."""


def text_of(terms: PostingTerms) -> str:
    """Return all that an employer writes freely and others read."""
    return "\n".join(
        part for part in (terms.title, terms.description, "、".join(terms.benefits), terms.address) if part
    )


async def request_posting_checks(
    postings: Sequence[tuple[UUID, PostingTerms]], *, account_id: UUID, at: datetime
) -> None:
    """Leave submitted postings to be checked, in the transaction that submits them; ``account_id`` wrote them."""
    texts = [(posting_id, text_of(terms)) for posting_id, terms in postings]
    await request_checks(content=CheckedContent.POSTING, texts=texts, account_id=account_id, at=at)
    await enqueue_many(SUBMITTED, [{"posting_id": str(posting_id)} for posting_id, _ in postings])
