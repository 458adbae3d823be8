//! Random programs that are worth running.
//!
//! Lines drawn blindly are mostly refused: a name is unbound, an object is freed, a kind is wrong. So a program is
//! drawn line by line while the model carries it out, and each line is chosen with knowledge of what lives. Mostly it
//! can be done; now and then it can't, on purpose. Programs use names again, store references more often than plain
//! values, and check automatically every few operations, so that cycles form, become garbage and are collected within
//! sixty lines.

mod bias;
mod groups;
mod operands;
mod profile;
mod shapes;
mod sizes;
mod slices;
mod swaps;
mod swarm;
mod values;

pub use bias::Bias;
pub use profile::Profile;
pub(crate) use shapes::Shape;

use heapproof_model::{Code, Dialect, Kind, Line, Machine, Name, Object, Operation, Program, Reference, Store, script};
use operands::Place;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeSet;

/// The most lines of a program by default.
pub const MOST_LINES: usize = 64;

/// How programs are to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipe {
    /// What the programs mostly do.
    pub profile: Profile,
    /// The most lines of a program.
    pub most_lines: usize,
    /// The biases that are left out.
    pub without: Vec<Bias>,
    /// The dialect of the subject.
    pub dialect: Dialect,
    /// The operations that code of the dying has not.
    pub not_in_code: Vec<Code>,
}

impl Default for Recipe {
    fn default() -> Recipe {
        Recipe {
            profile: Profile::Default,
            most_lines: MOST_LINES,
            without: Vec::new(),
            dialect: Dialect::default(),
            not_in_code: Vec::new(),
        }
    }
}

/// The program of a case. It depends only on the seed, the case's number, the recipe and which operations there are.
pub fn case(seed: u64, number: u64, recipe: &Recipe, supports: &dyn Fn(Code) -> bool) -> Program {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(number);
    program(&mut rng, recipe, supports)
}

/// Draws a program.
pub fn program(rng: &mut dyn Rng, recipe: &Recipe, supports: &dyn Fn(Code) -> bool) -> Program {
    let most = recipe.most_lines;
    let mut generator = Generator::new(rng, recipe, supports);
    generator.settings();
    let length = generator.rng.random_range(most / 8..=most);
    // A first detection looks at everything, and changes may count from there on only: half begin with one.
    if length.is_multiple_of(2) && generator.has(Code::Detect) {
        generator.add(Line { bind: None, operation: Operation::Detect {} });
    }
    while generator.lines.len() < length && generator.line() {
        generator.pulse();
    }
    generator.lines.truncate(most);
    Program::new(generator.lines)
}

/// A program while it is drawn.
struct Generator<'a> {
    rng: &'a mut dyn Rng,
    supports: &'a dyn Fn(Code) -> bool,
    profile: Profile,
    without: &'a [Bias],
    not_in_code: &'a [Code],
    /// The model's heap after the lines so far.
    model: Reference,
    lines: Vec<Line>,
    /// Bound names outside finalizers, with their objects.
    bound: Vec<(Name, Object)>,
    /// The finalizers so far: each object that has one, and the names that its lines bind.
    finalizers: Vec<(Object, Vec<(Name, Kind)>)>,
    next_name: u32,
    /// How many of ten names are chosen among the youngest, and how many names count as young.
    recent: u32,
    window: usize,
    /// With how many letters names of fields begin alike, if they do. It is about a power of two, where heaps have their bounds.
    begin_alike: usize,
    /// The slice that is done again and again between the other lines, if any, and about every how many lines.
    pulse: Option<(Code, u32)>,
    /// The objects that operands are mostly chosen among, if not empty.
    focus: BTreeSet<Object>,
    /// About every how many lines a shape begins.
    between_shapes: u32,
    /// The most objects that the slices of the unfinished collection can have touched.
    sliced: u64,
    /// The operations to draw from, with cumulative weights.
    weights: Vec<(u32, Code)>,
    within_weights: Vec<(u32, Code)>,
}

