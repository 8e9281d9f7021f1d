"""就业意向 — drafted at a booth, signed, followed to the hire."""
