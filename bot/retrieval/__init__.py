"""检索 — which topic a question means, and how sure that is."""
