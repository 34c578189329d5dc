//! STUB (helper B): `Histogram`
