//! The fuzz targets: which there are, their seeds, and nights in which all are run; and soaks, which draw instead of mutate.

mod night;
pub(crate) mod nightly;
pub(crate) mod seeds;
pub(crate) mod soak;
pub(crate) mod targets;
