//! What a server says without binding anyone: how loaded it is, and which features it would like.
//!
//! Resolved field by field like the values in force. Nothing in this room acts on it; work units and dashboards do.

use crate::signal::merge::Signals;
use alloc::boxed::Box;

/// Utilizations in basis points, as a server measured them; absent is not zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// As a whole.
    pub util: Option<u16>,
    /// Share of requests slower than the target.
    pub util_target: Option<u16>,
    /// Share of requests slower than the max.
    pub util_max: Option<u16>,
    /// Of the processors.
    pub compute: Option<u16>,
    /// Of the storage behind the server.
    pub storage: Option<u16>,
}

/// Features that a server wants, each from the narrowest scope that names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features<'a> {
    /// Codec names, best first.
    pub compress: Option<&'a [Box<str>]>,
    /// Chunk size in bytes, 0 = do not chunk.
    pub chunk: Option<u32>,
    /// Page size in bytes.
    pub page: Option<u32>,
}

impl Signals {
    /// The features wanted for a class.
    pub fn features(&self, namespace: u32, operation: u32) -> Features<'_> {
        let found = self.find(namespace, operation);
        Features {
            compress: found.iter().flatten().find_map(|stored| stored.compress.as_deref()),
            chunk: found.iter().flatten().find_map(|stored| stored.values.chunk),
            page: found.iter().flatten().find_map(|stored| stored.values.page()),
        }
    }

    /// The utilizations last heard for a class, field by field.
    pub fn load(&self, namespace: u32, operation: u32) -> Load {
        let found = self.find(namespace, operation);
        let first = |field: fn(&Load) -> Option<u16>| {
            found.iter().flatten().find_map(|stored| field(&stored.values.load))
        };
        Load {
            util: first(|load| load.util),
            util_target: first(|load| load.util_target),
            util_max: first(|load| load.util_max),
            compute: first(|load| load.compute),
            storage: first(|load| load.storage),
        }
    }
}
