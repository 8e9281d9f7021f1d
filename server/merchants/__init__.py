"""商户 — merchants, their branches, and the clerks at their tills."""
