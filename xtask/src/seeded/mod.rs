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
//! A bug that takes more than a run with default settings says so before the edits: `reach = "isolate"`, where the heap never
//! ends or ends its process, and `reach = "corpus"`, where random programs seldom or never have what it takes, such as many
//! objects, and a kept trace has.
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
pub(crate) mod switched;
pub(crate) mod trial;
