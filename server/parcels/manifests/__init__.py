"""交接单 — what a station hands to a courier: filled by scanning, counted by both, frozen and signed."""
