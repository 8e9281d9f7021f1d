"""地址簿 — where people send from and to: three exclusive kinds, sealed, masked, units kept briefly."""
