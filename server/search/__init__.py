"""检索 — Chinese full text, conditions and nearest first, for every domain that has a list to look through."""
