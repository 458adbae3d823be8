//! The sources of all packages as modules: what each declares, imports and names.

use proc_macro2::{Span, TokenStream, TokenTree};
use std::collections::BTreeMap;
use std::path::Path;
use syn::visit::{self, Visit};

/// The crates, each by the name that others import it by and the file that it begins with. Nobody imports a binary.
const CRATES: [(&str, &str); 6] = [
    ("heapproof_model", "model/src/lib.rs"),
    ("heapproof_heap", "heap/src/lib.rs"),
    ("heapproof", "src/lib.rs"),
    ("", "src/main.rs"),
    ("xtask", "xtask/src/lib.rs"),
    ("", "xtask/src/main.rs"),
];

/// Files by their paths below the repository.
#[derive(Clone)]
pub struct Sources(pub BTreeMap<String, String>);

impl Sources {
    /// Those of the repository.
    pub fn read() -> Sources {
        let mut files = BTreeMap::new();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for (_, file) in CRATES {
            read_below(root, &root.join(file).with_file_name(""), &mut files);
        }
        Sources(files)
    }

    /// The modules, those of a crate behind its root.
    pub fn modules(&self) -> Vec<Module> {
        let mut modules = Vec::new();
        for (name, file) in CRATES.iter().filter(|(_, file)| self.0.contains_key(*file)) {
            let root = modules.len();
            let folder = Path::new(file).with_file_name("");
            self.file(&mut modules, Module::new(name, file, None, root), &folder);
        }
        modules
    }

    /// Adds the module of a file and those below it; the files of its children are in `folder`.
    fn file(&self, modules: &mut Vec<Module>, module: Module, folder: &Path) -> usize {
        let parsed = syn::parse_file(&self.0[&module.file]);
        let parsed = parsed.unwrap_or_else(|error| panic!("{}: {error}", module.file));
        self.items(modules, module, &parsed.items, folder)
    }

    fn items(&self, modules: &mut Vec<Module>, module: Module, items: &[syn::Item], folder: &Path) -> usize {
        let at = modules.len();
        let (root, file) = (module.root, module.file.clone());
        modules.push(module);
        let mut reader = Reader::default();
        items.iter().for_each(|item| reader.visit_item(item));
        (modules[at].names, modules[at].uses, modules[at].paths) = (reader.names, reader.uses, reader.paths);
        for item in &reader.modules {
            let name = item.ident.to_string();
            let folder = folder.join(&name);
            let child = match &item.content {
                Some((_, items)) => self.items(modules, Module::new(&name, &file, Some(at), root), items, &folder),
                None => {
                    let files = [folder.with_extension("rs"), folder.join("mod.rs")].map(|path| slashed(&path));
                    let file = files.iter().find(|file| self.0.contains_key(*file));
                    let file = file.unwrap_or_else(|| panic!("no file of the module {name} of {file:?}"));
                    self.file(modules, Module::new(&name, file, Some(at), root), &folder)
                }
            };
            modules[at].children.insert(name, child);
        }
        at
    }
}

fn read_below(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_below(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.insert(slashed(path.strip_prefix(root).unwrap()), std::fs::read_to_string(&path).unwrap());
        }
    }
}

fn slashed(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// A path in a source, and its line.
pub struct Named {
    pub path: Vec<String>,
    pub line: usize,
}

/// A name that a `use` brings in, `*` for all, and what it stands for.
pub struct Use {
    pub name: String,
    pub of: Named,
}

/// A module: a file, or a part of one.
pub struct Module {
    pub name: String,
    pub file: String,
    pub parent: Option<usize>,
    /// The root of its crate.
    pub root: usize,
    pub children: BTreeMap<String, usize>,
    /// What it defines itself.
    pub names: Vec<String>,
    pub uses: Vec<Use>,
    /// The paths in its code, those in macros too.
    pub paths: Vec<Named>,
}

impl Module {
    fn new(name: &str, file: &str, parent: Option<usize>, root: usize) -> Module {
        let (name, file) = (name.to_owned(), file.to_owned());
        let (children, names, uses, paths) = Default::default();
        Module { name, file, parent, root, children, names, uses, paths }
    }
}

/// Reads the items of one module.
#[derive(Default)]
struct Reader<'a> {
    modules: Vec<&'a syn::ItemMod>,
    names: Vec<String>,
    uses: Vec<Use>,
    paths: Vec<Named>,
}

impl Reader<'_> {
    fn tree(&mut self, before: &[String], tree: &syn::UseTree) {
        let with = |ident: &syn::Ident| [before, &[ident.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.tree(&with(&path.ident), &path.tree),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(before, tree)),
            syn::UseTree::Glob(glob) => self.brings("*".to_owned(), before.to_vec(), glob.star_token.spans[0]),
            syn::UseTree::Name(name) if name.ident == "self" => {
                self.brings(before.last().cloned().unwrap_or_default(), before.to_vec(), name.ident.span());
            }
            syn::UseTree::Name(name) => self.brings(name.ident.to_string(), with(&name.ident), name.ident.span()),
            syn::UseTree::Rename(rename) => {
                let path = if rename.ident == "self" { before.to_vec() } else { with(&rename.ident) };
                self.brings(rename.rename.to_string(), path, rename.ident.span());
            }
        }
    }

    fn brings(&mut self, name: String, path: Vec<String>, span: Span) {
        self.uses.push(Use { name, of: Named { path, line: span.start().line } });
    }

    /// The paths in what a macro is given, or makes.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let (mut line, mut colons) = (0, 0);
        for token in
            tokens.into_iter().chain([TokenTree::from(proc_macro2::Punct::new(';', proc_macro2::Spacing::Alone))])
        {
            match token {
                TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
                TokenTree::Ident(ident) if colons == 2 && !path.is_empty() => {
                    path.push(ident.to_string());
                    colons = 0;
                }
                other => {
                    self.path(std::mem::take(&mut path), line);
                    colons = 0;
                    match other {
                        TokenTree::Ident(ident) => (path, line) = (vec![ident.to_string()], ident.span().start().line),
                        TokenTree::Group(group) => self.tokens(group.stream()),
                        _ => {}
                    }
                }
            }
        }
    }

    fn path(&mut self, path: Vec<String>, line: usize) {
        if path.len() > 1 {
            self.paths.push(Named { path, line });
        }
    }
}

impl<'a> Visit<'a> for Reader<'a> {
    fn visit_item(&mut self, item: &'a syn::Item) {
        use syn::Item::{Const, Enum, Fn, Macro, Static, Struct, Trait, Type, Union};
        let name = match item {
            Const(item) => Some(&item.ident),
            Enum(item) => Some(&item.ident),
            Fn(item) => Some(&item.sig.ident),
            Macro(item) => item.ident.as_ref(),
            Static(item) => Some(&item.ident),
            Struct(item) => Some(&item.ident),
            Trait(item) => Some(&item.ident),
            Type(item) => Some(&item.ident),
            Union(item) => Some(&item.ident),
            _ => None,
        };
        self.names.extend(name.map(ToString::to_string));
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        self.modules.push(item);
    }

    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        self.tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let line = path.segments.first().map_or(0, |first| first.ident.span().start().line);
        self.path(segments, line);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'a syn::Macro) {
        self.visit_path(&call.path);
        self.tokens(call.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'a syn::Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.tokens(list.tokens.clone());
        }
    }
}
