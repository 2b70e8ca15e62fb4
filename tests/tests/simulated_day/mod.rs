//! Reading a simulated day with the readers, and comparing what linking makes of it with the truth.

pub(crate) mod compared;
pub(crate) mod read;
