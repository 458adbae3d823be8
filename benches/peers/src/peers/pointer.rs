//! What peers have in common whose handle is a smart pointer: an object is a `RefCell` of a vector of such pointers.

/// Implements [`Peer`](crate::peer::Peer) for `$peer` by a pointer to a `Node` that has `edges`. The rest of the
/// implementation is given.
macro_rules! pointer_peer {
    ($peer:ident, $pointer:ident, { $($rest:tt)* }) => {
        /// The collector belongs to the thread.
        pub struct $peer;

        impl crate::peer::Peer for $peer {
            type Handle = $pointer<Node>;

            #[inline]
            fn make(&mut self, edges: usize) -> Self::Handle {
                $pointer::new(Node { edges: std::cell::RefCell::new(Vec::with_capacity(edges)) })
            }

            #[inline]
            fn hold(&mut self, object: &Self::Handle) -> Self::Handle {
                object.clone()
            }

            #[inline]
            fn give_up(&mut self, object: Self::Handle) {
                drop(object);
            }

            #[inline]
            fn add_edge(&mut self, from: &Self::Handle, _edge: usize, to: &Self::Handle) {
                from.edges.borrow_mut().push(to.clone());
            }

            #[inline]
            fn set_edge(&mut self, from: &Self::Handle, edge: usize, to: &Self::Handle) {
                let new = to.clone();
                // The old one is dropped when nothing is borrowed any more: it may free others.
                let old = std::mem::replace(&mut from.edges.borrow_mut()[edge], new);
                drop(old);
            }

            $($rest)*
        }
    };
}

/// Weak references by a pointer of this type, which `$downgrade` makes.
macro_rules! weak_pointer {
    ($weak:ty, $downgrade:path) => {
        type Weak = $weak;
        type WeakObject = $weak;

        #[inline]
        fn weak(&mut self, object: &Self::Handle) -> $weak {
            $downgrade(object)
        }

        #[inline]
        fn try_hold(&mut self, weak: &$weak) -> Option<Self::Handle> {
            weak.upgrade()
        }

        #[inline]
        fn make_weak(&mut self, object: &Self::Handle) -> $weak {
            $downgrade(object)
        }

        #[inline]
        fn upgrade(&mut self, weak: &$weak) -> Option<Self::Handle> {
            weak.upgrade()
        }

        #[inline]
        fn drop_weak(&mut self, weak: $weak) {
            drop(weak);
        }
    };
}

/// No weak references: nobody asks for them.
macro_rules! no_weak {
    () => {
        const WEAK: bool = false;
        type Weak = ();
        type WeakObject = ();

        fn weak(&mut self, _object: &Self::Handle) {}

        fn try_hold(&mut self, _weak: &()) -> Option<Self::Handle> {
            None
        }

        fn make_weak(&mut self, _object: &Self::Handle) {}

        fn upgrade(&mut self, _weak: &()) -> Option<Self::Handle> {
            None
        }

        fn drop_weak(&mut self, _weak: ()) {}
    };
}

pub(super) use {no_weak, pointer_peer, weak_pointer};
