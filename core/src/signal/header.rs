//! STUB (helper E): `Hedgerow-Slo` parse/format, `Hedgerow-Client` parse/format (RFC 9651).
