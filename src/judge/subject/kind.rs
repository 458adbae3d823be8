//! A kind of subject: what it is called, how one is made, and what it can do.

use super::{Abilities, Subject, watch};
use crate::judge::panics::Running;
use crate::judge::spelling::Spelling;
use crate::judge::violation::NotMade;
use heapproof_model::Dialect;
use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// A kind of subject: its name, and how to make an empty one.
///
/// What a kind can do is known before a program is drawn ([`SubjectKind::abilities`]), and all subjects of it can do the same.
#[derive(Clone)]
pub struct SubjectKind {
    /// How the command line calls it.
    pub name: Cow<'static, str>,
    /// What it is, in a line.
    pub about: Cow<'static, str>,
    make: Make,
    /// The dialect that it is held to, if that is not the one that it declares.
    dialect: Option<Dialect>,
    manner: Manner,
    /// What is typed to get it, where that is not its name.
    typed: Option<(Arc<str>, Arc<str>)>,
    rust: Option<&'static str>,
    spelling: Option<&'static dyn Spelling>,
}

/// How a subject is made.
#[derive(Clone)]
enum Make {
    Always(fn() -> Box<dyn Subject>),
    Perhaps(Arc<Perhaps>),
}

/// How subjects in processes are run; see [`crate::haste`].
#[derive(Clone, Copy)]
enum Manner {
    Hasty,
    Fresh,
    Careful,
    /// The same, and a hang is waited for less long.
    Impatient,
    /// As careful, but what serves one program may serve the next.
    Patient,
}

/// A way to make subjects that can fail, and what those can do that it makes.
struct Perhaps {
    make: Box<Making>,
    abilities: OnceLock<Abilities>,
}

/// Makes an empty subject, or says why it can't.
type Making = dyn Fn(Use) -> Made + Send + Sync;

/// A subject, or why there is none.
type Made = Result<Box<dyn Subject>, Box<dyn Error + Send + Sync>>;

/// What a subject is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Many programs: what serves one may serve the next.
    Many,
    /// One program, which must not depend on others.
    One,
    /// The same, where a hang is expected: it is waited for less long.
    Trial,
}

impl SubjectKind {
    /// The kind of subject that `make` makes. This can be a constant; where making one can fail, see
    /// [`SubjectKind::made_by`].
    pub const fn new(name: &'static str, about: &'static str, make: fn() -> Box<dyn Subject>) -> SubjectKind {
        let (name, about, make) = (Cow::Borrowed(name), Cow::Borrowed(about), Make::Always(make));
        SubjectKind { name, about, make, dialect: None, manner: Manner::Hasty, typed: None, rust: None, spelling: None }
    }

    /// The kind of subject that `make` makes, or fails to make: a process that is started, say. Threads share it.
    ///
    /// ```
    /// use heapproof::subject::SubjectKind;
    ///
    /// let absent = SubjectKind::made_by("absent", "a heap that is not there", || Err("nothing is installed".into()));
    /// assert_eq!(absent.make().err().unwrap().to_string(), "`absent` can't be made: nothing is installed");
    /// ```
    pub fn made_by(
        name: impl Into<Cow<'static, str>>,
        about: impl Into<Cow<'static, str>>,
        make: impl Fn() -> Result<Box<dyn Subject>, Box<dyn Error + Send + Sync>> + Send + Sync + 'static,
    ) -> SubjectKind {
        SubjectKind::made_for(name, about, move |_| make())
    }

    /// The same, where what is made depends on its use.
    pub(crate) fn made_for(
        name: impl Into<Cow<'static, str>>,
        about: impl Into<Cow<'static, str>>,
        make: impl Fn(Use) -> Made + Send + Sync + 'static,
    ) -> SubjectKind {
        let make = Make::Perhaps(Arc::new(Perhaps { make: Box::new(make), abilities: OnceLock::new() }));
        SubjectKind {
            name: name.into(),
            about: about.into(),
            make,
            dialect: None,
            manner: Manner::Hasty,
            typed: None,
            rust: None,
            spelling: None,
        }
    }

    /// The same, which says what Rust calls it: a path or another expression that gives it, as `my_heap::proof::KIND`.
    /// Tests that embed their trace name it.
    #[must_use]
    pub const fn in_rust(mut self, rust: &'static str) -> SubjectKind {
        self.rust = Some(rust);
        self
    }

