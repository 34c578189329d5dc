//! STUB (helper H): the tokio host.
