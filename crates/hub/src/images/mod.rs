//! Pictures that doors take out of messages, kept beside the log by the hash of their bytes, for a time.
//!
//! What is taken out is decided in `bordergate_sources::pictures`; here it is kept, found and swept.

mod bucket;
mod error;
mod folder;
mod reckoning;
mod store;
mod sweep;

pub use error::Error;
pub use store::Store;
pub use sweep::sweep;
