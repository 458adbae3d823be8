//! The zoo: published heaps under proof, each by its own dialect; see `zoo/README.md`.
//!
//! [`heap`] reads what `zoo/` says about a heap; [`install`] fetches its packages; [`measure`] runs it, and [`alone`] its traces as programs; [`result`] is what is
//! kept of that; [`page`] writes `docs/zoo.md` from all that is kept. [`keeper`] runs programs for them; [`visit`] is the command.

mod alone;
mod heap;
mod install;
mod keeper;
mod measure;
mod page;
mod result;
pub(crate) mod visit;
