//! Generates Rust from the contracts, as a user's build.rs would.

fn main() -> Result<(), wireform_build::Error> {
    wireform_build::protos()
        .include("../../proto")
        .compile(&["shop/orders/v1/order.proto"])
}
