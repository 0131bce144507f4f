mod codec;
#[cfg(feature = "schemars")]
mod derived;
mod hostile;
mod limits;
