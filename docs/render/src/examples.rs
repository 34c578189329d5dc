//! The Rust of every page, compiled and run as tests of this documentation.

macro_rules! pages {
    ($($name:ident = $path:literal;)*) => {
        $(
            #[doc = include_str!(concat!("../../src/", $path))]
            struct $name;
        )*
    };
}

pages! {
    FirstCall = "guide/rust.md";
    Host = "howto/host.md";
    Restart = "howto/restart.md";
    Testing = "howto/testing.md";
    Why = "howto/why.md";
}
