//! Biases make random programs better than random. Each can be left out, to measure what it is worth.

/// Something that random programs do more often than chance would.
///
/// `docs/generators.md` says how much sooner seeded bugs are found with each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bias {
    /// Each case draws which operations it has, and how often it does them.
    Swarm,
    /// Each case draws how often it uses the youngest names again.
    Recent,
    /// Programs build shapes that random references rarely make, and drop them.
    Shapes,
    /// Between slices, programs change the objects that the slices examine.
    Aim,
    /// Programs make what is so large that heaps keep it in another way, and make it small again.
    Sizes,
    /// Some programs do a slice of a detection or a collection every few lines, whatever else they do.
    Pulse,
}

impl Bias {
    /// All of them.
    pub const ALL: &[Bias] = &[Bias::Swarm, Bias::Recent, Bias::Shapes, Bias::Sizes, Bias::Aim, Bias::Pulse];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Bias::Swarm => "swarm",
            Bias::Recent => "recent",
            Bias::Shapes => "shapes",
            Bias::Sizes => "sizes",
            Bias::Aim => "aim",
            Bias::Pulse => "pulse",
        }
    }
}
