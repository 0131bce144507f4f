//! Generates the messages and records that the tests send, as a user's build.rs would.

fn main() -> Result<(), wireform_build::Error> {
    wireform_build::avsc()
        .borrowed(true)
        .compile(&["../schemas/orders-value/v2.avsc"])?;
    wireform_build::protos()
        .include("../proto")
        .include("interop")
        .compile(&[
            "shop/orders/v1/order.proto",
            "nested.proto",
            "kinds.proto",
            "legacy.proto",
            "edges.proto",
        ])
}
