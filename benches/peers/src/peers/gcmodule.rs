//! gcmodule: counts, and a list of all objects that is walked when a collection is asked for. Its interface is that of
//! [`jrsonnet_gcmodule`](super::jrsonnet) too, which came from it.

use super::pointer::no_weak;

/// Implements [`Peer`](crate::peer::Peer) for `$peer` by the crate `$from`, of that name and version. Weak references are given.
macro_rules! gcmodule_peer {
    ($peer:ident, $from:ident, $name:literal, $version:literal, { $($weak:tt)* }) => {
        use $from::{Cc, Trace, Tracer, collect_thread_cycles};

        /// An object.
        pub struct Node {
            edges: std::cell::RefCell<Vec<Cc<Self>>>,
        }

        impl Trace for Node {
            fn trace(&self, tracer: &mut Tracer<'_>) {
                self.edges.trace(tracer);
            }

            fn is_type_tracked() -> bool {
                true
            }
        }

        crate::peers::pointer::pointer_peer!($peer, Cc, {
            const NAME: &'static str = $name;
            const VERSION: &'static str = $version;

            fn new() -> Self {
                Self
            }

            fn collect(&mut self) {
                _ = collect_thread_cycles();
            }

            $($weak)*
        });
    };
}
pub(super) use gcmodule_peer;

gcmodule_peer!(Gcmodule, gcmodule, "gcmodule", "0.3.3", {
    no_weak!();
});
