use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DataEnum, DeriveInput, Fields, Result, Type};

use crate::attribute::{Container, Field};
use crate::generics::Generics;
use crate::name::type_name;
use crate::{enumeration, newtype, record, union};

/// What all the generated code of one type shares.
pub(crate) struct Target<'i> {
    pub(crate) input: &'i DeriveInput,
    pub(crate) attributes: Container,
    pub(crate) generics: Generics<'i>,
    /// The Avro name, without namespace.
    pub(crate) name: String,
    /// `::wireform::__private`
    pub(crate) private: TokenStream,
    /// `::wireform::Result`
    pub(crate) result: TokenStream,
}

/// The code for a `#[derive(Avro)]`.
pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let attributes = Container::parse(&input.attrs)?;
    let generics = Generics::new(&input.generics)?;
    let name = type_name(&input.ident, attributes.rename.as_ref())?;
    let root = match &attributes.root {
        Some(path) => quote!(#path),
        None => quote!(::wireform),
    };
    let target = Target {
        input,
        attributes,
        generics,
        name,
        private: quote!(#root::__private),
        result: quote!(#root::Result),
    };
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => record::derive(&target, fields),
            Fields::Unnamed(fields) => newtype::derive(&target, fields),
            Fields::Unit => record::derive_empty(&target),
        },
        Data::Enum(data) if is_enumeration(&target, data) => enumeration::derive(&target, data),
        Data::Enum(data) => union::derive(&target, data),
        Data::Union(_) => Err(syn::Error::new_spanned(
            input,
            "#[derive(Avro)] is for structs and enums; an untagged union has no Avro type",
        )),
    }
}

/// An Avro enum, and no union.
fn is_enumeration(target: &Target<'_>, data: &DataEnum) -> bool {
    let Container {
        is_union, null_at, ..
    } = target.attributes;
    let is_unit = |variant: &syn::Variant| matches!(variant.fields, Fields::Unit);
    !is_union && null_at.is_none() && data.variants.iter().all(is_unit)
}

/// The parts of the code that every kind of type has.
pub(crate) struct Parts {
    pub(crate) min_size: TokenStream,
    pub(crate) empty: TokenStream,
    pub(crate) is_union: TokenStream,
    pub(crate) write_schema: TokenStream,
    pub(crate) encode: TokenStream,
    pub(crate) decode: TokenStream,
    pub(crate) decode_with: TokenStream,
}

impl Target<'_> {
    /// The implementations.
    pub(crate) fn implement(&self, parts: &Parts) -> TokenStream {
        let implementations = [
            self.implement_type(parts),
            self.implement_encode(parts),
            self.implement_decode(parts),
            self.implement_borrow(),
        ];
        implementations.into_iter().collect()
    }

    fn implement_type(&self, parts: &Parts) -> TokenStream {
        let (private, ident) = (&self.private, &self.input.ident);
        let (params, arguments, clause) = self.generics.split();
        let null_at = self.attributes.null_at.map(|place| {
            quote!(const NULL_AT: ::core::option::Option<usize> = ::core::option::Option::Some(#place);)
        });
        let file = self.attributes.file.as_ref().map(|file| {
            quote! {
                const FILE: ::core::option::Option<&'static #private::AvscFile> =
                    ::core::option::Option::Some(&#file);
            }
        });
        let Parts {
            min_size,
            empty,
            is_union,
            write_schema,
            ..
        } = parts;
        quote! {
            #[automatically_derived]
            impl #params #private::AvroType for #ident #arguments #clause {
                const MIN_SIZE: usize = #min_size;
                const EMPTY: ::core::option::Option<&'static str> = #empty;
                const IS_UNION: bool = #is_union;
                #null_at
                #file

                fn write_schema(schema: &mut #private::SchemaWriter) {
                    #write_schema
                }
            }
        }
    }

    fn implement_encode(&self, Parts { encode, .. }: &Parts) -> TokenStream {
        let (private, result, ident) = (&self.private, &self.result, &self.input.ident);
        let (params, arguments, clause) = self.generics.split();
        quote! {
            #[automatically_derived]
            impl #params #private::AvroEncode for #ident #arguments #clause {
                #[inline]
                fn encode(&self, encoder: &mut #private::Encoder) -> #result<()> {
                    #encode
                }
            }
        }
    }

    fn implement_decode(&self, parts: &Parts) -> TokenStream {
        let (private, result, ident) = (&self.private, &self.result, &self.input.ident);
        let (_, arguments, clause) = self.generics.split();
        let de_params = self.generics.with_de();
        let Parts {
            decode,
            decode_with,
            ..
        } = parts;
        quote! {
            #[automatically_derived]
            impl #de_params #private::AvroDecode<'__de> for #ident #arguments #clause {
                #[inline]
                fn decode(cursor: &mut #private::Cursor<'__de>) -> #result<Self> {
                    #decode
                }

                #[inline]
                fn decode_with(
                    cursor: &mut #private::Cursor<'__de>,
                    resolution: #private::Resolution<'__de>,
                ) -> #result<Self> {
                    #decode_with
                }
            }
        }
    }

    fn implement_borrow(&self) -> TokenStream {
        let (private, ident) = (&self.private, &self.input.ident);
        let (params, arguments, clause) = self.generics.split();
        let datum_arguments = self.generics.all_datum();
        quote! {
            #[automatically_derived]
            impl #params #private::AvroBorrow for #ident #arguments #clause {
                type For<'__datum> = #ident #datum_arguments;
            }
        }
    }

    /// The head of a named type.
    pub(crate) fn head(&self) -> TokenStream {
        let Self { private, name, .. } = self;
        let namespace = option(self.attributes.namespace.as_deref());
        let doc = option(self.attributes.doc.as_deref());
        let aliases = &self.attributes.aliases;
        quote! {
            #private::TypeHead {
                name: #name,
                namespace: #namespace,
                aliases: &[#(#aliases),*],
                doc: #doc,
            }
        }
    }

    /// How the values of one field are written and read.
    pub(crate) fn value<'t>(&'t self, ty: &'t Type, attributes: &'t Field) -> Value<'t> {
        Value {
            target: self,
            ty,
            attributes,
        }
    }
}

