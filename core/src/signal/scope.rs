//! Scopes: what a record is about, and in which order scopes bear on a class.

/// Scope of a record: namespace and operation numbers, `None` = any.
///
/// An operation without a namespace is no scope and reads as "any, any".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// The namespace's number.
    pub namespace: Option<u32>,
    /// The operation's number.
    pub operation: Option<u32>,
}

impl Scope {
    /// Every namespace and operation.
    pub const ALL: Self = Self { namespace: None, operation: None };

    pub(super) fn normal(self) -> Self {
        if self.namespace.is_none() { Self::ALL } else { self }
    }

    /// The scopes that bear on a class, narrowest first.
    pub(super) fn chain(namespace: u32, operation: u32) -> [Self; 3] {
        let namespace = Some(namespace);
        [Self { namespace, operation: Some(operation) }, Self { namespace, operation: None }, Self::ALL]
    }
}
