"""HTTP 外壳 — problems, endpoints, paging, idempotency, limits; it knows no domain."""
