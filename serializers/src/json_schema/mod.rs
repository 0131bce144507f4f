#![doc = include_str!("json_schema.md")]

mod codec;
mod diff;
mod pattern;
mod policy;
mod rules;
mod texts;
mod tree;
mod validator;

pub use self::codec::JsonSchema;
pub use self::policy::{ReadSchema, Validation, ViolationHook};
pub use self::rules::JsonSchemaRules;
