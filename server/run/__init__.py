"""运行 — a supervisor that keeps web and outbox processes alive on one listening socket."""
