"""售后 — complaints, enquiries, claims and returns, each answered within the law's days."""