    /// What Rust calls it, if it says so.
    pub fn rust(&self) -> Option<&'static str> {
        self.rust
    }

    /// The same, held to another dialect than its subjects declare.
    #[must_use]
    pub const fn held_to(mut self, dialect: Dialect) -> SubjectKind {
        self.dialect = Some(dialect);
        self
    }

    /// The same, run without haste: a subject in a process gets a fresh one for each program, line by line, and is looked at
    /// after each. Other subjects are always run like that.
    #[must_use]
    pub const fn careful(mut self) -> SubjectKind {
        self.manner = Manner::Careful;
        self
    }

    /// The same of programs that are expected to hang, as while one is minimised that does: a subject in a process is given up
    /// sooner. That is no proof that it hangs.
    #[must_use]
    pub fn impatient(self) -> SubjectKind {
        SubjectKind { manner: Manner::Impatient, ..self }
    }

    /// Whether it is run without haste.
    pub fn is_careful(&self) -> bool {
        !matches!(self.manner, Manner::Hasty | Manner::Fresh)
    }

    /// The same, run without haste too, in processes that may have served others.
    #[must_use]
    pub fn patient(self) -> SubjectKind {
        SubjectKind { manner: Manner::Patient, ..self }
    }

    /// The same, where a subject in a process gets a fresh one for each program.
    #[must_use]
    pub fn fresh(self) -> SubjectKind {
        SubjectKind { manner: Manner::Fresh, ..self }
    }

    fn made_for_use(&self) -> Use {
        match self.manner {
            Manner::Hasty | Manner::Patient => Use::Many,
            Manner::Fresh | Manner::Careful => Use::One,
            Manner::Impatient => Use::Trial,
        }
    }

    /// The same, for which that is typed after `--subject`, and those options.
    #[must_use]
    pub fn typed_as(mut self, typed: &str, options: &str) -> SubjectKind {
        self.typed = Some((typed.into(), options.into()));
        self
    }

    /// The options that are typed with it, each after a space; often none.
    pub fn options(&self) -> &str {
        self.typed.as_ref().map_or("", |(_, options)| options)
    }

    /// What is typed after `--subject` to get it.
    pub fn typed(&self) -> &str {
        self.typed.as_ref().map_or(&self.name, |(typed, _)| typed)
    }

    /// The dialect that it is held to, if that is not the one that its subjects declare.
    pub fn is_held_to(&self) -> Option<&Dialect> {
        self.dialect.as_ref()
    }

    /// The same, which says how tests in Rust spell its operations.
    #[must_use]
    pub const fn spelled(mut self, spelling: &'static dyn Spelling) -> SubjectKind {
        self.spelling = Some(spelling);
        self
    }

    /// How tests in Rust spell its operations, if it says so.
    pub fn spelling(&self) -> Option<&'static dyn Spelling> {
        self.spelling
    }

    /// What its name begins with, where a `:` divides it: it is one of several that belong together.
    pub fn family(&self) -> Option<&str> {
        self.name.split_once(':').map(|(family, _)| family)
    }

    /// An empty one.
    ///
    /// # Errors
    /// Why it can't be made.
    pub fn make(&self) -> Result<Box<dyn Subject>, NotMade> {
        watch::made(|| match &self.make {
            Make::Always(make) => Ok(make()),
            Make::Perhaps(perhaps) => (perhaps.make)(self.made_for_use()).map_err(|error| {
                let why = error.to_string().lines().collect::<Vec<_>>().join(" ");
                NotMade { subject: self.name.clone().into_owned(), why }
            }),
        })
    }

    /// What subjects of the kind can do. One is made to be asked, once for each kind whose making can fail.
    ///
    /// # Errors
    /// Why none can be made.
    pub fn abilities(&self) -> Result<Abilities, NotMade> {
        let _running = Running::begins();
        let Make::Perhaps(perhaps) = &self.make else { return Ok(self.abilities_of(&*self.make()?)) };
        if let Some(known) = perhaps.abilities.get() {
            return Ok(self.dialect.map_or(*known, |dialect| known.held_to(dialect)));
        }
        let asked = Abilities::of(&*self.make()?);
        let known = *perhaps.abilities.get_or_init(|| asked);
        Ok(self.dialect.map_or(known, |dialect| known.held_to(dialect)))
    }

    /// What a subject of the kind can do.
    pub(crate) fn abilities_of(&self, subject: &dyn Subject) -> Abilities {
        let abilities = Abilities::of(subject);
        self.dialect.map_or(abilities, |dialect| abilities.held_to(dialect))
    }
}

impl fmt::Debug for SubjectKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "SubjectKind({})", self.name)
    }
}
