//! Shared by all commands: the trait of a command, common arguments, the workspace, other programs.
//!
//! Nothing here knows of seeded bugs, of fuzzing or of any command.

pub(crate) mod arguments;
pub(crate) mod child;
pub(crate) mod command;
pub(crate) mod pieces;
pub(crate) mod workspace;
