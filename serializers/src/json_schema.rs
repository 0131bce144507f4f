#![doc = include_str!("json_schema/json_schema.md")]
#![cfg_attr(feature = "schemars", doc = include_str!("json_schema/derived.md"))]

mod bounds;
mod codec;
#[cfg(feature = "schemars")]
mod derived;
mod diff;
#[cfg(feature = "dynamic")]
mod dynamic;
mod language;
mod pattern;
mod policy;
mod rules;
mod texts;
mod tree;
mod union;
mod validator;

#[cfg(test)]
mod tests;

pub use self::codec::JsonSchema;
pub use self::policy::{ReadSchema, Validation, ViolationHook};
pub use self::rules::JsonSchemaRules;
