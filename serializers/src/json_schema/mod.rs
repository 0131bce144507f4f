#![doc = include_str!("json_schema.md")]

mod codec;
mod policy;
mod texts;
mod tree;
mod validator;

pub use self::codec::JsonSchema;
pub use self::policy::{ReadSchema, Validation, ViolationHook};
