//! Mappings: what the lines of a log mean, as a file in TOML. `docs/logs.md` documents them.

use super::template::Template;
use heapproof_model::Dialect;
use regex::{Captures, Regex};
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;

/// What the lines of a log mean.
#[derive(Debug)]
pub(crate) struct Mapping {
    /// What it is for, in a line.
    pub about: String,
    /// Where the form of the log is documented.
    pub documentation: Vec<String>,
    /// The dialect of what was logged, if that is not the contract's.
    pub dialect: Option<String>,
    /// The groups that are addresses of objects.
    pub objects: Vec<String>,
    nil: Vec<String>,
    kinds: Vec<Kind>,
}

/// A kind of line.
#[derive(Debug)]
pub(super) struct Kind {
    pattern: Regex,
    /// The lines of the trace.
    pub lines: Vec<Template>,
    /// The group of the object that is allocated.
    pub new: Option<String>,
    /// The group of the object behind which its address is free.
    pub gone: Option<String>,
    /// How many references an object had before the line, if it was there before the log.
    pub had: Option<Template>,
    /// Whether lines about objects that the log does not allocate mean nothing.
    pub only_known: bool,
    /// Whether user code begins or ends there.
    pub code: Option<Bound>,
    /// What it is in a snapshot.
    pub is: Option<Role>,
    /// Whether such a node is held, whatever refers to it.
    pub held: bool,
}

/// The group of the object whose user code begins or ends.
#[derive(Debug)]
pub(super) enum Bound {
    Begins(String),
    Ends(String),
}

/// What a line is in a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Role {
    /// An object, with its count if that is known.
    Node,
    /// A reference, from the last node unless it says from where.
    Edge,
    /// An object that nothing reaches.
    Garbage,
}

/// What is wrong with a mapping, and where: line and column, counted from 1.
#[derive(Debug)]
pub(crate) struct MappingError(pub usize, pub usize, pub String);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    about: String,
    #[serde(default)]
    documentation: Vec<String>,
    dialect: Option<Spanned<String>>,
    #[serde(default = "one_object")]
    objects: Vec<String>,
    #[serde(default)]
    nil: Vec<String>,
    line: Vec<WrittenKind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenKind {
    pattern: Spanned<String>,
    #[serde(default)]
    lines: Vec<String>,
    new: Option<String>,
    gone: Option<String>,
    had: Option<String>,
    begins: Option<String>,
    ends: Option<String>,
    #[serde(default)]
    only_known: bool,
    is: Option<Role>,
    #[serde(default)]
    held: bool,
}

fn one_object() -> Vec<String> {
    vec!["object".to_owned()]
}

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Mapping, MappingError> {
        let place = |span: Option<Range<usize>>| {
            let before = &text[..span.map_or(0, |span| span.start.min(text.len()))];
            let line = before.matches('\n').count() + 1;
            (line, before.rsplit('\n').next().unwrap_or_default().chars().count() + 1)
        };
        let error = |span, message: String| {
            let (line, column) = place(span);
            MappingError(line, column, message)
        };
        let read = toml::from_str(text).map_err(|wrong| error(wrong.span(), wrong.message().replace('\n', " ")));
        let Written { about, documentation, dialect, objects, nil, line } = read?;
        if let Some(dialect) = &dialect {
            let parsed = dialect.get_ref().parse::<Dialect>();
            parsed.map_err(|wrong| error(Some(dialect.span()), format!("no dialect: {wrong}")))?;
        }
        let dialect = dialect.map(Spanned::into_inner);
        let kinds = line.into_iter().map(|kind| {
            let span = Some(kind.pattern.span());
            kind.read(&objects).map_err(|message| error(span, message))
        });
        let kinds: Vec<Kind> = kinds.collect::<Result<_, _>>()?;
        let roles = kinds.iter().filter(|kind| kind.is.is_some()).count();
        if roles > 0 && roles < kinds.len() {
            return Err(error(None, "in a snapshot each kind of line says what it `is`".to_owned()));
        }
        Ok(Mapping { about, documentation, dialect, objects, nil, kinds })
    }

    /// Whether it is of a snapshot, and not of what happens.
    pub fn is_snapshot(&self) -> bool {
        self.kinds.iter().any(|kind| kind.is.is_some())
    }

    /// Whether that stands for no object.
    pub(super) fn is_nil(&self, address: &str) -> bool {
        self.nil.iter().any(|nil| nil == address)
    }

    /// The first kind of line that a line is of, and what its pattern found.
    pub(super) fn kind<'t>(&self, text: &'t str) -> Option<(&Kind, Captures<'t>)> {
        self.kinds.iter().find_map(|kind| Some((kind, kind.pattern.captures(text)?)))
    }
}

impl WrittenKind {
    fn read(self, objects: &[String]) -> Result<Kind, String> {
        let pattern = Regex::new(self.pattern.get_ref()).map_err(|wrong| {
            // Its last line says what is wrong, those before draw where.
            let told = wrong.to_string();
            format!("no pattern: {}", told.lines().last().unwrap_or_default().trim_start_matches("error: "))
        })?;
        let lines: Vec<Template> =
            self.lines.iter().map(|line| Template::new(line, objects)).collect::<Result<_, _>>()?;
        let had = self.had.as_deref().map(|had| Template::new(had, objects)).transpose()?;
        let has = |group: &str| pattern.capture_names().flatten().any(|name| name == group);
        let own = [&self.new, &self.gone, &self.begins, &self.ends];
        let own: Vec<String> = own.into_iter().flatten().cloned().collect();
        let used = lines.iter().chain(&had).flat_map(Template::groups).chain(own.iter().map(String::as_str));
        let needed = match self.is {
            Some(Role::Edge) => Some("to"),
            Some(_) => Some("object"),
            None => None,
        };
        if let Some(group) = used.chain(needed).find(|group| !has(group)) {
            return Err(format!("the pattern has no group `{group}`: `(?<{group}>..)`"));
        }
        if let Some(group) = own.iter().find(|group| !objects.contains(group)) {
            return Err(format!("`{group}` is not among the groups that are `objects`"));
        }
        let has_code = self.begins.is_some() || self.ends.is_some();
        if has_code && (own.len() > 1 || !lines.is_empty() || had.is_some() || self.is.is_some()) {
            return Err("where user code `begins` or `ends` the line means nothing else".to_owned());
        }
        let WrittenKind { new, gone, begins, ends, only_known, is, held, .. } = self;
        let code = begins.map(Bound::Begins).or(ends.map(Bound::Ends));
        Ok(Kind { pattern, lines, new, gone, had, only_known, code, is, held })
    }
}
