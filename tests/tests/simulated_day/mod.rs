//! Reading a simulated day with the readers, and comparing what linking makes of it with the truth.

#![allow(dead_code, reason = "each test and bench uses a part of it")]

pub(crate) mod accuracy;
pub(crate) mod compared;
pub(crate) mod read;
