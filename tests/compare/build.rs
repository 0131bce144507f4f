//! Generates the types of the `wireform generated` rows, as a user's build script would.

use wireform_build::{Error, avsc, protos};

fn main() -> Result<(), Error> {
    for name in ["order", "new_order"] {
        avsc()
            .file_name(format!("{name}.rs"))
            .borrowed(true)
            .compile(&[format!("schemas/{name}.avsc")])?;
    }
    protos()
        .include("../../proto")
        .compile(&["shop/orders/v1/order.proto"])
}
