"""求职者 — who they are, what they can and wish, and what is recommended to them."""
