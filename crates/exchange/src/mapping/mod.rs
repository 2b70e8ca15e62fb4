//! Between the words of `bordergate-model` and the messages of the contract.
//!
//! Towards messages nothing can fail. Back from messages each field is checked again, since a peer wrote it.

mod answer;
mod crossing;
mod feed;
mod field;
mod key;
mod reading;
mod time;
mod words;

pub use crossing::Change;
pub use feed::{encoded_bytes, feed_record};
pub use field::Error;
pub use time::{from_timestamp, to_timestamp};
pub use words::Word;
