"""岗位目录 — what is open, found by words, place and pay; kept and subscribed to."""
