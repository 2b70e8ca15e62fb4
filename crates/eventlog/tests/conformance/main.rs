//! One suite of rules, run against every implementation of the log.
//!
//! `rules` says what any log does; `embedded` and `kafka` give it a real one to do it with, and add what only they
//! promise. Kafka's half needs a broker at `BORDERGATE_TEST_KAFKA`, and says so when there is none.

mod bench;
mod embedded;
mod kafka;
mod kill;
mod records;
mod rules;