/// The functions for one value: those of its type, or those of a `with` module.
pub(crate) struct Value<'t> {
    target: &'t Target<'t>,
    ty: &'t Type,
    attributes: &'t Field,
}

impl Value<'_> {
    pub(crate) fn min_size(&self) -> TokenStream {
        let Self { target, ty, .. } = self;
        let private = &target.private;
        match self.module() {
            Some(module) => quote!(#module::MIN_SIZE),
            None => quote!(<#ty as #private::AvroType>::MIN_SIZE),
        }
    }

    /// A `fn(&mut SchemaWriter)`.
    pub(crate) fn write_schema(&self) -> TokenStream {
        let Self { target, ty, .. } = self;
        let private = &target.private;
        match self.module() {
            Some(module) => quote!(#module::write_schema::<#ty>),
            None => quote!(<#ty as #private::AvroType>::write_schema),
        }
    }

    /// As [`write_schema`](Self::write_schema), with the attributes of the field.
    pub(crate) fn annotated_schema(&self) -> TokenStream {
        let write = self.write_schema();
        let (logical, fixed) = self.annotations();
        if self.attributes.logical.is_none() && self.attributes.fixed.is_none() {
            return write;
        }
        quote!(|schema| schema.annotated(#logical, #fixed, #write))
    }

    pub(crate) fn annotations(&self) -> (TokenStream, TokenStream) {
        (
            option(self.attributes.logical.as_deref()),
            option(self.attributes.fixed.as_deref()),
        )
    }

    pub(crate) fn encode(&self) -> TokenStream {
        let Self { target, ty, .. } = self;
        let private = &target.private;
        match self.module() {
            Some(module) => quote!(#module::encode),
            None => quote!(<#ty as #private::AvroEncode>::encode),
        }
    }

    pub(crate) fn decode(&self) -> TokenStream {
        let Self { target, ty, .. } = self;
        let private = &target.private;
        match self.module() {
            Some(module) => quote!(#module::decode),
            None => quote!(<#ty as #private::AvroDecode<'__de>>::decode),
        }
    }

    pub(crate) fn decode_with(&self) -> TokenStream {
        let Self { target, ty, .. } = self;
        let private = &target.private;
        match self.module() {
            Some(module) => quote!(#module::decode_with),
            None => quote!(<#ty as #private::AvroDecode<'__de>>::decode_with),
        }
    }

    /// A `fn() -> Option<T>`: the value of an empty default.
    pub(crate) fn empty_default(&self) -> TokenStream {
        let Self { target, ty, .. } = self;
        let private = &target.private;
        match self.module() {
            Some(_) => quote!(|| ::core::option::Option::None),
            None => quote!(<#ty as #private::AvroDecode<'__de>>::empty_default),
        }
    }

    /// The default as JSON: an `Option<&str>`.
    pub(crate) fn default(&self) -> TokenStream {
        let Self { target, ty, .. } = self;
        let private = &target.private;
        if let Some(json) = &self.attributes.default_json {
            return quote!(::core::option::Option::Some(#json));
        }
        match (self.attributes.default_empty, &self.attributes.with) {
            (true, Some(with)) if with.is_map() => quote!(::core::option::Option::Some("{}")),
            (true, _) => quote! {
                const {
                    match <#ty as #private::AvroType>::EMPTY {
                        ::core::option::Option::Some(empty) => ::core::option::Option::Some(empty),
                        ::core::option::Option::None => ::core::panic!(
                            "this type has no empty value: write #[avro(default = …)] with the value as JSON"
                        ),
                    }
                }
            },
            (false, None) if !self.attributes.no_default => quote! {
                if <#ty as #private::AvroType>::IS_UNION {
                    <#ty as #private::AvroType>::EMPTY
                } else {
                    ::core::option::Option::None
                }
            },
            (false, _) => quote!(::core::option::Option::None),
        }
    }

    fn module(&self) -> Option<TokenStream> {
        let with = self.attributes.with.as_ref()?;
        Some(with.path(&self.target.private))
    }
}

/// An `Option` of a literal.
pub(crate) fn option(value: Option<&str>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}
