//! Minimises programs that fail by a known mistake: counts how many traces result, and compares with other minimisers.

mod culprit;
mod forms;
pub(crate) mod hidden;
pub(crate) mod normal_forms;
pub(crate) mod rivals;
