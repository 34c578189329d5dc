//! Classes, methods and functions.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::punctuated::Punctuated;
use syn::{
    FnArg, ImplItem, ImplItemFn, ItemFn, ItemImpl, ItemStruct, Meta, Pat, Signature, Token, Visibility,
    parse_quote,
};

use crate::types::{self, Answer};

/// What an attribute says of a method.
#[derive(Default)]
struct Said {
    name: Option<String>,
    getter: bool,
}

/// A class: itself, its table, and the function that lets an object go.
pub(crate) fn of_struct(found: &ItemStruct) -> TokenStream {
    let class = &found.ident;
    let (free, name) = (format_ident!("{}_free", snake(class)), format!("{class}!free"));
    quote! {
        #found
        impl crate::handles::Kept for #class {
            fn table<R>(act: impl FnOnce(&crate::handles::Table<Self>) -> R) -> R {
                thread_local! {
                    static TABLE: crate::handles::Table<#class> = const { crate::handles::Table::new() };
                }
                TABLE.with(act)
            }
        }
        #[doc = "Lets an object go."]
        #[napi_derive::napi(js_name = #name)]
        pub fn #free(handle: u32) {
            crate::handles::free::<#class>(handle);
        }
    }
}

/// Methods: themselves, and a function for each that is public.
pub(crate) fn of_impl(mut found: ItemImpl) -> syn::Result<TokenStream> {
    let class: Ident = syn::parse2(found.self_ty.to_token_stream())?;
    let mut functions = Vec::new();
    for item in &mut found.items {
        let ImplItem::Fn(method) = item else { continue };
        let said = take_attribute(method)?;
        if types::is_address(&method.sig.output) {
            method.attrs.push(parse_quote!(#[allow(dead_code, reason = "an address has no counterpart")]));
        } else if matches!(method.vis, Visibility::Public(_)) {
            functions.push(of_method(&class, method, &said)?);
        }
    }
    Ok(quote!(#found #(#functions)*))
}

/// A function outside of a class.
pub(crate) fn of_function(mut found: ItemFn, arguments: TokenStream) -> syn::Result<TokenStream> {
    let said = Said::read(arguments)?;
    let inner = format_ident!("{}", found.sig.ident);
    let outer = format_ident!("{}_for_node", inner);
    let name = said.name.unwrap_or_else(|| camel(&inner.to_string()));
    let path = quote!(#inner);
    let made = function(&outer, &name, &found.sig, None, &path)?;
    found.attrs.retain(|attribute| !attribute.path().is_ident("wasm_bindgen"));
    Ok(quote!(#found #made))
}

fn of_method(class: &Ident, method: &ImplItemFn, said: &Said) -> syn::Result<TokenStream> {
    let inner = &method.sig.ident;
    let receiver = method.sig.receiver().is_some();
    let mark = if said.getter {
        '@'
    } else if receiver {
        '#'
    } else {
        '.'
    };
    // A constructor is called `new` in both languages' terms, whatever else the attribute says.
    let own = said.name.clone().unwrap_or_else(|| camel(&inner.to_string()));
    let outer = format_ident!("{}_{}", snake(class), inner);
    let path = quote!(#class::#inner);
    function(&outer, &format!("{class}{mark}{own}"), &method.sig, Some(class), &path)
}

/// The function for Node-API that calls `path`.
fn function(
    outer: &Ident,
    name: &str,
    signature: &Signature,
    class: Option<&Ident>,
    path: &TokenStream,
) -> syn::Result<TokenStream> {
    let (mut parameters, mut values, mut objects) = (Vec::new(), Vec::new(), Vec::new());
    for argument in &signature.inputs {
        match (argument, class) {
            (FnArg::Receiver(_), Some(class)) => {
                parameters.push(quote!(this: u32));
                objects.push((quote!(#class), quote!(this)));
                values.push(quote!(this));
            }
            (FnArg::Typed(typed), _) => {
                let Pat::Ident(pattern) = &*typed.pat else {
                    return Err(syn::Error::new_spanned(typed, "an argument without a name"));
                };
                let given = types::argument(&pattern.ident, &typed.ty);
                parameters.push(given.parameter);
                values.push(given.value);
                objects.extend(given.object.map(|object| (object, pattern.ident.to_token_stream())));
            }
            (FnArg::Receiver(_), None) => {
                return Err(syn::Error::new_spanned(argument, "a receiver outside of a class"));
            }
        }
    }
    let Answer { ty, class: of, give } =
        types::answer(&signature.output, class, &quote!(#path(#(#values),*)))?;
    let name = of.map_or_else(|| name.to_owned(), |of| format!("{name}>{of}"));
    let body = objects.into_iter().rev().fold(
        quote!(Ok(#give)),
        |body, (class, object)| quote!(crate::handles::with::<#class, _>(#object, |#object| #body)),
    );
    Ok(quote! {
        #[doc = "The function behind the method of that name."]
        #[napi_derive::napi(js_name = #name)]
        #[allow(clippy::all, clippy::pedantic, reason = "Node hands over what it has, as it has it")]
        pub fn #outer(env: napi::Env, #(#parameters),*) -> napi::Result<#ty> {
            crate::guard::guarded(env, || #body)
        }
    })
}

impl Said {
    fn read(tokens: TokenStream) -> syn::Result<Self> {
        let mut said = Self::default();
        let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
        for meta in syn::parse::Parser::parse2(parser, tokens)? {
            match &meta {
                Meta::Path(path) if path.is_ident("getter") => said.getter = true,
                Meta::NameValue(pair) if pair.path.is_ident("js_name") => {
                    said.name = Some(pair.value.to_token_stream().to_string().trim_matches('"').to_owned());
                }
                // The name of a constructor says that it is one.
                _ => {}
            }
        }
        Ok(said)
    }
}

fn take_attribute(method: &mut ImplItemFn) -> syn::Result<Said> {
    let mut said = Said::default();
    for attribute in &method.attrs {
        if let (true, Meta::List(list)) = (attribute.path().is_ident("wasm_bindgen"), &attribute.meta) {
            said = Said::read(list.tokens.clone())?;
        }
    }
    method.attrs.retain(|attribute| !attribute.path().is_ident("wasm_bindgen"));
    Ok(said)
}

/// The name that JavaScript gives to a method.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |told, word| {
        let (head, rest) = word.split_at(word.len().min(1));
        told + &head.to_uppercase() + rest
    })
}

fn snake(class: &Ident) -> String {
    let mut told = String::new();
    for letter in class.to_string().chars() {
        if letter.is_uppercase() && !told.is_empty() {
            told.push('_');
        }
        told.extend(letter.to_lowercase());
    }
    told
}
