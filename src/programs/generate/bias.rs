//! What makes random programs better than random, each of which can be left out to measure what it is worth.

/// Something that random programs do more often than chance would.
///
/// `docs/generators.md` holds what each is worth, in seeded bugs found sooner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bias {
    /// Cases draw which operations they have, and how often.
    Swarm,
    /// Cases draw how often they use the youngest names again.
    Recent,
    /// Shapes are built that random references rarely make, and let go.
    Shapes,
    /// Between slices, changes are aimed at what the slices are about.
    Aim,
    /// Some programs go on with a detection or a collection in slices all the time, whatever else they do.
    Pulse,
}

impl Bias {
    /// All of them.
    pub const ALL: &[Bias] = &[Bias::Swarm, Bias::Recent, Bias::Shapes, Bias::Aim, Bias::Pulse];

    /// How the command line calls it.
    pub fn name(self) -> &'static str {
        match self {
            Bias::Swarm => "swarm",
            Bias::Recent => "recent",
            Bias::Shapes => "shapes",
            Bias::Aim => "aim",
            Bias::Pulse => "pulse",
        }
    }
}
