//! Each detail of the protocol.
