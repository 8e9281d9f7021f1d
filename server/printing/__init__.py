"""打印 — PDF documents in Chinese, to be printed or kept: forms on A4, and labels of any size."""
