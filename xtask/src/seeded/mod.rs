//! Seeded bugs: wrong edits of the heap or the model, kept as data in `tests/bugs/`, which the harness must notice.
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
//! A bug that the lockstep can't notice, since no subject has a part in it, names the property that does: `property =
//! "text"`, in front of the edits.
//!
//! [`bug`] reads them, [`replace`] makes a text wrong, [`scratch`] builds the sources with a bug, and a [`trial`] lets
//! `heapproof check` look for it. What is done with these is for other rooms.

pub(crate) mod apply;
pub(crate) mod bug;
pub(crate) mod choice;
mod replace;
pub(crate) mod scratch;
pub(crate) mod trial;
