//! What the minimiser makes of programs that fail by a known mistake: whether they become one trace, and what other people's
//! minimisers make of them.

mod culprit;
mod forms;
pub(crate) mod hidden;
pub(crate) mod normal_forms;
pub(crate) mod rivals;
