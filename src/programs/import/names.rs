//! The names of addresses. An address is no name: it is used again for another object.

use heapproof_model::Program;
use std::collections::HashMap;

/// The present name of each address.
#[derive(Debug, Default)]
pub(super) struct Names {
    of: HashMap<String, Present>,
    given: HashMap<String, u32>,
}

/// What an address stands for.
#[derive(Debug)]
struct Present {
    name: String,
    /// Whether the log has said that the object died.
    is_dead: bool,
}

impl Names {
    /// The name of the object that is at an address now.
    pub fn get(&self, address: &str) -> Option<&str> {
        self.of.get(address).map(|present| &*present.name)
    }

    /// A new name for an address: the address as a word, with a number where others have had it.
    pub fn allocate(&mut self, address: &str) -> String {
        let word = word(address);
        let times = self.given.entry(word.clone()).or_default();
        *times += 1;
        let name = if *times == 1 { word } else { format!("{word}_{times}") };
        self.of.insert(address.to_owned(), Present { name: name.clone(), is_dead: false });
        name
    }

    /// Takes note that an object is dead, whether its address still stands for it or not.
    pub fn died(&mut self, address: &str) {
        if let Some(present) = self.of.get_mut(address) {
            present.is_dead = true;
        }
    }

    /// The object at an address, if the log has not said that it died.
    pub fn not_dead(&self, address: &str) -> Option<&str> {
        self.of.get(address).filter(|present| !present.is_dead).map(|present| &*present.name)
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
