"""发件箱 — work after the answer: stored with the deed, done by the worker, never lost."""
