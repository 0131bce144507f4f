use proc_macro2::TokenStream;
use quote::quote;
use syn::{GenericParam, Result, WhereClause};

/// The lifetimes of a type; other parameters are refused.
pub(crate) struct Generics<'i>(&'i syn::Generics);

impl<'i> Generics<'i> {
    pub(crate) fn new(generics: &'i syn::Generics) -> Result<Self> {
        for parameter in &generics.params {
            if !matches!(parameter, GenericParam::Lifetime(_)) {
                return Err(syn::Error::new_spanned(
                    parameter,
                    "#[derive(Avro)] takes lifetimes only: an Avro name stands for one schema, so \
                     a type with parameters has none; derive it for a type without them",
                ));
            }
        }
        Ok(Self(generics))
    }

    /// Parameters, arguments, and the where clause.
    pub(crate) fn split(&self) -> (TokenStream, TokenStream, Option<&'i WhereClause>) {
        let (params, arguments, clause) = self.0.split_for_impl();
        (quote!(#params), quote!(#arguments), clause)
    }

    /// The parameters, and `'__de`, which outlives them all.
    pub(crate) fn with_de(&self) -> TokenStream {
        let params = self.0.params.iter();
        let lifetimes = self.0.lifetimes().map(|param| &param.lifetime);
        match self.0.params.is_empty() {
            true => quote!(<'__de>),
            false => quote!(<'__de: #(#lifetimes)+*, #(#params),*>),
        }
    }

    /// The arguments, each `'__datum`.
    pub(crate) fn all_datum(&self) -> Option<TokenStream> {
        let lifetimes = self.0.params.iter().map(|_| quote!('__datum));
        (!self.0.params.is_empty()).then(|| quote!(<#(#lifetimes),*>))
    }
}
