"""金额 — fen as people read them."""


def yuan(fen: int) -> str:
    """Return an amount as people read it: 15 元, 15.5 元, 0.05 元."""
    whole, rest = divmod(fen, 100)
    return f"{whole}{f'.{rest:02d}'.rstrip('0') if rest else ''} 元"
