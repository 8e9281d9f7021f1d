"""导入结果 — what an import of a table did, or would do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ImportReport:
    """导入结果 — how many rows were created, updated or found as they were; ``dry_run`` stored nothing.

    A table with any fault is refused whole (``TableRejected``), so a report never speaks of errors.
    """

    rows: int
    created: int
    updated: int
    unchanged: int
    dry_run: bool
