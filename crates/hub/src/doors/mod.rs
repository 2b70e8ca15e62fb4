//! The doors through which records come in: one way of accepting, whatever the protocol.

pub mod accept;
pub mod http;
pub mod refusal;
