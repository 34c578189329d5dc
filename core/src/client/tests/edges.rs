//! Edges of the machine, one sentence each.
