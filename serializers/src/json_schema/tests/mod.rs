mod codec;
mod hostile;
mod limits;
