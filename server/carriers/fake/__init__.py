"""承运方替身 — an honest small 快递100 on a loopback port, for tests and the sandbox."""
