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

/// The evidence about the encoding.
///
/// No response says "wrong encoding" reliably: a server that did not read the body answers as if the
/// fields were missing, which looks just like bad credentials. So only a token proves an encoding,
/// and a refusal counts only when both were tried.
#[derive(Clone, Debug)]
pub(super) struct Encoding {
    auto: bool,
    /// The one that brought the last token, or else the one that is tried first.
    preferred: BodyEncoding,
    /// The one the next request uses.
    next: BodyEncoding,
    /// Whether the preferred one brought a token and was not put in doubt since.
    proven: bool,
    /// Whether any ever brought a token.
    ever_proven: bool,
    /// The refusal of the other encoding, met since the last outcome.
    refused: Option<ResponseFacts>,
    /// Denials since the last token or other credentials.
    denials: u32,
    /// Failures since the last token that may be the encoding's, though it was proven.
    suspicious: u32,
}

/// What follows from a refusal.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It may be the encoding: try the other at once.
    TryOther,
    /// It is a denial: the `number`th in a row, with the refusal of the other encoding if it was
    /// tried.
    Denial { number: u32, first: Option<ResponseFacts> },
    /// The other encoding was tried on suspicion, beside a proven one. Its refusal says nothing
    /// about the credentials.
    OffTurn,
}

/// A proven encoding is suspected after this many failures in a row.
const SUSPECTED_AFTER: u32 = 3;

/// The same when the budget has fewer than two permits left: the next ones come slowly.
const SUSPECTED_EARLY_AFTER: u32 = 2;

impl Encoding {
    pub(super) const fn new(choice: EncodingChoice) -> Self {
        let (auto, preferred) = match choice {
            EncodingChoice::Auto => (true, BodyEncoding::Multipart),
            EncodingChoice::Always(encoding) => (false, encoding),
        };
        Self {
            auto,
            preferred,
            next: preferred,
            proven: false,
            ever_proven: false,
            refused: None,
            denials: 0,
            suspicious: 0,
        }
    }

    /// The encoding of the next request.
    pub(super) const fn next(&self) -> BodyEncoding {
        self.next
    }

    /// The encoding that brought a token and has not been put in doubt since.
    pub(super) const fn proven(&self) -> Option<BodyEncoding> {
        if self.proven { Some(self.preferred) } else { None }
    }

    /// Whether the configuration allows one encoding only.
    pub(crate) const fn is_fixed(&self) -> bool {
        !self.auto
    }

    /// A token came for a request in this encoding.
    pub(super) fn on_token(&mut self, encoding: BodyEncoding) {
        self.preferred = if self.auto { encoding } else { self.preferred };
        self.next = self.preferred;
        self.proven = true;
        self.ever_proven = true;
        self.refused = None;
        self.denials = 0;
        self.suspicious = 0;
    }

    /// A refusal came that time alone would not cure. It is one more denial in a row unless it is
    /// `uncounted`.
    pub(super) fn on_refusal(&mut self, response: ResponseFacts, uncounted: bool) -> Refusal {
        if self.auto && self.proven && response.encoding != self.preferred {
            self.next = self.preferred;
            return Refusal::OffTurn;
        }
        // Servers get replaced: a second denial in a row puts a proven encoding in doubt, and a 415
        // (RFC 9110 §15.5.16) speaks of nothing but the encoding.
        if (self.denials > 0 && !uncounted) || response.status == 415 {
            self.proven = false;
        }
        let undecided = self.auto && !self.proven;
        if undecided && self.refused.is_none() {
            return self.try_other(response);
        }
        if undecided {
            // The next round begins where this one did: with the one that was proven, if any.
            self.next = response.encoding.other();
        }
        if !uncounted || self.denials == 0 {
            self.denials = self.denials.saturating_add(1);
        }
        Refusal::Denial { number: self.denials, first: self.refused.take() }
    }

    /// A response came that is not the authorization server's: a proxy's, a firewall's. Returns the
    /// same for the other encoding, if that was tried, or asks to try it: only while no encoding was
    /// ever proven.
    pub(super) fn on_blocked(&mut self, response: ResponseFacts, scarce: bool) -> Refusal {
        if self.auto && !self.ever_proven {
            if self.refused.is_none() {
                return self.try_other(response);
            }
            self.next = response.encoding.other();
            return Refusal::Denial { number: 0, first: self.refused.take() };
        }
        self.on_failure(true, scarce);
        Refusal::Denial { number: 0, first: None }
    }

    /// Another failure came. While no encoding is proven the next try uses the other one: some servers
    /// answer 500 to one encoding for ever. Once one is proven, every second try does so after a few
    /// failures that may be the encoding's. Neither costs an extra request.
    ///
    /// `scarce` says that fewer than two permits are left.
    pub(super) fn on_failure(&mut self, may_be_the_encoding: bool, scarce: bool) {
        if !self.auto {
            return;
        }
        if !self.proven {
            self.next = self.next.other();
            self.refused = None;
            return;
        }
        if !may_be_the_encoding {
            return;
        }
        self.suspicious = self.suspicious.saturating_add(1);
        let enough = if scarce { SUSPECTED_EARLY_AFTER } else { SUSPECTED_AFTER };
        if self.suspicious >= enough {
            self.next = self.next.other();
        }
    }

    /// Earlier denials were of other credentials.
    pub(super) fn on_other_credentials(&mut self) {
        self.refused = None;
        self.denials = 0;
    }

    fn try_other(&mut self, response: ResponseFacts) -> Refusal {
        self.next = response.encoding.other();
        self.refused = Some(response);
        Refusal::TryOther
    }
}

