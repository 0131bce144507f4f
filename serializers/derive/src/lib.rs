//! Derive macros of [wireform](https://docs.rs/wireform): use them through its feature `derive`.

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

mod attribute;
mod enumeration;
mod events;
mod generics;
mod json;
mod name;
mod newtype;
mod record;
mod target;
mod union;

/// Gives a type an Avro schema, and straight-line code that writes and reads it.
#[doc = include_str!("avro.md")]
#[proc_macro_derive(Avro, attributes(avro))]
pub fn derive_avro(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    target::derive(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

/// Makes an enum the events of a topic: a schema for each variant, told apart by its name.
#[doc = include_str!("events.md")]
#[proc_macro_derive(Events, attributes(events))]
pub fn derive_events(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    events::derive(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}
