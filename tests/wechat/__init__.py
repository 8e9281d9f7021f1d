"""微信 — tests of the client, of log-in and of its sandbox twin."""
