//! Memory bounds of calls, attempts and endpoints.
