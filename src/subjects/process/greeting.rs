//! What a child says of itself before anything is asked.

use heapproof_model::{Code, Dialect};

/// The version of the protocol.
const VERSION: &str = "heapproof 1";

/// What a child says of itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Greeting {
    /// Its name and version, with a `-` between.
    pub name: String,
    pub operations: Vec<Code>,
    /// Those of them that code can't ask for.
    pub not_in_code: Vec<Code>,
    pub refusals: bool,
    pub contents: bool,
    pub counts: bool,
    pub strong: bool,
    pub journal: bool,
    pub sets: bool,
    /// Whether it says whose code begins as the heap goes away.
    pub closing: bool,
    pub dialect: Dialect,
    /// Whether it can begin anew.
    pub begins_anew: bool,
    /// Whether to look changes what happens next.
    pub look_disturbs: bool,
    /// Whether runs of one program may differ in what the contract leaves open.
    pub runs_differ: bool,
}

/// What stands before an operation that code can't ask for.
const NOT_IN_CODE: &str = "not-in-code:";

/// Operations that need observations which the protocol does not have.
const WITHOUT: [Code; 4] = [Code::Fault, Code::Recover, Code::RecoverRoots, Code::Verify];

impl Greeting {
    /// Reads a greeting line by line.
    ///
    /// # Errors
    /// What is wrong with it, and what would be right.
    pub fn read(mut next: impl FnMut() -> Result<String, String>) -> Result<Greeting, String> {
        let first = next()?;
        if first != VERSION {
            return Err(format!("it greets with {first:?}, and not with `{VERSION}`"));
        }
        let mut greeting = Greeting::default();
        loop {
            let line = next()?;
            if line == "ready" {
                return greeting.complete();
            }
            let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
            greeting.add(word, rest).map_err(|wrong| format!("its greeting says {line:?}: {wrong}"))?;
        }
    }

    fn add(&mut self, word: &str, rest: &str) -> Result<(), String> {
        match word {
            "name" => {
                let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-_+".contains(c);
                let (name, version) = rest.split_once(' ').ok_or("expected a name and a version")?;
                if name.is_empty() || version.is_empty() || !name.chars().chain(version.chars()).all(is_plain) {
                    return Err("a name and a version have letters, digits and `.-_+`".to_owned());
                }
                self.name = format!("{name}-{version}");
            }
            "operations" => {
                (self.operations, self.not_in_code) = (Vec::new(), Vec::new());
                for word in rest.split_whitespace() {
                    match word.strip_prefix(NOT_IN_CODE) {
                        Some(word) => self.not_in_code.push(operation(word)?),
                        None => self.operations.push(operation(word)?),
                    }
                }
            }
            "observations" => {
                for observation in rest.split_whitespace() {
                    *self.observation(observation)? = true;
                }
            }
            "dialect" => self.dialect = rest.parse().map_err(|error| format!("{error}"))?,
            "begin" => self.begins_anew = either(rest, "anew", "fresh")?,
            "look" => self.look_disturbs = either(rest, "disturbs", "harmless")?,
            "runs" => self.runs_differ = either(rest, "differ", "alike")?,
            _ => return Err("there is no such line; `docs/protocol.md` has all".to_owned()),
        }
        Ok(())
    }

    fn observation(&mut self, word: &str) -> Result<&mut bool, String> {
        Ok(match word {
            "refusals" => &mut self.refusals,
            "contents" => &mut self.contents,
            "counts" => &mut self.counts,
            "strong" => &mut self.strong,
            "journal" => &mut self.journal,
            "sets" => &mut self.sets,
            "closing" => &mut self.closing,
            _ => {
                return Err(format!(
                    "there is no observation `{word}`; there are refusals, contents, counts, strong, journal, sets, closing"
                ));
            }
        })
    }

    fn complete(self) -> Result<Greeting, String> {
        let missing = |what: &str| Err(format!("its greeting has no `{what}`"));
        if self.name.is_empty() {
            return missing("name NAME VERSION");
        }
        if self.operations.is_empty() {
            return missing("operations WORD ..");
        }
        if let Some(code) = self.operations.iter().find(|code| code.arms() && !self.journal) {
            let name = code.name();
            return Err(format!("its greeting has the operation `{name}`, which needs the observation `journal`"));
        }
        for (has, word) in [(self.sets, "sets"), (self.closing, "closing")] {
            if has && !self.journal {
                return Err(format!("its greeting has the observation `{word}`, which needs `journal`"));
            }
        }
        Ok(self)
    }
}

fn operation(word: &str) -> Result<Code, String> {
    let found = Code::ALL.iter().copied().find(|code| code.name() == word);
    match found {
        Some(code) if WITHOUT.contains(&code) => Err(format!("`{word}` can't be asked of a process")),
        Some(code) => Ok(code),
        None => {
            let near = Code::ALL.iter().min_by_key(|code| strsim::damerau_levenshtein(code.name(), word));
            let meant = near.map_or("", |code| code.name());
            Err(format!("there is no operation `{word}`; did you mean `{meant}`?"))
        }
    }
}

fn either(word: &str, yes: &str, no: &str) -> Result<bool, String> {
    match word {
        _ if word == yes => Ok(true),
        _ if word == no => Ok(false),
        _ => Err(format!("expected `{yes}` or `{no}`")),
    }
}

#[cfg(test)]
mod tests {
    use super::Greeting;
    use heapproof_model::Code;

    fn read(text: &str) -> Result<Greeting, String> {
        let mut lines = text.lines().map(str::to_owned);
        Greeting::read(|| lines.next().ok_or_else(|| "it ended".to_owned()))
    }

    #[test]
    fn a_greeting_says_what_there_is() {
        let text = "heapproof 1\nname a 1.0\noperations Table Drop not-in-code:Drop\nbegin anew\nready";
        let greeting = read(text).unwrap();
        assert_eq!((&*greeting.name, greeting.operations.len(), greeting.begins_anew), ("a-1.0", 2, true));
        assert_eq!(greeting.not_in_code, [Code::Drop]);
    }

    #[test]
    fn what_is_wrong_is_said_with_what_would_be_right() {
        let begun = "heapproof 1\nname a 1\noperations Table\n";
        for (rest, wanted) in [
            ("look so\nready", "its greeting says \"look so\": expected `disturbs` or `harmless`"),
            ("operations Tabel\nready", "did you mean `Table`?"),
            ("operations Table not-in-code:Tabel\nready", "did you mean `Table`?"),
            ("operations Fault\nready", "can't be asked of a process"),
            ("observations all\nready", "there is no observation `all`"),
            ("dialect names so\nready", "names"),
            ("operations On\nready", "needs the observation `journal`"),
            ("hello\nready", "there is no such line"),
            ("", "it ended"),
        ] {
            let error = read(&format!("{begun}{rest}")).unwrap_err();
            assert!(error.contains(wanted), "{rest}: {error}");
        }
        assert!(read("heapproof 2\nready").unwrap_err().contains("and not with `heapproof 1`"));
        assert!(read("heapproof 1\noperations Table\nready").unwrap_err().contains("name NAME VERSION"));
    }
}
