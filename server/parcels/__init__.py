"""包裹 — the 拥军 line: quoted, booked, accepted at a counter, handed over, followed to delivery."""
