//! Why code begins as the heap goes away, or does not (SPEC 2.14).

use super::Telling;
use crate::failure::explain::story::Lines;
use crate::judge::code::Sort;
use heapproof_model::Object;

impl Telling<'_> {
    /// Tells who has given an object code, and what becomes of it where the heap goes away.
    pub(super) fn at_end(&mut self, object: Object, begins: bool) {
        let story = self.story;
        let name = story.name(object);
        if story.after.look(object).is_none() {
            self.gone(object);
            let text = format!("{name} has died before the heap goes away, and code begins once (SPEC 2.5)");
            return self.add(text, Lines::new());
        }
        let mut lines = Lines::new();
        let given = [Sort::Finalizer, Sort::Callback].map(|sort| story.given(object, sort)).concat();
        let given = given.first().map(|cause| format!(", given by {}", story.cause(cause, &mut lines)));
        let becomes = match begins {
            true => "is still to run, and begins as the heap goes away (SPEC 11.24)",
            false => "does not begin, or begins once at most, as the heap goes away (SPEC 2.14, 11.24)",
        };
        self.add(format!("{name} lives, and its code{} {becomes}", given.unwrap_or_default()), lines);
    }
}
