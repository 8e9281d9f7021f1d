"""问答 — answers questions; knows no domain and no HTTP."""
