use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{FieldsNamed, Ident, Result, Type};

use crate::attribute::Field;
use crate::name::named;
use crate::target::{Parts, Target, option};

/// A field of the struct, and what its attributes say.
struct RecordField<'i> {
    ident: &'i Ident,
    ty: &'i Type,
    name: String,
    attributes: Field,
}

/// A struct with named fields: a record.
pub(crate) fn derive(target: &Target<'_>, fields: &FieldsNamed) -> Result<TokenStream> {
    let mut parsed: Vec<RecordField<'_>> = Vec::new();
    for field in &fields.named {
        let Some(ident) = &field.ident else { continue };
        let attributes = Field::parse(&field.attrs)?;
        let name = named(
            ident,
            attributes.rename.as_ref(),
            target.attributes.rename_all,
        )?;
        if parsed.iter().any(|other| other.name == name) {
            let message = format!("a second field called {name:?}");
            return Err(syn::Error::new(ident.span(), message));
        }
        check_fixed(&field.ty, &attributes)?;
        parsed.push(RecordField {
            ident,
            ty: &field.ty,
            name,
            attributes,
        });
    }
    Ok(code(target, &parsed))
}

/// A struct without fields: a record without fields.
pub(crate) fn derive_empty(target: &Target<'_>) -> Result<TokenStream> {
    Ok(code(target, &[]))
}

/// A byte array is a `fixed`, and has a name.
pub(crate) fn check_fixed(ty: &Type, attributes: &Field) -> Result<()> {
    let is_bytes = matches!(ty, Type::Array(array) if matches!(&*array.elem, Type::Path(path) if path.path.is_ident("u8")));
    if is_bytes && attributes.fixed.is_none() && attributes.with.is_none() {
        return Err(syn::Error::new_spanned(
            ty,
            "a byte array is an Avro fixed, which has a name: #[avro(fixed = \"Name\")]",
        ));
    }
    Ok(())
}

fn code(target: &Target<'_>, fields: &[RecordField<'_>]) -> TokenStream {
    let min_sizes = fields
        .iter()
        .map(|field| target.value(field.ty, &field.attributes).min_size());
    let parts = Parts {
        min_size: quote!(0 #(+ #min_sizes)*),
        empty: quote!(::core::option::Option::None),
        is_union: quote!(false),
        write_schema: write_schema(target, fields),
        encode: encode(target, fields),
        decode: decode(target, fields),
        decode_with: decode_with(target, fields),
    };
    let implementations = target.implement(&parts);
    let private = &target.private;
    let ident = &target.input.ident;
    let (params, arguments, clause) = target.generics.split();
    let full_name = match target.attributes.namespace.as_deref() {
        None | Some("") => target.name.clone(),
        Some(namespace) => format!("{namespace}.{}", target.name),
    };
    quote! {
        #implementations

        #[automatically_derived]
        impl #params #private::AvroRecord for #ident #arguments #clause {
            const FULL_NAME: &'static str = #full_name;
        }
    }
}

fn write_schema(target: &Target<'_>, fields: &[RecordField<'_>]) -> TokenStream {
    let private = &target.private;
    let head = target.head();
    let fields_var = match fields.is_empty() {
        true => quote!(_fields),
        false => quote!(fields),
    };
    let fields = fields.iter().map(|field| {
        let value = target.value(field.ty, &field.attributes);
        let (write, default) = (value.write_schema(), value.default());
        let (logical, fixed) = value.annotations();
        let name = &field.name;
        let aliases = &field.attributes.aliases;
        let doc = field.attributes.doc.as_deref();
        let doc = option(doc.filter(|_| !target.attributes.no_doc));
        quote! {
            fields.field(
                &#private::FieldHead {
                    name: #name,
                    aliases: &[#(#aliases),*],
                    doc: #doc,
                    default: #default,
                    logical: #logical,
                    fixed: #fixed,
                },
                #write,
            );
        }
    });
    quote! {
        schema.record::<Self>(&#head, |#fields_var| {
            #(#fields)*
        });
    }
}

fn encode(target: &Target<'_>, fields: &[RecordField<'_>]) -> TokenStream {
    let encoder = match fields.is_empty() {
        true => quote!(_encoder),
        false => quote!(encoder),
    };
    let fields = fields.iter().map(|field| {
        let encode = target.value(field.ty, &field.attributes).encode();
        let RecordField { ident, name, .. } = field;
        quote! {
            if let ::core::result::Result::Err(error) = #encode(&self.#ident, encoder) {
                return ::core::result::Result::Err(error.at(#name));
            }
        }
    });
    quote! {
        encoder.record(|#encoder| {
            #(#fields)*
            ::core::result::Result::Ok(())
        })
    }
}

