//! The fuzz targets: which there are, their seeds, and nights in which all are run.

mod night;
pub(crate) mod nightly;
pub(crate) mod seeds;
pub(crate) mod targets;
