//! The sizes at which the heap changes how it keeps things, and what shows that random programs cross each of them.
//!
//! A number in a comparison, in a constant or in a capacity is a size at which something is done in another way. A bug
//! there is found only by programs that come to both sides of it. So each number above 2 in the heap's sources is listed
//! here: with what crosses it in a default run, or with the reason why nothing has to.

use heapproof::generate::Recipe;
use heapproof::generate::case;
use heapproof::mix::Mix;
use heapproof::model::definitions::Graph;
use heapproof::model::{Dialect, Kind, Object, Reference, script};
use heapproof::subjects::HEAP;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use syn::visit::{self, Visit};

/// What a size is the size of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    /// The values of an array.
    Elements,
    /// The fields of a table.
    Fields,
    /// The references to an object, those of the mutator included.
    References,
    /// All that live.
    Objects,
}

/// The numbers that programs cross upwards and downwards: the file they stand in, and the size that is crossed.
const CROSSED: [(&str, u64, Of, u64); 9] = [
    ("elements.rs", 8, Of::Elements, 8),
    ("spare.rs", 8, Of::Elements, 8),
    ("shapes.rs", 12, Of::Fields, 12),
    ("cycles/trial.rs", 64, Of::Elements, 64),
    ("transfer.rs", 16, Of::Elements, 16),
    ("headers/spilled.rs", 128, Of::References, 255),
    ("verify/quick.rs", 8, Of::Elements, 8),
    ("verify/quick.rs", 64, Of::Objects, 64),
    ("weak.rs", 16, Of::Objects, 16),
];

/// The others, with the reason why random programs need not cross them.
const EXCUSED: [(&str, u64, &str); 19] = [
    (
        "cycles/collection.rs",
        32,
        "a search that has reached so much gives way to a mark: kept traces have such heaps, and slices mark small ones",
    ),
    ("cycles/collection.rs", 1_000, "likewise"),
    ("cycles/marking.rs", 128, "how many headers one step looks at: the same is done in fewer steps"),
    ("cycles/search.rs", 4_096, "room that is kept from one search to the next"),
    ("cycles/slices.rs", 16, "how long checks wait: a time, not a size"),
    ("cycles/slices.rs", 1_000, "what a budget in microseconds counts as: traces have no such budget"),
    ("cycles/steps.rs", 8, "how much it is to read contents again: a part of a step"),
    ("cycles/tuning.rs", 100, "a rate, which the tuning property compares with the model's"),
    ("digest.rs", 256, "how numbers are written for a digest"),
    ("frames.rs", 64, "more temporaries than a program has lines: the heap's own tests have them"),
    ("graph.rs", 12, "the colours of a picture"),
    ("logging.rs", 30, "how much a text lists"),
    ("recovery/record.rs", 30, "how much a text lists"),
    ("shapes.rs", 64, "the length of a name: the unit tests beside it have longer ones"),
    ("shapes.rs", 4_096, "the number of shapes: the unit tests beside it have more"),
    ("spare.rs", 64, "how many lists of a length are kept: the unit tests beside it have more"),
    ("symbols.rs", 7, "the length of a name: programs draw shorter and longer ones that begin alike"),
    ("symbols.rs", 255, "the length of a name: the unit tests beside it have longer ones"),
    ("verify/report.rs", 30, "how much a text lists"),
];

#[test]
fn each_size_at_which_the_heap_changes_is_crossed_or_excused() {
    let listed: BTreeSet<(&str, u64)> = CROSSED
        .iter()
        .map(|(file, number, ..)| (*file, *number))
        .chain(EXCUSED.iter().map(|(file, number, _)| (*file, *number)))
        .collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("heap/src");
    let mut there = BTreeSet::new();
    for path in sources(&folder) {
        let mut numbers = Numbers::default();
        numbers.visit_file(&syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap());
        let file = path.strip_prefix(&folder).unwrap().to_str().unwrap().replace('\\', "/");
        there.extend(numbers.found.into_iter().map(|number| (file.clone(), number)));
    }
    let there: BTreeSet<(&str, u64)> = there.iter().map(|(file, number)| (&**file, *number)).collect();
    let new: Vec<_> = there.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&there).collect();
    assert!(new.is_empty() && gone.is_empty(), "not listed: {new:?}; no longer there: {gone:?}");
}

