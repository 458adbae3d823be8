//! jrsonnet-gcmodule: gcmodule, kept on for an interpreter of Jsonnet, with weak pointers.

use jrsonnet_gcmodule::Weak;

use super::gcmodule::gcmodule_peer;
use super::pointer::weak_pointer;

gcmodule_peer!(JrsonnetGcmodule, jrsonnet_gcmodule, "jrsonnet-gcmodule", "0.5.0", {
    weak_pointer!(Weak<Node>, Cc::downgrade);
});
