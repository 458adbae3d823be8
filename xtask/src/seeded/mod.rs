//! Seeded bugs: wrong edits of the heap or the model, kept as data in `tests/bugs/`. The harness must detect each of them.
//!
//! A bug is a file `tests/bugs/<class>/<id>.toml`:
//!
//! ```toml
//! id = "old-value-first"
//! class = "counting"
//! wrong = "A write gives up the old value before it counts the new one."
//! whose = "Etch: storing a field's own value frees it."
//!
//! [[edit]]
//! file = "heap/src/write.rs"
//! find = "headers.retain(&value)?;"
//! replace = ""
//! ```
//!
//! The lockstep can't detect a bug that no subject is involved in. Such a bug names its property before the edits:
//! `property = "text"`.
//!
//! [`bug`] reads the files, [`replace`] edits a text, [`switched`] puts all bugs into one copy of the sources, [`scratch`]
//! builds a copy, [`builds`] gives each bug its binary, and a [`trial`] runs `heapproof check` with it. Other rooms use
//! these.

pub(crate) mod apply;
pub(crate) mod bug;
pub(crate) mod builds;
pub(crate) mod choice;
mod replace;
pub(crate) mod scratch;
mod switched;
pub(crate) mod trial;
