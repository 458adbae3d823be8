//! Which file imports which: each path followed through re-exports to the file that defines what it names.

use super::sources::{Module, Named, Sources};
use std::collections::BTreeSet;

/// An import of one file from another.
pub struct Import {
    /// The module that imports.
    pub by: usize,
    pub line: usize,
    /// The module that defines what is imported.
    pub of: usize,
    /// Whether the path goes through what a crate's root gives its users, in the crate itself.
    pub is_roundabout: bool,
}

/// What a path leads to.
#[derive(Clone, Copy)]
enum Found {
    Module(usize),
    /// Something that the module defines, or so it seems.
    In(usize),
}

/// The modules and the imports among them.
pub struct Imports {
    pub modules: Vec<Module>,
    pub imports: Vec<Import>,
}

impl Imports {
    pub fn of(sources: &Sources) -> Imports {
        let modules = sources.modules();
        let mut imports = Vec::new();
        for (by, module) in modules.iter().enumerate() {
            let uses = module.uses.iter().map(|one| (&one.of, true));
            for (named, is_use) in uses.chain(module.paths.iter().map(|path| (path, false))) {
                imports.extend(Search::new(&modules).import(by, named, is_use));
            }
        }
        Imports { modules, imports }
    }

    /// Where an import stands.
    pub fn place(&self, import: &Import) -> String {
        format!("{}:{}", self.modules[import.by].file, import.line)
    }

    /// The folder of a module's children.
    pub fn folder(&self, module: usize) -> String {
        let file = &self.modules[module].file;
        let folder = ["/mod.rs", "/lib.rs", "/main.rs", ".rs"].iter().find_map(|end| file.strip_suffix(end));
        folder.unwrap_or(file).to_owned()
    }

    /// The module and those around it, up to the root of its crate.
    pub fn around(&self, module: usize) -> Vec<usize> {
        std::iter::successors(Some(module), |at| self.modules[*at].parent).collect()
    }
}

struct Search<'a> {
    modules: &'a [Module],
    /// Which names of which modules are being looked up, so that globs in a circle end.
    looking: BTreeSet<(usize, String)>,
    /// The modules whose `use` was followed, or which are a part of a file that is a crate's root.
    followed: Vec<usize>,
}

impl<'a> Search<'a> {
    fn new(modules: &'a [Module]) -> Search<'a> {
        Search { modules, looking: BTreeSet::new(), followed: Vec::new() }
    }

    fn import(mut self, by: usize, named: &Named, is_use: bool) -> Option<Import> {
        // A `use` is not found by the name that itself brings in.
        self.looking.extend(is_use.then(|| (by, named.path.last().cloned().unwrap_or_default())));
        let (Found::Module(of) | Found::In(of)) = self.path(by, &named.path)?;
        let modules = self.modules;
        let root = &modules[modules[by].root];
        let is_roundabout =
            modules[by].file != root.file && self.followed.iter().any(|through| modules[*through].file == root.file);
        (modules[by].file != modules[of].file).then_some(Import { by, line: named.line, of, is_roundabout })
    }

    fn path(&mut self, from: usize, path: &[String]) -> Option<Found> {
        let (first, rest) = path.split_first()?;
        let modules = self.modules;
        let begin = match first.as_str() {
            "crate" => Some(Found::Module(modules[from].root)),
            "self" => Some(Found::Module(from)),
            "super" => modules[from].parent.map(Found::Module),
            name => self.name(from, name).or_else(|| {
                let named = |module: &Module| module.parent.is_none() && module.name == name;
                modules.iter().position(named).map(Found::Module)
            }),
        };
        self.rest(begin?, rest)
    }

    fn rest(&mut self, mut at: Found, rest: &[String]) -> Option<Found> {
        for name in rest {
            let Found::Module(module) = at else { break };
            at = match name.as_str() {
                "self" => at,
                "super" => Found::Module(self.modules[module].parent?),
                // What is not found is made by a macro.
                name => self.name(module, name).unwrap_or(Found::In(module)),
            };
        }
        Some(at)
    }

    /// What a name stands for in a module.
    fn name(&mut self, at: usize, name: &str) -> Option<Found> {
        let module = &self.modules[at];
        if let Some(child) = module.children.get(name) {
            self.followed.extend((self.modules[*child].file == module.file).then_some(*child));
            return Some(Found::Module(*child));
        }
        if module.names.iter().any(|own| own == name) {
            return Some(Found::In(at));
        }
        if !self.looking.insert((at, name.to_owned())) {
            return None;
        }
        let named = module.uses.iter().filter(|one| one.name == name).find_map(|one| self.path(at, &one.of.path));
        let found = named.or_else(|| {
            module.uses.iter().filter(|one| one.name == "*").find_map(|one| self.glob(at, &one.of.path, name))
        });
        self.looking.remove(&(at, name.to_owned()));
        self.followed.extend(found.map(|_| at));
        found
    }

    fn glob(&mut self, at: usize, path: &[String], name: &str) -> Option<Found> {
        match self.path(at, path)? {
            Found::Module(module) => self.name(module, name),
            Found::In(_) => None,
        }
    }
}
