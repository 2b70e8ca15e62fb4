#![doc = include_str!("../README.md")]

mod batch;
mod commit;
mod error;
mod look_up;
mod parts;
mod registered;
mod route;
mod run;
mod shard;
mod supervisor;
mod take;
mod tools;
mod trace;
mod unit;

pub use error::Error;
pub use route::ASSIGNED;
pub use run::body_sha256;
pub use shard::{Shard, Step};
pub use supervisor::supervise;
pub use tools::{Decided, Limits, Summary, Tools, Watcher};
