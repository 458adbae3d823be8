//! Spells a trace as a test in Rust that has the crate and nothing else: the owner's node, and functions that do with its
//! handles and edges what the adapter does.

use super::Pointers;
use crate::judge::spelling::Spelling;
use crate::judge::story::Story;
use crate::subjects::template::{Template, with_body};
use heapproof_model::dialect::Garbage;
use std::marker::PhantomData;

const PROGRAM: &str = include_str!("program.txt");
const WEAK: &str = include_str!("weak.txt");
const COLLECT: &str = "Collect collect();\n";

/// The spelling of nodes.
pub(super) struct NodeSpelling<P>(PhantomData<fn() -> P>);

impl<P: Pointers> NodeSpelling<P> {
    pub const OF: &'static dyn Spelling = &NodeSpelling::<P>(PhantomData);
}

impl<P: Pointers> Spelling for NodeSpelling<P> {
    fn test(&self, name: &str, story: &Story) -> Result<String, String> {
        if P::PROGRAM.is_empty() {
            return Err("its node has no `PROGRAM`".to_owned());
        }
        let node: Vec<String> = P::PROGRAM.lines().map(str::to_owned).collect();
        let mut text = with_body(PROGRAM, "{node}", &node);
        text += if P::WEAK { WEAK } else { "" };
        text += if P::dialect().garbage == Garbage::Never { "" } else { COLLECT };
        Template::parse(&text)?.test(name, story)
    }
}
