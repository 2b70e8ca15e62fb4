#![doc = include_str!("../README.md")]

mod after_end;
mod anew;
mod assign;
mod board;
mod changes;
mod choose;
mod course;
mod describe;
mod family;
mod forget;
mod group;
mod keyless;
mod lane;
mod lanes;
mod latest;
mod link;
mod load;
mod look_up;
mod name;
mod near;
mod next_start;
mod one;
mod publish;
mod reading;
mod room;
mod rules;
mod standing;
mod visit;
mod visits;
mod way_out;

pub use board::Board;
pub use changes::{Changes, Placement};
pub use link::{Linked, link};
pub use rules::Rules;
