//! The names of addresses. An address is no name: it is used again for another object.

use heapproof_model::Program;
use std::collections::{HashMap, HashSet};

/// The present name of each address.
#[derive(Debug, Default)]
pub(super) struct Names {
    of: HashMap<String, String>,
    given: HashMap<String, u32>,
    /// The names of the objects that the log said to be dead.
    dead: HashSet<String>,
}

impl Names {
    /// The name of the object that is at an address now.
    pub fn get(&self, address: &str) -> Option<&str> {
        self.of.get(address).map(String::as_str)
    }

    /// A new name for an address: the address as a word, with a number where others have had it.
    pub fn allocate(&mut self, address: &str) -> String {
        let word = word(address);
        let times = self.given.entry(word.clone()).or_default();
        *times += 1;
        let name = if *times == 1 { word } else { format!("{word}_{times}") };
        self.of.insert(address.to_owned(), name.clone());
        name
    }

    /// Takes note that an object is dead, whether its address still stands for it or not.
    pub fn died(&mut self, address: &str) {
        self.dead.extend(self.of.get(address).cloned());
    }

    /// The object at an address, if the log has not said that it died.
    pub fn not_dead(&self, address: &str) -> Option<&str> {
        self.get(address).filter(|name| !self.dead.contains(*name))
    }

    /// From now on another object is at an address.
    pub fn forget(&mut self, address: &str) {
        self.of.remove(address);
    }
}

/// An address as a word that can be a name: `0x7f10` is `x7f10`.
fn word(address: &str) -> String {
    if let Some(digits) = address.strip_prefix("0x").filter(|digits| digits.chars().all(|c| c.is_ascii_hexdigit())) {
        return format!("x{digits}");
    }
    let plain: String = address.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect();
    // Some words are no names, and a number at the end is ours.
    let is_name = !plain.contains('_') && format!("{plain} = table").parse::<Program>().is_ok();
    // What lines expect has words of its own, which are names elsewhere.
    let is_name = is_name && !["live", "dead"].contains(&&*plain);
    if is_name { plain } else { format!("o_{plain}") }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn each_allocation_has_a_name_of_its_own() {
        let mut names = Names::default();
        let given: Vec<String> = ["0x7f", "0x7f", "x7f", "drop", "5", "a b", "a", "o_5", "live"]
            .iter()
            .map(|one| names.allocate(one))
            .collect();
        assert_eq!(given, ["x7f", "x7f_2", "x7f_3", "o_drop", "o_5", "o_a_b", "a", "o_o_5", "o_live"]);
        names.forget("0x7f");
        assert_eq!((names.get("0x7f"), names.get("a")), (None, Some("a")));
        names.died("a");
        assert_eq!((names.not_dead("a"), names.not_dead("5")), (None, Some("o_5")));
    }
}
