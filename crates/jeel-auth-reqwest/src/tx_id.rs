//! The id that Jeel's support asks for.

/// Jeel's `tx_id`, which every response of its servers carries and its support asks for.
pub trait TxId: sealed::Sealed {
    /// The `tx_id`, if there is one and it is visible ASCII.
    fn tx_id(&self) -> Option<&str>;
}

impl TxId for reqwest::Response {
    fn tx_id(&self) -> Option<&str> {
        self.headers().get("tx_id")?.to_str().ok()
    }
}

/// That of the token endpoint's response, where the error is for want of a token.
#[cfg(feature = "middleware")]
impl TxId for reqwest_middleware::Error {
    fn tx_id(&self) -> Option<&str> {
        crate::JeelAuth::token_error(self)?.tx_id()
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for reqwest::Response {}
    #[cfg(feature = "middleware")]
    impl Sealed for reqwest_middleware::Error {}
}
