//! The fuzz targets, their seeds, and nights that run all of them; and soaks, which draw random programs instead.

mod night;
pub(crate) mod nightly;
pub(crate) mod seeds;
pub(crate) mod soak;
pub(crate) mod targets;
