//! What the commands share: what a command is, arguments that several take, the workspace, other programs.
//!
//! Nothing here knows of seeded bugs, of fuzzing or of any command.

pub(crate) mod arguments;
pub(crate) mod child;
pub(crate) mod command;
pub(crate) mod workspace;
