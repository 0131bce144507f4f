use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataEnum, Ident, Result};

use crate::attribute::Variant;
use crate::name::named;
use crate::target::{Parts, Target, option};

/// An enum without data: an Avro enum.
pub(crate) fn derive(target: &Target<'_>, data: &DataEnum) -> Result<TokenStream> {
    let Symbols {
        idents,
        names,
        default,
    } = symbols(target, data)?;
    let Some((last, first)) = idents.split_last() else {
        let message = "an enum without variants has no values, and no Avro type";
        return Err(syn::Error::new_spanned(target.input, message));
    };
    let head = target.head();
    let default = option(default.as_deref());
    let (count, numbers) = (idents.len(), 0..idents.len());
    let known = 0..first.len();
    let from_number = quote! {
        {
            #(#known => Self::#first,)*
            _ => Self::#last,
        }
    };
    Ok(target.implement(&Parts {
        min_size: quote!(1),
        empty: quote!(::core::option::Option::None),
        is_union: quote!(false),
        write_schema: quote! {
            schema.enumeration::<Self>(&#head, &[#(#names),*], #default);
        },
        encode: quote! {
            encoder.index(match self {
                #(Self::#idents => #numbers,)*
            });
            ::core::result::Result::Ok(())
        },
        decode: quote! {
            ::core::result::Result::Ok(match cursor.index(#count)? #from_number)
        },
        decode_with: quote! {
            ::core::result::Result::Ok(match resolution.symbol(cursor)? #from_number)
        },
    }))
}

/// The variants and what they are called in the schema.
struct Symbols<'d> {
    idents: Vec<&'d Ident>,
    names: Vec<String>,
    default: Option<String>,
}

fn symbols<'d>(target: &Target<'_>, data: &'d DataEnum) -> Result<Symbols<'d>> {
    let mut idents = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut default = None;
    for variant in &data.variants {
        let attributes = Variant::parse(&variant.attrs)?;
        let case = target.attributes.rename_all;
        let symbol = named(&variant.ident, attributes.rename.as_ref(), case)?;
        if names.contains(&symbol) {
            let message = format!("a second symbol {symbol:?}");
            return Err(syn::Error::new_spanned(variant, message));
        }
        if attributes.is_default && default.replace(symbol.clone()).is_some() {
            let message = "only one symbol can be the default";
            return Err(syn::Error::new_spanned(variant, message));
        }
        idents.push(&variant.ident);
        names.push(symbol);
    }
    Ok(Symbols {
        idents,
        names,
        default,
    })
}
