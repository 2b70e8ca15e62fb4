//! A synthetic border: a day of traffic in the real formats, and the truth it must yield.
