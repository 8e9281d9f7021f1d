"""基准 — our routes beside hand-written rivals in the same process and the same run; ratios, not absolute claims."""
