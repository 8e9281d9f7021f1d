"""服务站 — where they are, when they are open, how many parcels a slot takes, and who works there."""