impl<'a> Generator<'a> {
    fn new(rng: &'a mut dyn Rng, recipe: &'a Recipe, supports: &'a dyn Fn(Code) -> bool) -> Generator<'a> {
        let Recipe { profile, without, dialect, not_in_code, .. } = recipe;
        let has = |bias: Bias| !without.contains(&bias);
        let factors = if has(Bias::Swarm) { swarm::factors(rng) } else { None };
        let factor = |code: Code| factors.as_ref().map_or(100, |factors| factors[code as usize]);
        let weight = |code| profile.weight(code) * factor(code);
        let within = |code| if weight(code) > 0 && !not_in_code.contains(&code) { weight_within(code) } else { 0 };
        Generator {
            profile: *profile,
            without,
            not_in_code,
            model: Reference::of(*dialect),
            lines: Vec::new(),
            bound: Vec::new(),
            finalizers: Vec::new(),
            next_name: 0,
            recent: if has(Bias::Recent) { [0, 0, 4, 8][rng.random_range(0..4)] } else { 0 },
            window: rng.random_range(2..=6),
            begin_alike: [4, 8, 8, 16, 64][rng.random_range(0..5)] - rng.random_range(0..3),
            focus: BTreeSet::new(),
            pulse: if has(Bias::Pulse) { slices::pulse(*profile, rng) } else { None },
            between_shapes: [30, 90][rng.random_range(0..2)],
            sliced: 0,
            weights: added_up(supports, &weight),
            within_weights: added_up(supports, &within),
            supports,
            rng,
        }
    }

    /// Adds settings, mostly small ones: with the default ones nothing automatic happens within sixty lines.
    fn settings(&mut self) {
        let bounds = {
            let least = self.rng.random_range(1..=4);
            (least, least + self.rng.random_range(0..=16))
        };
        // The last setting of how checks are paced decides.
        let settings = [
            (4, self.debt()),
            (60, Operation::SetInterval { operations: self.rng.random_range(1..=12) }),
            (50, Operation::SetBounds { least: bounds.0, greatest: bounds.1 }),
            (4, Operation::SetBounds { least: self.rng.random_range(0..=2), greatest: self.rng.random_range(0..=2) }),
            (50, self.debt()),
            (12, Operation::SetCapacity { objects: self.rng.random_range(3..=12) }),
            (6, Operation::SetCounts { ceiling: self.rng.random_range(1..=4) }),
            (20, Operation::SetGenerations { ceiling: self.rng.random_range(1..=3) }),
            (10, Operation::SetChecks { on: self.rng.random_bool(0.3) }),
            (1, Operation::SetInterval { operations: 0 }),
            (60, Operation::SetBudget { objects: self.budget() }),
            (10, Operation::SetVerify { operations: self.rng.random_range(0..=8) }),
        ];
        for (percent, operation) in settings {
            let code = operation.code();
            if self.weights.iter().any(|(_, have)| *have == code) && self.rng.random_ratio(percent, 100) {
                self.add(Line { bind: None, operation });
            }
        }
        self.weights.retain(|(_, code)| !code.is_setting());
    }

    /// A small debt, which is refused now and then.
    fn debt(&mut self) -> Operation<Name> {
        let [least, fewest] = [(); 2].map(|()| u32::from(!self.rng.random_ratio(1, 50)));
        Operation::SetDebt { allocations: self.rng.random_range(least..=6), objects: self.rng.random_range(fewest..=4) }
    }

    /// Draws a line and carries it out on the model. Returns false where nothing can be drawn.
    fn line(&mut self) -> bool {
        if self.has_bias(Bias::Sizes) && self.rng.random_ratio(1, 100) && self.large() {
            return true;
        }
        if self.has_bias(Bias::Shapes) && self.rng.random_ratio(1, self.between_shapes) && self.a_shape() {
            return true;
        }
        for _ in 0..20 {
            let Some(code) = self.draw(false) else { return false };
            match code {
                Code::Fault if self.damage() => return true,
                Code::Fault => continue,
                Code::CollectSlice | Code::DetectSlice => {
                    self.slices(code);
                    return true;
                }
                _ => {}
            }
            if let Some(line) = self.make(code, &Place::Program)
                && self.can_be_said(&line)
            {
                // Behind a collection no object is known any more as one where garbage may hang: a swap has to tell all by itself.
                if code == Code::Swap && self.rng.random_ratio(1, 5) {
                    self.add(Line { bind: None, operation: Operation::Collect {} });
                }
                self.add(line);
                if self.profile == Profile::LookAlways {
                    self.look();
                }
                return true;
            }
        }
        false
    }

    /// Whether the profile forbids the operation. Without cycles, an object refers only to older ones.
    pub(super) fn is_unwanted(&self, operation: &Operation<Name>, place: &Place) -> bool {
        if self.profile != Profile::Acyclic {
            return false;
        }
        let number = |name: Name| match place {
            Place::Finalizer(own) if name == Name::SELF => Some(*own),
            _ => self.object_of(name),
        };
        match operation {
            Operation::WriteField { object, value, .. }
            | Operation::WriteElement { object, value, .. }
            | Operation::WriteCapture { object, value, .. }
            | Operation::WriteBox { object, value }
            | Operation::Push { object, value }
            | Operation::Insert { object, value, .. }
            | Operation::Fill { object, value, .. } => value.reference().is_some_and(|target| {
                let (object, target) = (object.and_then(number), number(target));
                object.zip(target).is_none_or(|(object, target)| object <= target)
            }),
            Operation::Transfer { store } => self.is_unwanted(&store.0, place),
            Operation::Swap { object, other, .. } => object != other,
            _ => false,
        }
    }

    fn draw(&mut self, within: bool) -> Option<Code> {
        let weights = if within { &self.within_weights } else { &self.weights };
        let total = weights.last()?.0;
        let at = self.rng.random_range(0..total);
        let index = weights.partition_point(|(sum, _)| *sum <= at);
        Some(weights[index].1)
    }

    fn has_bias(&self, bias: Bias) -> bool {
        !self.without.contains(&bias)
    }

    /// The object that a bound name stands for.
    fn object_of(&self, name: Name) -> Option<Object> {
        self.bound.iter().find(|(bound, _)| *bound == name).map(|(_, object)| *object)
    }

    fn add_if_wanted(&mut self, operation: Operation<Name>) {
        if !self.is_unwanted(&operation, &Place::Program) {
            self.add(Line { bind: None, operation });
        }
    }

    /// Whether the subject has all that an operation is made of.
    fn supports(&self, operation: &Operation<Name>) -> bool {
        let within = match operation {
            Operation::On { line, .. } | Operation::When { line, .. } => {
                !self.not_in_code.iter().any(|code| line.codes().contains(code)) && self.supports(&line.operation)
            }
            Operation::Temp { allocation: within } | Operation::Transfer { store: Store(within) } => {
                self.supports(within)
            }
            _ => true,
        };
        within && (self.supports)(operation.code())
    }

    /// Whether programs of the dialect can say a line now. In the default dialect all can be said, and some are refused.
    fn can_be_said(&mut self, line: &Line) -> bool {
        if *self.model.dialect() == Dialect::default() {
            return true;
        }
        let script = self.model.script();
        let operation = line.operation.resolve(&|name| script.object(name));
        operation.is_none_or(|operation| self.model.permits(&operation))
    }

    /// Carries a line out on the model; shapes and slices are made of whatever they like, and what the subject lacks of
    /// that is left out.
    fn add(&mut self, line: Line) {
        if !self.supports(&line.operation) || !self.can_be_said(&line) {
            return;
        }
        let told = self.told(&line.operation);
        self.model.follow(told);
        script::step(&mut self.model, &line);
        self.model.script().journal.clear();
        if let Some(name) = line.bind
            && let Some(object) = self.model.script().object(name)
        {
            self.bound.push((name, object));
        }
        self.lines.push(line);
    }

    fn name(&mut self) -> Name {
        self.next_name += 1;
        Name(self.next_name - 1)
    }
}

fn added_up(supports: &dyn Fn(Code) -> bool, weight: &dyn Fn(Code) -> u32) -> Vec<(u32, Code)> {
    let mut sum = 0;
    let drawn = Code::ALL.iter().filter(|code| supports(**code) && weight(**code) > 0);
    drawn
        .map(|code| {
            sum += weight(*code);
            (sum, *code)
        })
        .collect()
}

/// How often an operation occurs in finalizers. There, most lines resurrect, store, drop or re-enter the heap.
fn weight_within(code: Code) -> u32 {
    match code {
        Code::WriteField => 40,
        Code::Take => 30,
        Code::Drop => 24,
        Code::Table | Code::Upgrade => 20,
        Code::Collect => 14,
        Code::Panic | Code::Weak | Code::Ephemeron | Code::Push | Code::TryTake | Code::Pin | Code::Unpin => 10,
        Code::Box | Code::ReadField | Code::Pop | Code::Remove | Code::On | Code::WriteBox => 8,
        Code::CollectSlice | Code::Transfer => 6,
        Code::Check | Code::DetectFull | Code::Ring | Code::Detect | Code::DetectSlice => 3,
        Code::Temp | Code::Begin | Code::End | Code::Recover | Code::RecoverRoots | Code::Verify => 1,
        Code::Fault => 0,
        code if code.is_setting() => 0,
        _ => 4,
    }
}
