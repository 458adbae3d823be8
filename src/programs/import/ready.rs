//! The mappings that come with heapproof.

/// A mapping that comes with heapproof.
#[derive(Debug)]
pub(crate) struct Ready {
    /// Its name.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

/// All of them.
pub(crate) const READY: &[Ready] = &[
    Ready { name: "addref", text: include_str!("ready/addref.toml") },
    Ready { name: "cpython", text: include_str!("ready/cpython.toml") },
    Ready { name: "firefox-cc", text: include_str!("ready/firefox-cc.toml") },
    Ready { name: "gobject", text: include_str!("ready/gobject.toml") },
    Ready { name: "snapshot", text: include_str!("ready/snapshot.toml") },
];

#[cfg(test)]
mod tests {
    use super::READY;
    use crate::programs::import::Mapping;

    #[test]
    fn each_can_be_read() {
        for ready in READY {
            assert!(Mapping::parse(ready.text).is_ok_and(|mapping| !mapping.about.is_empty()), "{}", ready.name);
        }
    }
}
