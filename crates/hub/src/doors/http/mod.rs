//! The HTTP door: records in, receipts out, and every refusal as an RFC 9457 problem.

pub mod devices;
pub mod identity;
pub mod problem;
pub mod records;
pub mod server;

pub use problem::Problem;
