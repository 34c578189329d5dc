//! How values cross: what a parameter of the function is, and how it becomes the method's; the same for answers.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::{GenericArgument, PathArguments, ReturnType, Type};

/// A parameter, the value made of it, and the class of the object that its handle names.
pub(crate) struct Given {
    pub(crate) parameter: TokenStream,
    pub(crate) value: TokenStream,
    pub(crate) object: Option<TokenStream>,
}

/// The type that crosses, the class of the handle that it is, and the expression that makes it.
pub(crate) struct Answer {
    pub(crate) ty: TokenStream,
    pub(crate) class: Option<String>,
    pub(crate) give: TokenStream,
}

pub(crate) fn argument(name: &Ident, ty: &Type) -> Given {
    let text = ty.to_token_stream().to_string().replace(' ', "");
    let plain =
        |ty: TokenStream, value: TokenStream| Given { parameter: quote!(#name: #ty), value, object: None };
    match text.as_str() {
        "&str" => plain(quote!(String), quote!(&#name)),
        "&[u8]" => plain(quote!(napi::bindgen_prelude::Uint8ArraySlice<'_>), quote!(&#name)),
        "Vec<u32>" => plain(quote!(napi::bindgen_prelude::Uint32ArraySlice<'_>), quote!(#name.to_vec())),
        "usize" => plain(quote!(u32), quote!(#name as usize)),
        "u64" => plain(quote!(napi::bindgen_prelude::BigInt), quote!(#name.get_u64().1)),
        _ => match ty {
            // A class: its objects are told by their handles.
            Type::Reference(reference) => {
                let class = reference.elem.to_token_stream();
                Given { parameter: quote!(#name: u32), value: quote!(#name), object: Some(class) }
            }
            _ => plain(quote!(#ty), quote!(#name)),
        },
    }
}

/// Whether a method answers an address.
pub(crate) fn is_address(output: &ReturnType) -> bool {
    matches!(output, ReturnType::Type(_, ty) if matches!(**ty, Type::Ptr(_)))
}

pub(crate) fn answer(output: &ReturnType, this: Option<&Ident>, call: &TokenStream) -> syn::Result<Answer> {
    let ReturnType::Type(_, ty) = output else {
        return Ok(Answer { ty: quote!(()), class: None, give: call.clone() });
    };
    if let Some(inner) = inside(ty, "Result") {
        return value(inner, this, &quote!(#call?));
    }
    value(ty, this, call)
}

fn value(ty: &Type, this: Option<&Ident>, call: &TokenStream) -> syn::Result<Answer> {
    let text = ty.to_token_stream().to_string().replace(' ', "");
    let answer = |ty: TokenStream, give: TokenStream| Answer { ty, class: None, give };
    let array = |kind: &str| {
        let kind = Ident::new(kind, proc_macro2::Span::call_site());
        let ty = quote!(napi::bindgen_prelude::#kind);
        answer(ty.clone(), quote!(#ty::new(#call)))
    };
    Ok(match text.as_str() {
        "Vec<u8>" => array("Uint8Array"),
        "Vec<u16>" => array("Uint16Array"),
        "Vec<u32>" => array("Uint32Array"),
        "Vec<u64>" => array("BigUint64Array"),
        "Vec<f64>" => array("Float64Array"),
        "usize" => answer(quote!(f64), quote!(hedgerow::wire::float(#call as u64))),
        "u64" => answer(quote!(napi::bindgen_prelude::BigInt), quote!(#call.into())),
        "f64" | "u32" | "i32" | "u16" | "u8" | "i8" | "bool" | "String" | "()" | "JsValue"
        | "Option<String>" | "Vec<String>" => answer(quote!(#ty), call.clone()),
        _ => {
            let (inner, many) = inside(ty, "Option").map_or((ty, false), |inner| (inner, true));
            let class = class_of(inner, this)?;
            let keep = quote!(crate::handles::keep::<#class>);
            let name = Some(class.to_string());
            if many {
                Answer { ty: quote!(Option<u32>), class: name, give: quote!(#call.map(#keep)) }
            } else {
                Answer { ty: quote!(u32), class: name, give: quote!(#keep(#call)) }
            }
        }
    })
}

fn class_of(ty: &Type, this: Option<&Ident>) -> syn::Result<Ident> {
    match this {
        Some(this) if ty.to_token_stream().to_string() == "Self" => Ok(this.clone()),
        _ => syn::parse2(ty.to_token_stream()),
    }
}

/// The first argument of a generic type of this name.
fn inside<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}