fn decode(target: &Target<'_>, fields: &[RecordField<'_>]) -> TokenStream {
    let places = places(fields);
    let idents = fields.iter().map(|field| field.ident);
    let reads = fields.iter().zip(&places).map(|(field, place)| {
        let decode = target.value(field.ty, &field.attributes).decode();
        let name = &field.name;
        quote! {
            let #place = match #decode(cursor) {
                ::core::result::Result::Ok(value) => value,
                ::core::result::Result::Err(error) => {
                    return ::core::result::Result::Err(error.at(#name));
                }
            };
        }
    });
    quote! {
        cursor.enter()?;
        #(#reads)*
        cursor.leave();
        ::core::result::Result::Ok(Self { #(#idents: #places),* })
    }
}

fn decode_with(target: &Target<'_>, fields: &[RecordField<'_>]) -> TokenStream {
    let private = &target.private;
    let places = places(fields);
    let idents = fields.iter().map(|field| field.ident);
    let types = fields.iter().map(|field| field.ty);
    let arms = arms(target, fields, &places);
    let takes = places.iter().map(|place| {
        quote! {
            match #place {
                ::core::option::Option::Some(value) => value,
                ::core::option::Option::None => {
                    return ::core::result::Result::Err(#private::RecordFields::misfit());
                }
            }
        }
    });
    let straight = straight(target, fields, &places);
    quote! {
        let resolution = #straight;
        resolution.reordered(cursor, |cursor, mut fields| {
            #(let mut #places: ::core::option::Option<#types> = ::core::option::Option::None;)*
            while let ::core::option::Option::Some(field) = fields.next(cursor)? {
                match field.field {
                    #(#arms)*
                    _ => return ::core::result::Result::Err(#private::RecordFields::misfit()),
                }
            }
            ::core::result::Result::Ok(Self { #(#idents: #takes),* })
        })
    }
}

/// The arms that read a field by its number.
fn arms(target: &Target<'_>, fields: &[RecordField<'_>], places: &[Ident]) -> Vec<TokenStream> {
    let arms = numbered(fields, places).map(|(number, field, place)| {
        let (decode, decode_with) = decoders(target, field);
        let name = &field.name;
        quote! {
            #number => match field.source.read(cursor, #decode, #decode_with) {
                ::core::result::Result::Ok(value) => {
                    #place = ::core::option::Option::Some(value);
                }
                ::core::result::Result::Err(error) => {
                    return ::core::result::Result::Err(error.at(#name));
                }
            },
        }
    });
    arms.collect()
}

/// Reads the fields one after the other, where the writer has them in the reader's order.
fn straight(target: &Target<'_>, fields: &[RecordField<'_>], places: &[Ident]) -> TokenStream {
    let count = fields.len();
    let idents = fields.iter().map(|field| field.ident);
    let reads = numbered(fields, places).map(|(number, field, place)| {
        let (decode, decode_with) = decoders(target, field);
        let empty = target.value(field.ty, &field.attributes).empty_default();
        let name = &field.name;
        quote! {
            let #place = match line.read(#number, cursor, #empty, #decode, #decode_with) {
                ::core::result::Result::Ok(value) => value,
                ::core::result::Result::Err(error) => {
                    return ::core::result::Result::Err(error.at(#name));
                }
            };
        }
    });
    quote! {
        match resolution.straight::<#count>(cursor)? {
            ::core::result::Result::Ok(line) => {
                #(#reads)*
                line.finish(cursor)?;
                return ::core::result::Result::Ok(Self { #(#idents: #places),* });
            }
            ::core::result::Result::Err(resolution) => resolution,
        }
    }
}

/// The fields with their numbers and the variables that their values are read into.
fn numbered<'f>(
    fields: &'f [RecordField<'f>],
    places: &'f [Ident],
) -> impl Iterator<Item = (usize, &'f RecordField<'f>, &'f Ident)> {
    let pairs = fields.iter().zip(places).enumerate();
    pairs.map(|(number, (field, place))| (number, field, place))
}

/// The functions that read a field as the reader writes it, and by a resolution.
fn decoders(target: &Target<'_>, field: &RecordField<'_>) -> (TokenStream, TokenStream) {
    let value = target.value(field.ty, &field.attributes);
    (value.decode(), value.decode_with())
}

fn places(fields: &[RecordField<'_>]) -> Vec<Ident> {
    (0..fields.len())
        .map(|number| format_ident!("field_{number}"))
        .collect()
}
