//! Leases, the batch loop, look-ups, overlay, fence and bisect.
