use proc_macro2::TokenStream;
use quote::quote;
use syn::{DataEnum, Fields, Ident, Result, Type};

use crate::attribute::Variant;
use crate::record::check_fixed;
use crate::target::{Parts, Target};

/// A branch: a variant with one value, or the one that is `null`.
struct Branch<'i> {
    ident: &'i Ident,
    value: Option<&'i Type>,
    attributes: Variant,
}

/// An enum with data: a union, in the order of the variants.
pub(crate) fn derive(target: &Target<'_>, data: &DataEnum) -> Result<TokenStream> {
    let mut branches: Vec<Branch<'_>> = Vec::new();
    for variant in &data.variants {
        let attributes = Variant::parse(&variant.attrs)?;
        if attributes.is_default || attributes.rename.is_some() {
            let message = "the branches of a union have no names and no default of their own";
            return Err(syn::Error::new_spanned(variant, message));
        }
        let value = match &variant.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                fields.unnamed.first().map(|field| &field.ty)
            }
            Fields::Unit if branches.iter().all(|branch| branch.value.is_some()) => None,
            Fields::Unit => {
                let message = "a variant without data is the union's null, of which there is one";
                return Err(syn::Error::new_spanned(variant, message));
            }
            _ => {
                let message = "a union's branch is one type: put the fields in a struct of their \
                               own, and that struct in the variant";
                return Err(syn::Error::new_spanned(variant, message));
            }
        };
        if let Some(ty) = value {
            check_fixed(ty, &attributes.field)?;
        }
        branches.push(Branch {
            ident: &variant.ident,
            value,
            attributes,
        });
    }
    check_null(target, &branches)?;
    Ok(code(target, &branches))
}

/// A union has one `null`, and the place of one that is no variant is within it.
fn check_null(target: &Target<'_>, branches: &[Branch<'_>]) -> Result<()> {
    let Some(place) = target.attributes.null_at else {
        return Ok(());
    };
    if place <= branches.len() && branches.iter().all(|branch| branch.value.is_some()) {
        return Ok(());
    }
    let message =
        "null_at is the place of a null among the branches, for which there is no variant";
    Err(syn::Error::new_spanned(target.input, message))
}

/// The branch's number in the union.
fn place(target: &Target<'_>, number: usize) -> usize {
    match target.attributes.null_at {
        Some(null) if null <= number => number + 1,
        _ => number,
    }
}

fn code(target: &Target<'_>, branches: &[Branch<'_>]) -> TokenStream {
    let empty = match branches.first() {
        Some(Branch { value: None, .. }) => quote!(::core::option::Option::Some("null")),
        _ => quote!(::core::option::Option::None),
    };
    let count = branches.len() + usize::from(target.attributes.null_at.is_some());
    let decodes = arms(target, branches, false);
    let resolved = arms(target, branches, true);
    target.implement(&Parts {
        min_size: quote!(1),
        empty,
        is_union: quote!(true),
        write_schema: write_schema(target, branches),
        encode: encode(target, branches),
        decode: quote! {
            match cursor.index(#count)? { #(#decodes)* }
        },
        decode_with: quote! {
            let (index, resolution) = resolution.branch(cursor)?;
            match index { #(#resolved)* }
        },
    })
}

fn write_schema(target: &Target<'_>, branches: &[Branch<'_>]) -> TokenStream {
    let private = &target.private;
    // What a module writes is no union, and its type may be no Avro type.
    let types = branches
        .iter()
        .filter(|branch| branch.attributes.field.with.is_none())
        .filter_map(|branch| branch.value);
    let mut writes: Vec<TokenStream> = branches
        .iter()
        .map(|branch| match branch.value {
            None => quote!(#private::SchemaWriter::null),
            Some(ty) => target
                .value(ty, &branch.attributes.field)
                .annotated_schema(),
        })
        .collect();
    if let Some(null) = target.attributes.null_at {
        writes.insert(null, quote!(#private::SchemaWriter::null));
    }
    quote! {
        #(const {
            ::core::assert!(
                !<#types as #private::AvroType>::IS_UNION,
                "a union cannot hold a union: put the branches of the inner enum or Option here"
            );
        })*
        schema.union(&[#(#writes),*]);
    }
}

fn encode(target: &Target<'_>, branches: &[Branch<'_>]) -> TokenStream {
    let arms = branches.iter().enumerate().map(|(number, branch)| {
        let ident = branch.ident;
        let number = place(target, number);
        match branch.value {
            None => quote! {
                Self::#ident => {
                    encoder.index(#number);
                    ::core::result::Result::Ok(())
                }
            },
            Some(ty) => {
                let encode = target.value(ty, &branch.attributes.field).encode();
                quote! {
                    Self::#ident(value) => {
                        encoder.index(#number);
                        #encode(value, encoder)
                    }
                }
            }
        }
    });
    quote!(match self { #(#arms)* })
}

/// The numbers are below the count: the last arm takes what is left.
fn arms(target: &Target<'_>, branches: &[Branch<'_>], is_resolved: bool) -> Vec<TokenStream> {
    let last = branches.len().saturating_sub(1);
    let arm = |(number, branch): (usize, &Branch<'_>)| {
        let ident = branch.ident;
        let pattern = match number == last {
            true => quote!(_),
            false => {
                let number = place(target, number);
                quote!(#number)
            }
        };
        let Some(ty) = branch.value else {
            return quote!(#pattern => ::core::result::Result::Ok(Self::#ident),);
        };
        let value = target.value(ty, &branch.attributes.field);
        let read = match is_resolved {
            true => {
                let decode_with = value.decode_with();
                quote!(#decode_with(cursor, resolution))
            }
            false => {
                let decode = value.decode();
                quote!(#decode(cursor))
            }
        };
        quote!(#pattern => #read.map(Self::#ident),)
    };
    let private = &target.private;
    let null = target.attributes.null_at.map(|null| {
        quote!(#null => ::core::result::Result::Err(#private::Resolution::null_without_place()),)
    });
    null.into_iter()
        .chain(branches.iter().enumerate().map(arm))
        .collect()
}