#[test]
fn random_programs_cross_each_size_that_is_not_excused_both_ways() {
    let mut crossings = BTreeMap::new();
    let abilities = HEAP.abilities().unwrap();
    let mix = Mix::all(&abilities);
    for number in 0..10_000 {
        let recipe = Recipe { profile: mix.of_case(1, number).profile, ..Recipe::default() };
        let program = case(1, number, &recipe, &|code| abilities.supports(code));
        let mut model = Reference::of(Dialect::default());
        let mut before = sizes(&model);
        for line in program.lines() {
            script::step(&mut model, line);
            let after = sizes(&model);
            for (key, size) in &after {
                note(&mut crossings, key.0, before.get(key).copied(), *size);
            }
            before = after;
        }
    }
    for (file, _, of, size) in CROSSED {
        let (up, down) = crossings.get(&(of, size)).copied().unwrap_or_default();
        assert!(up >= 10 && down >= 10, "{file}: {of:?} went beyond {size} {up} times and back {down} times");
    }
}

/// Counts the sizes that one object has crossed: how often upwards and how often downwards.
fn note(crossings: &mut BTreeMap<(Of, u64), (u32, u32)>, of: Of, before: Option<u64>, after: u64) {
    let Some(before) = before else { return };
    let sizes: BTreeSet<u64> = CROSSED.iter().filter(|(_, _, other, _)| *other == of).map(|(.., size)| *size).collect();
    for size in sizes {
        let (up, down) = crossings.entry((of, size)).or_default();
        *up += u32::from(before <= size && after > size);
        *down += u32::from(before > size && after <= size);
    }
}

/// The sizes of all living objects, and how many there are.
fn sizes(model: &Reference) -> BTreeMap<(Of, Option<Object>), u64> {
    let mut sizes = BTreeMap::from([((Of::Objects, None), model.living().count() as u64)]);
    for object in model.living() {
        let contents = model.contents(object).unwrap();
        match contents.kind {
            Kind::Array => drop(sizes.insert((Of::Elements, Some(object)), contents.values.len() as u64)),
            Kind::Table => drop(sizes.insert((Of::Fields, Some(object)), contents.fields.len() as u64)),
            _ => {}
        }
        *sizes.entry((Of::References, Some(object))).or_default() += u64::from(model.external(object));
        for target in contents.references() {
            *sizes.entry((Of::References, Some(target))).or_default() += 1;
        }
    }
    sizes
}

/// The files of a folder and of those in it.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let all = entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    all.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// The numbers above 2 at which something may change.
#[derive(Default)]
struct Numbers {
    found: BTreeSet<u64>,
}

impl Numbers {
    fn take(&mut self, expression: &syn::Expr) {
        if let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Int(number), .. }) = expression
            && let Ok(number) = number.base10_parse::<u64>()
            && number > 2
        {
            self.found.insert(number);
        }
    }
}

impl<'a> Visit<'a> for Numbers {
    fn visit_item_mod(&mut self, module: &'a syn::ItemMod) {
        let is_test = module.attrs.iter().any(|attribute| attribute.path().is_ident("cfg"));
        if !is_test {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_const(&mut self, item: &'a syn::ItemConst) {
        self.take(&item.expr);
    }

    fn visit_impl_item_const(&mut self, item: &'a syn::ImplItemConst) {
        self.take(&item.expr);
    }

    fn visit_expr_binary(&mut self, binary: &'a syn::ExprBinary) {
        use syn::BinOp::{Eq, Ge, Gt, Le, Lt, Ne};
        if matches!(binary.op, Eq(_) | Ge(_) | Gt(_) | Le(_) | Lt(_) | Ne(_)) {
            self.take(&binary.left);
            self.take(&binary.right);
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_method_call(&mut self, call: &'a syn::ExprMethodCall) {
        let limits = ["min", "max", "reserve", "shrink_to", "truncate", "is_multiple_of"];
        if limits.iter().any(|name| call.method == name) {
            call.args.iter().for_each(|argument| self.take(argument));
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'a syn::ExprCall) {
        if let syn::Expr::Path(path) = &*call.func
            && path.path.segments.last().is_some_and(|segment| segment.ident == "with_capacity")
        {
            call.args.iter().for_each(|argument| self.take(argument));
        }
        visit::visit_expr_call(self, call);
    }
}
