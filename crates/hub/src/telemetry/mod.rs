//! What the hub tells about itself: logs, traces and metrics. No plate, name or body in any of them.

mod logs;
mod metrics;
pub mod requests;
pub mod trace;

pub use logs::start;
pub use metrics::Metrics;
