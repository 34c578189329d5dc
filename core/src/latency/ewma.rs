//! STUB (helper B): `Ewma`
