use proc_macro2::TokenStream;
use quote::quote;
use syn::{FieldsUnnamed, Result};

use crate::attribute::Field;
use crate::record::check_fixed;
use crate::target::{Parts, Target};

/// A struct with one unnamed field: as the field, and without a name of its own.
pub(crate) fn derive(target: &Target<'_>, fields: &FieldsUnnamed) -> Result<TokenStream> {
    let mut all = fields.unnamed.iter();
    let (Some(field), None) = (all.next(), all.next()) else {
        return Err(syn::Error::new_spanned(
            fields,
            "a tuple struct with one field is as that field; with more, its fields need the names \
             that Avro's records have: struct Name { first: …, second: … }",
        ));
    };
    let attributes = Field::parse(&field.attrs)?;
    check_fixed(&field.ty, &attributes)?;
    let (private, ty) = (&target.private, &field.ty);
    let value = target.value(ty, &attributes);
    let (encode, decode, decode_with) = (value.encode(), value.decode(), value.decode_with());
    let (write, (logical, fixed)) = (value.write_schema(), value.annotations());
    let write_schema = match attributes.logical.is_none() && attributes.fixed.is_none() {
        true => quote!(#write(schema);),
        false => quote!(schema.annotated(#logical, #fixed, #write);),
    };
    let (empty, is_union) = match attributes.with {
        None => (
            quote!(<#ty as #private::AvroType>::EMPTY),
            quote!(<#ty as #private::AvroType>::IS_UNION),
        ),
        Some(crate::attribute::With::NullLast) => {
            (quote!(::core::option::Option::None), quote!(true))
        }
        Some(_) => (quote!(::core::option::Option::None), quote!(false)),
    };
    Ok(target.implement(&Parts {
        min_size: value.min_size(),
        empty,
        is_union,
        write_schema,
        encode: quote!(#encode(&self.0, encoder)),
        decode: quote!(#decode(cursor).map(Self)),
        decode_with: quote!(#decode_with(cursor, resolution).map(Self)),
    }))
}
