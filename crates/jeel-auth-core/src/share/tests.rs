//! Each detail of the protocol, one at a time. The exploration looks at all of them together.

mod budget;
mod hostile;
mod leases;
mod patience;
mod publishing;
mod rejection;
mod world;
