"""岗位发布 — employers write, staff review, spreadsheets bring many at once."""
