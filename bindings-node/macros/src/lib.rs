//! Reads the attributes of wasm-bindgen and makes functions for Node-API of them.
//!
//! The policies are written once, as classes for JavaScript, in the sources of the WebAssembly package. The addon compiles
//! the same files with this attribute under the name of the other one. A method of a class costs three times a function in
//! Node-API, so a class becomes a table of objects by number and each method a function whose first argument is such a
//! number. Names tell the layer in JavaScript how to make a class of them again:
//!
//! | name | what it is |
//! |---|---|
//! | `Class.new` | constructor: a handle |
//! | `Class.name` | function of the class |
//! | `Class#name` | method: handle first |
//! | `Class@name` | getter: handle alone |
//! | `Class!free` | lets the object of a handle go |
//! | `name` | function |
//!
//! A name with `>Other` at its end answers a handle of that class. Arguments that are objects of a class are their handles.
//! Methods that answer an address have no counterpart: there is no linear memory.

mod methods;
mod types;

use proc_macro::TokenStream;
use quote::quote;
use syn::{Item, parse_macro_input};

/// The attribute; see above.
#[proc_macro_attribute]
pub fn wasm_bindgen(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = parse_macro_input!(item as Item);
    let made = match item {
        Item::Struct(found) => Ok(methods::of_struct(&found)),
        Item::Impl(found) => methods::of_impl(found),
        Item::Fn(found) => methods::of_function(found, arguments.into()),
        other => Err(syn::Error::new_spanned(other, "neither a class, its methods, nor a function")),
    };
    made.unwrap_or_else(|fault| {
        let fault = fault.to_compile_error();
        quote!(#fault)
    })
    .into()
}
