//! Spells traces as programs in any language: a text says how each line is written there.
//!
//! The text is made of entries. An entry is a word at the margin, and behind it, or indented by four spaces on the lines below,
//! what is written for it: `Table` for `a = table`, `program` for the frame of it all. Marks such as `{object}` in it are
//! replaced. `docs/your-heap.md` has the words and the marks.

mod entries;
mod marks;
mod writer;

use crate::judge::spelling::Spelling;
use crate::judge::story::Story;
pub use entries::Template;
pub(super) use writer::with_body;

impl Spelling for Template {
    fn test(&self, name: &str, story: &Story) -> Result<String, String> {
        writer::program(self, name, story)
    }
}