#[cfg(test)]
impl Encoding {
    /// Everything that can still matter.
    pub(super) fn key(&self) -> String {
        let Self { next, preferred, proven, ever_proven, .. } = self;
        let (denials, suspicious) = (self.denials.min(3), self.suspicious.min(4));
        let refused = self.refused.is_some();
        format!("{next:?} {preferred:?} {proven} {ever_proven} {refused} {denials} {suspicious}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use BodyEncoding::{Multipart, UrlEncoded};

    fn response(encoding: BodyEncoding, status: u16) -> ResponseFacts {
        ResponseFacts::new(encoding, status)
    }

    fn refuse(encoding: &mut Encoding, status: u16) -> Refusal {
        encoding.on_refusal(response(encoding.next(), status), false)
    }

    #[test]
    fn auto_tries_multipart_then_the_other_and_a_token_settles_it() {
        let mut encoding = Encoding::new(EncodingChoice::Auto);
        assert_eq!(encoding.next(), Multipart);
        assert_eq!(refuse(&mut encoding, 401), Refusal::TryOther);
        assert_eq!((encoding.next(), encoding.proven()), (UrlEncoded, None));
        encoding.on_token(UrlEncoded);
        assert_eq!(encoding.proven(), Some(UrlEncoded));
        encoding.on_failure(true, false);
        assert_eq!(encoding.next(), UrlEncoded, "a proven one is kept at first");
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
        encoding.on_other_credentials();
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
    fn other_failures_alternate_while_nothing_is_proven() {
        let mut encoding = Encoding::new(EncodingChoice::Auto);
        encoding.on_failure(true, false);
        assert_eq!(encoding.next(), UrlEncoded);
        encoding.on_failure(true, false);
        assert_eq!(encoding.next(), Multipart);
    }

    #[test]
    fn a_chosen_encoding_is_never_left() {
        let mut encoding = Encoding::new(EncodingChoice::Always(UrlEncoded));
        for number in 1..4 {
            assert_eq!(refuse(&mut encoding, 415), Refusal::Denial { number, first: None });
            encoding.on_failure(true, false);
            assert_eq!(encoding.next(), UrlEncoded);
        }
    }

    /// The encodings of the requests that follow, each failing in a way that may be the encoding's.
    fn failing(encoding: &mut Encoding, scarce: bool, times: usize) -> Vec<BodyEncoding> {
        let mut fail = || {
            encoding.on_failure(true, scarce);
            encoding.next()
        };
        (0..times).map(|_| fail()).collect()
    }

    #[test]
    fn after_three_failures_every_second_try_leaves_a_proven_encoding() {
        let mut encoding = Encoding::new(EncodingChoice::Auto);
        encoding.on_token(Multipart);
        let expected = [Multipart, Multipart, UrlEncoded, Multipart, UrlEncoded];
        assert_eq!(failing(&mut encoding, false, 5), expected);
        encoding.on_token(UrlEncoded);
        assert_eq!(failing(&mut encoding, false, 2), [UrlEncoded, UrlEncoded], "counted anew");
    }

    #[test]
    fn with_few_permits_left_it_is_suspected_one_failure_earlier() {
        let mut encoding = Encoding::new(EncodingChoice::Auto);
        encoding.on_token(Multipart);
        assert_eq!(failing(&mut encoding, true, 3), [Multipart, UrlEncoded, Multipart]);
    }

    #[test]
    fn failures_of_the_network_raise_no_suspicion() {
        let mut encoding = Encoding::new(EncodingChoice::Auto);
        encoding.on_token(Multipart);
        for _ in 0..10 {
            encoding.on_failure(false, false);
            assert_eq!(encoding.next(), Multipart);
        }
    }

    #[test]
    fn a_refusal_of_the_encoding_tried_on_suspicion_is_no_denial() {
        let mut encoding = Encoding::new(EncodingChoice::Auto);
        encoding.on_token(Multipart);
        failing(&mut encoding, false, 3);
        assert_eq!(refuse(&mut encoding, 401), Refusal::OffTurn);
        assert_eq!((encoding.next(), encoding.proven()), (Multipart, Some(Multipart)));
        assert_eq!(refuse(&mut encoding, 401), Refusal::Denial { number: 1, first: None });
    }

    #[test]
    fn an_uncounted_denial_is_not_one_more_in_a_row() {
        let mut encoding = Encoding::new(EncodingChoice::Auto);
        encoding.on_token(Multipart);
        let uncounted =
            |encoding: &mut Encoding| encoding.on_refusal(response(encoding.next(), 401), true);
        assert_eq!(refuse(&mut encoding, 401), Refusal::Denial { number: 1, first: None });
        assert_eq!(uncounted(&mut encoding), Refusal::Denial { number: 1, first: None });
        assert_eq!(encoding.proven(), Some(Multipart));
    }

    #[test]
    fn a_page_that_blocks_is_probed_only_while_nothing_was_ever_proven() {
        let mut encoding = Encoding::new(EncodingChoice::Auto);
        let blocked =
            |encoding: &mut Encoding| encoding.on_blocked(response(encoding.next(), 403), false);
        assert_eq!(blocked(&mut encoding), Refusal::TryOther);
        let first = Some(response(Multipart, 403));
        assert_eq!(blocked(&mut encoding), Refusal::Denial { number: 0, first });
        assert_eq!(encoding.next(), Multipart);
        encoding.on_token(Multipart);
        assert_eq!(blocked(&mut encoding), Refusal::Denial { number: 0, first: None });
        assert_eq!(encoding.next(), Multipart);
    }
}
