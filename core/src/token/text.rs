//! STUB (helper E): hex and uuid7 text forms, `TextForm`, `TokenTextError`.
