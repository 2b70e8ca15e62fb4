//! Reads every format that a gate or a customs system emits.
