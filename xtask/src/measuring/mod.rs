//! Measures what the harness costs.

pub(crate) mod work;
