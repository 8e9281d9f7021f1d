"""用人单位 — employers that register, are vetted by staff, and are acted for by their members."""
