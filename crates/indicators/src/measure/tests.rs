//! The rules of facts, one table each.
