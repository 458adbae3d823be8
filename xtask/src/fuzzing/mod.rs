//! The fuzz targets, their seeds, and how libFuzzer ends; soaks, which draw random programs instead; and the failures that both know.

pub(crate) mod known;
pub(crate) mod libfuzzer;
pub(crate) mod seeds;
pub(crate) mod soak;
pub(crate) mod targets;
