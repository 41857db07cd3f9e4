//! Which body encoding the server reads, settled by evidence.

use crate::error::ResponseFacts;
use crate::request::BodyEncoding;

/// How the cache chooses the encoding of its requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EncodingChoice {
    /// Multipart first, as Jeel's API documentation says, and the other when that is refused. The
    /// default. A server that takes only the other costs one extra request in a cache's life.
    #[default]
    Auto,
    /// This one, always.
    Always(BodyEncoding),
}

/// The evidence so far.
///
/// No response says "wrong encoding" reliably: a server that did not read the body answers as if the
/// fields were missing, which looks just like bad credentials. So only a token proves an encoding,
/// and a refusal counts only once both were tried.
#[derive(Clone, Debug)]
pub(crate) struct Encoding {
    auto: bool,
    /// The one the next request uses.
    next: BodyEncoding,
    proven: bool,
    /// The refusal of the other encoding, met since the last outcome.
    refused: Option<ResponseFacts>,
    /// Denials since the last token or new credentials.
    denials: u32,
}

/// What a refusal comes to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It may be the encoding: try the other at once.
    TryOther,
    /// It is a denial: the `number`th in a row, with the refusal of the other encoding if it was
    /// tried.
    Denial { number: u32, first: Option<ResponseFacts> },
}

impl Encoding {
    pub(crate) const fn new(choice: EncodingChoice) -> Self {
        let (auto, next) = match choice {
            EncodingChoice::Auto => (true, BodyEncoding::Multipart),
            EncodingChoice::Always(encoding) => (false, encoding),
        };
        Self { auto, next, proven: false, refused: None, denials: 0 }
    }

    /// The encoding of the next request.
    pub(crate) const fn next(&self) -> BodyEncoding {
        self.next
    }

    /// The encoding that brought a token and has not been put in doubt since.
    pub(crate) const fn proven(&self) -> Option<BodyEncoding> {
        if self.proven { Some(self.next) } else { None }
    }

    /// A token came for a request in this encoding.
    pub(crate) fn on_token(&mut self, encoding: BodyEncoding) {
        self.next = if self.auto { encoding } else { self.next };
        self.proven = true;
        self.refused = None;
        self.denials = 0;
    }

    /// A refusal came that time alone would not cure.
    pub(crate) fn on_refusal(&mut self, response: ResponseFacts) -> Refusal {
        // Servers get replaced: a second denial in a row puts a proven encoding in doubt, and a 415
        // (RFC 9110 §15.5.16) speaks of nothing but the encoding.
        if self.denials > 0 || response.status == 415 {
            self.proven = false;
        }
        let undecided = self.auto && !self.proven;
        if undecided && self.refused.is_none() {
            self.next = response.encoding.other();
            self.refused = Some(response);
            return Refusal::TryOther;
        }
        if undecided {
            // The next round begins where this one did: with the one that was proven, if any.
            self.next = response.encoding.other();
        }
        self.denials = self.denials.saturating_add(1);
        Refusal::Denial { number: self.denials, first: self.refused.take() }
    }

    /// A failure came that time may cure: alternate while nothing is proven, for some servers
    /// answer 500 to one encoding for ever. It costs no extra request.
    pub(crate) fn on_passing_failure(&mut self) {
        if self.auto && !self.proven {
            self.next = self.next.other();
            self.refused = None;
        }
    }

    /// Earlier denials were of other credentials.
    pub(crate) fn on_new_credentials(&mut self) {
        self.refused = None;
        self.denials = 0;
    }
}

#[cfg(test)]
impl Encoding {
    /// Everything that can still matter.
    pub(super) fn key(&self) -> (BodyEncoding, bool, bool, u32) {
        (self.next, self.proven, self.refused.is_some(), self.denials.min(3))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use BodyEncoding::{Multipart, UrlEncoded};

    fn response(encoding: BodyEncoding, status: u16) -> ResponseFacts {
        ResponseFacts { encoding, status, code: None, tx_id: None, location_host: None }
    }

    fn refuse(encoding: &mut Encoding, status: u16) -> Refusal {
        encoding.on_refusal(response(encoding.next(), status))
    }

    #[test]
    fn auto_tries_multipart_then_the_other_and_a_token_settles_it() {
        let mut encoding = Encoding::new(EncodingChoice::Auto);
        assert_eq!(encoding.next(), Multipart);
        assert_eq!(refuse(&mut encoding, 401), Refusal::TryOther);
        assert_eq!((encoding.next(), encoding.proven()), (UrlEncoded, None));
        encoding.on_token(UrlEncoded);
        assert_eq!(encoding.proven(), Some(UrlEncoded));
        encoding.on_passing_failure();
        assert_eq!(encoding.next(), UrlEncoded, "a proven one does not alternate");
    }

    #[test]
    fn both_refused_is_one_denial_that_names_both() {
        let mut encoding = Encoding::new(EncodingChoice::Auto);
        refuse(&mut encoding, 401);
        let first = Some(response(Multipart, 401));
        assert_eq!(refuse(&mut encoding, 400), Refusal::Denial { number: 1, first: first.clone() });
        assert_eq!(encoding.next(), Multipart);
        refuse(&mut encoding, 401);
        assert_eq!(refuse(&mut encoding, 400), Refusal::Denial { number: 2, first });
    }

    #[test]
    fn a_proven_encoding_is_doubted_at_the_second_denial_in_a_row() {
        let mut encoding = Encoding::new(EncodingChoice::Auto);
        encoding.on_token(Multipart);
        assert_eq!(refuse(&mut encoding, 401), Refusal::Denial { number: 1, first: None });
        assert_eq!(encoding.proven(), Some(Multipart));
        assert_eq!(refuse(&mut encoding, 401), Refusal::TryOther);
        let first = Some(response(Multipart, 401));
        assert_eq!(refuse(&mut encoding, 401), Refusal::Denial { number: 2, first });
        assert_eq!(encoding.next(), Multipart, "the once proven one goes first again");
    }

    #[test]
    fn new_credentials_wipe_the_denials_of_the_old() {
        let mut encoding = Encoding::new(EncodingChoice::Auto);
        encoding.on_token(Multipart);
        refuse(&mut encoding, 401);
        encoding.on_new_credentials();
        assert_eq!(refuse(&mut encoding, 401), Refusal::Denial { number: 1, first: None });
    }

    #[test]
    fn one_415_puts_a_proven_encoding_in_doubt() {
        let mut encoding = Encoding::new(EncodingChoice::Auto);
        encoding.on_token(Multipart);
        assert_eq!(refuse(&mut encoding, 415), Refusal::TryOther);
        assert_eq!(encoding.next(), UrlEncoded);
    }

    #[test]
    fn passing_failures_alternate_while_nothing_is_proven() {
        let mut encoding = Encoding::new(EncodingChoice::Auto);
        encoding.on_passing_failure();
        assert_eq!(encoding.next(), UrlEncoded);
        encoding.on_passing_failure();
        assert_eq!(encoding.next(), Multipart);
    }

    #[test]
    fn a_chosen_encoding_is_never_left() {
        let mut encoding = Encoding::new(EncodingChoice::Always(UrlEncoded));
        for number in 1..4 {
            assert_eq!(refuse(&mut encoding, 415), Refusal::Denial { number, first: None });
            encoding.on_passing_failure();
            assert_eq!(encoding.next(), UrlEncoded);
        }
    }
}
