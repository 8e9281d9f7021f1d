"""表格 — reading what people typed into spreadsheets, and writing spreadsheets that they can trust."""
