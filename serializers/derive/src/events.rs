//! `#[derive(Events)]`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Data, DeriveInput, Fields, Path, Result, Type, Variant};

/// The code for a `#[derive(Events)]`.
pub(crate) fn derive(input: &DeriveInput) -> Result<TokenStream> {
    let Data::Enum(data) = &input.data else {
        return Err(syn::Error::new_spanned(
            input,
            "#[derive(Events)] is for enums: a variant for each kind of event",
        ));
    };
    if !input.generics.params.is_empty() {
        return Err(syn::Error::new_spanned(
            &input.generics,
            "#[derive(Events)] takes no parameters: what is read is owned, and each event has one \
             schema",
        ));
    }
    let container = Attributes::parse(&input.attrs)?;
    if let Some(other) = container.other {
        return Err(syn::Error::new_spanned(
            other,
            "`other` belongs to a variant",
        ));
    }
    let root = match &container.root {
        Some(path) => quote!(#path),
        None => quote!(::wireform),
    };
    let mut code = Code::default();
    for variant in &data.variants {
        code.add(variant, &container, &root)?;
    }
    Ok(code.finish(input, &root))
}

#[derive(Default)]
struct Code {
    /// The arms of `variant`.
    arms: Vec<TokenStream>,
    /// The calls in `events`.
    calls: Vec<TokenStream>,
    events: usize,
    has_other: bool,
}

impl Code {
    fn add(&mut self, variant: &Variant, container: &Attributes, root: &TokenStream) -> Result<()> {
        let attributes = Attributes::parse(&variant.attrs)?;
        let (ident, payload) = (&variant.ident, payload(variant)?);
        if let Some(path) = &attributes.root {
            return Err(syn::Error::new_spanned(path, "`crate` belongs to the enum"));
        }
        if let Some(other) = &attributes.other {
            return self.add_other(variant, &attributes, other);
        }
        let codec = attributes.codec.as_ref().or(container.codec.as_ref());
        let Some(codec) = codec else {
            return Err(syn::Error::new_spanned(
                variant,
                "which codec? #[events(codec = Avro)] on the enum or the variant, or \
                 #[events(with = function)] with one that returns it in a `Result`",
            ));
        };
        let codec = match codec {
            Codec::Default(path) => {
                quote!(<#path<#payload> as ::core::default::Default>::default())
            }
            Codec::With(path) => quote!(#path()?),
        };
        let place = self.events;
        self.events += 1;
        self.arms.push(quote! {
            Self::#ident(_) => ::core::option::Option::Some(#place),
        });
        self.calls.push(quote! {
            #root::events::EventList::add::<#payload, _>(
                list,
                #codec,
                |event| match event {
                    Self::#ident(payload) => ::core::option::Option::Some(payload),
                    #[allow(unreachable_patterns)]
                    _ => ::core::option::Option::None,
                },
                Self::#ident,
            )?;
        });
        Ok(())
    }

    fn add_other(
        &mut self,
        variant: &Variant,
        attributes: &Attributes,
        other: &Path,
    ) -> Result<()> {
        if self.has_other {
            let message = "there can be one variant for other events";
            return Err(syn::Error::new_spanned(other, message));
        }
        if attributes.codec.is_some() {
            let message = "the variant for other events has no codec: it holds their bytes";
            return Err(syn::Error::new_spanned(variant, message));
        }
        self.has_other = true;
        let ident = &variant.ident;
        self.arms
            .push(quote!(Self::#ident(_) => ::core::option::Option::None,));
        self.calls
            .push(quote!(list.other(|event| Self::#ident(::core::convert::From::from(event)));));
        Ok(())
    }

    fn finish(self, input: &DeriveInput, root: &TokenStream) -> TokenStream {
        let ident = &input.ident;
        let Self { arms, calls, .. } = self;
        // An enum without variants has no values.
        let body = match arms.is_empty() {
            true => quote!(match *self {}),
            false => quote!(match self { #(#arms)* }),
        };
        quote! {
            #[automatically_derived]
            impl #root::events::Events for #ident {
                fn variant(&self) -> ::core::option::Option<usize> {
                    #body
                }

                #[allow(unused_variables)]
                fn events(list: &mut #root::events::EventList<Self>) -> #root::Result<()> {
                    #(#calls)*
                    ::core::result::Result::Ok(())
                }
            }
        }
    }
}

/// What a variant holds.
fn payload(variant: &Variant) -> Result<&Type> {
    if let Fields::Unnamed(fields) = &variant.fields {
        let mut all = fields.unnamed.iter();
        if let (Some(field), None) = (all.next(), all.next()) {
            return Ok(&field.ty);
        }
    }
    Err(syn::Error::new_spanned(
        variant,
        "an event holds one record, the type that has the schema: OrderPlaced(OrderPlaced)",
    ))
}

enum Codec {
    /// A codec that needs nothing but the type.
    Default(Path),
    /// A function that makes one.
    With(Path),
}

#[derive(Default)]
struct Attributes {
    codec: Option<Codec>,
    other: Option<Path>,
    root: Option<Path>,
}

impl Attributes {
    fn parse(attributes: &[Attribute]) -> Result<Self> {
        let mut parsed = Self::default();
        for attribute in attributes {
            if attribute.path().is_ident("events") {
                attribute.parse_nested_meta(|meta| parsed.take(&meta))?;
            }
        }
        Ok(parsed)
    }

    fn take(&mut self, meta: &syn::meta::ParseNestedMeta<'_>) -> Result<()> {
        let is = |name: &str| meta.path.is_ident(name);
        if is("codec") || is("with") {
            let path: Path = meta.value()?.parse()?;
            let codec = if is("codec") {
                Codec::Default(path)
            } else {
                Codec::With(path)
            };
            return match self.codec.replace(codec) {
                None => Ok(()),
                Some(_) => Err(meta.error("one of `codec` and `with`, once")),
            };
        }
        if is("other") {
            self.other = Some(meta.path.clone());
            return Ok(());
        }
        if is("crate") {
            self.root = Some(meta.value()?.parse()?);
            return Ok(());
        }
        Err(meta.error("expected `codec = Type`, `with = function`, `other` or `crate = path`"))
    }
}
