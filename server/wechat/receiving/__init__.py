"""微信推送的接收 — proven, kept and answered at once; worked on afterwards, in each person's order, once."""
