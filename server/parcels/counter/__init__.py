"""柜台 — what station staff do with a parcel that is brought: inspect, weigh, accept or refuse, and print."""
