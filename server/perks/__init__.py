"""优惠 — the catalogue, the check at the till, and the use of a perk."""
