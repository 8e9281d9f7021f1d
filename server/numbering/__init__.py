"""编号 — numbers that people read aloud: a prefix, a Beijing day, a serial of the day, a check sign."""
