//! The figures of each indicator, worked by hand.
