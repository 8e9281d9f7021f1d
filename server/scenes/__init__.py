"""小程序码和链接 — pictures and addresses that lead people to a record of ours."""
