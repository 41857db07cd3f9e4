//! The record as bytes.
//!
//! Binary, versioned, bounded, and canonical: what decodes encodes to the same bytes. Integers are
//! big-endian, times are nanoseconds.
//!
//! ```text
//! version 1 │ flags 2 │ epoch 8 │ fence 8 │ streak 4+8+8 │ bucket 8+8+8
//! then, where its flag is set, in this order:
//!   counted    8
//!   rejected   16
//!   lease      holder 16, fence 8, until 8, length 8
//!   hold-off   until 8+8, kind 1, encoding 1, status 2, code 1+n, tx_id 1+n
//!   token      issue 8, seven times 8, token 4+n
//! ```
//!
//! The version is part of the record's name as well, so two formats live in two records: during a
//! mixed roll-out each of them costs one token. Bytes that do not decode are an absent record.

use super::bucket::Bucket;
use super::record::{
    Bearer, Fingerprint, Holder, Lease, Record, Refusal, RefusalKind, SharedHoldOff, SharedToken,
    Streak,
};
use super::time::Until;
use crate::request::BodyEncoding;
use crate::secret_buffer::SecretBuffer;
use crate::token::BearerValue;
use std::time::Duration;

/// The version of the record's format. It is part of a record's name.
pub const FORMAT: u8 = 1;

/// The most bytes that a record has. A store refuses larger ones before it unseals them.
pub const MOST_BYTES: usize = 80 * 1024;

/// No response body holds a longer token by default.
const LONGEST_TOKEN: usize = 64 * 1024;

/// As much as an error keeps of such a text, and some room.
const LONGEST_TEXT: usize = 128;

const COUNTED: u16 = 1;
const REJECTED: u16 = 1 << 1;
const LEASE: u16 = 1 << 2;
const HOLD_OFF: u16 = 1 << 3;
const TOKEN: u16 = 1 << 4;
const PROVEN: u16 = 1 << 5;
const PROVEN_URL_ENCODED: u16 = 1 << 6;
const REPLACES_REJECTED: u16 = 1 << 7;
const REISSUED: u16 = 1 << 8;
const CREDITED_RENEWAL: u16 = 1 << 9;
const CREDITED_EXPIRY: u16 = 1 << 10;
/// These are said of a token only.
const OF_TOKEN: u16 = REPLACES_REJECTED | REISSUED | CREDITED_RENEWAL | CREDITED_EXPIRY;
const KNOWN: u16 =
    COUNTED | REJECTED | LEASE | HOLD_OFF | TOKEN | PROVEN | PROVEN_URL_ENCODED | OF_TOKEN;

impl Record {
    /// The record as bytes, in memory that is wiped. `None` if it would exceed [`MOST_BYTES`].
    pub fn encode(&self) -> Option<SecretBuffer> {
        let token = self.token.as_ref().map_or(0, |token| token.bearer.0.token().len());
        // All of it at once, so that no copy of the token is left where the buffer has grown.
        let mut out = SecretBuffer::with_capacity(MOST_BYTES.min(token + 1024));
        let fits = token <= LONGEST_TOKEN
            && out.append(&[FORMAT])
            && out.append(&self.flags().to_be_bytes())
            && out.append(&self.epoch.to_be_bytes())
            && out.append(&self.fence.to_be_bytes())
            && out.append(&self.streak.replacements.to_be_bytes())
            && until(&mut out, self.streak.not_before)
            && time(&mut out, self.bucket.held)
            && until(&mut out, self.bucket.at)
            && self.bucket.counted.is_none_or(|at| time(&mut out, at))
            && self.rejected.is_none_or(|rejected| out.append(&rejected.0.to_be_bytes()))
            && self.lease.is_none_or(|lease| lease.encode(&mut out))
            && self.hold_off.as_ref().is_none_or(|hold_off| hold_off.encode(&mut out))
            && self.token.as_ref().is_none_or(|token| token.encode(&mut out));
        fits.then_some(out)
    }

    /// The record from its bytes, which may come from anywhere. `None` if they are not exactly a
    /// record of this format.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let input = &mut Input(bytes);
        let [FORMAT] = input.array()? else { return None };
        let flags = u16::from_be_bytes(input.array()?);
        let has = |flag: u16| flags & flag != 0;
        let possible = flags & !KNOWN == 0
            && (has(TOKEN) || flags & OF_TOKEN == 0)
            && (has(PROVEN) || !has(PROVEN_URL_ENCODED));
        if !possible || bytes.len() > MOST_BYTES {
            return None;
        }
        let (epoch, fence) = (input.u64()?, input.u64()?);
        let replacements = u32::from_be_bytes(input.array()?);
        let streak = Streak { replacements, not_before: input.until()? };
        let (held, at) = (input.time()?, input.until()?);
        let counted = if has(COUNTED) { Some(input.time()?) } else { None };
        let rejected = if has(REJECTED) { Some(input.array()?) } else { None };
        let record = Self {
            epoch,
            fence,
            streak,
            bucket: Bucket { held, at, counted },
            rejected: rejected.map(|bytes| Fingerprint(u128::from_be_bytes(bytes))),
            lease: if has(LEASE) { Some(Lease::decode(input)?) } else { None },
            hold_off: if has(HOLD_OFF) { Some(SharedHoldOff::decode(input)?) } else { None },
            token: if has(TOKEN) { Some(SharedToken::decode(input, flags)?) } else { None },
            proven: has(PROVEN).then(|| encoding(has(PROVEN_URL_ENCODED))),
        };
        input.0.is_empty().then_some(record)
    }

    fn flags(&self) -> u16 {
        let token = self.token.as_ref();
        let url_encoded = self.proven == Some(BodyEncoding::UrlEncoded);
        [
            (COUNTED, self.bucket.counted.is_some()),
            (REJECTED, self.rejected.is_some()),
            (LEASE, self.lease.is_some()),
            (HOLD_OFF, self.hold_off.is_some()),
            (TOKEN, token.is_some()),
            (PROVEN, self.proven.is_some()),
            (PROVEN_URL_ENCODED, url_encoded),
            (REPLACES_REJECTED, token.is_some_and(|token| token.replaces_rejected)),
            (REISSUED, token.is_some_and(|token| token.reissued)),
            (CREDITED_RENEWAL, token.is_some_and(|token| token.credited[0])),
            (CREDITED_EXPIRY, token.is_some_and(|token| token.credited[1])),
        ]
        .into_iter()
        .fold(0, |flags, (flag, set)| if set { flags | flag } else { flags })
    }
}

impl Lease {
    fn encode(&self, out: &mut SecretBuffer) -> bool {
        out.append(&self.holder.to_bytes())
            && out.append(&self.fence.to_be_bytes())
            && time(out, self.until)
            && time(out, self.length)
    }

    fn decode(input: &mut Input<'_>) -> Option<Self> {
        let (holder, fence) = (Holder::new(input.array()?), input.u64()?);
        Some(Self { holder, fence, until: input.time()?, length: input.time()? })
    }
}

impl SharedHoldOff {
    fn encode(&self, out: &mut SecretBuffer) -> bool {
        let Refusal { kind, encoding, status, code, tx_id } = &self.refusal;
        let kind = match kind {
            RefusalKind::Denied => 0,
            RefusalKind::RateLimited => 1,
            RefusalKind::Unavailable => 2,
        };
        until(out, self.until)
            && out.append(&[kind, u8::from(*encoding == BodyEncoding::UrlEncoded)])
            && out.append(&status.to_be_bytes())
            && text(out, code.as_deref())
            && text(out, tx_id.as_deref())
    }

    fn decode(input: &mut Input<'_>) -> Option<Self> {
        let until = input.until()?;
        let kind = match input.array()? {
            [0] => RefusalKind::Denied,
            [1] => RefusalKind::RateLimited,
            [2] => RefusalKind::Unavailable,
            _ => return None,
        };
        let encoding = match input.array()? {
            [url_encoded @ (0 | 1)] => encoding(url_encoded == 1),
            _ => return None,
        };
        let status = u16::from_be_bytes(input.array()?);
        let (code, tx_id) = (input.text()?, input.text()?);
        Some(Self { until, refusal: Refusal { kind, encoding, status, code, tx_id } })
    }
}

impl SharedToken {
    fn encode(&self, out: &mut SecretBuffer) -> bool {
        let token = self.bearer.0.token();
        let length = u32::try_from(token.len()).unwrap_or(u32::MAX);
        out.append(&self.issue.to_be_bytes())
            && time(out, self.received)
            && time(out, self.renew_at)
            && time(out, self.unusable_at)
            && time(out, self.expires_at)
            && time(out, self.dropped_at)
            && time(out, self.lifetime)
            && time(out, self.wall_expiry)
            && out.append(&length.to_be_bytes())
            && out.append(token.as_bytes())
    }

    fn decode(input: &mut Input<'_>, flags: u16) -> Option<Self> {
        let has = |flag: u16| flags & flag != 0;
        Some(Self {
            issue: input.u64()?,
            received: input.time()?,
            renew_at: input.time()?,
            unusable_at: input.time()?,
            expires_at: input.time()?,
            dropped_at: input.time()?,
            lifetime: input.time()?,
            wall_expiry: input.time()?,
            replaces_rejected: has(REPLACES_REJECTED),
            reissued: has(REISSUED),
            credited: [has(CREDITED_RENEWAL), has(CREDITED_EXPIRY)],
            bearer: input.bearer()?,
        })
    }
}

/// What is left to read.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    fn time(&mut self) -> Option<Duration> {
        self.u64().map(Duration::from_nanos)
    }

    fn until(&mut self) -> Option<Until> {
        Some(Until { there: self.time()?, wall: self.time()? })
    }

    /// Printable ASCII; a length of zero is no text.
    fn text(&mut self) -> Option<Option<String>> {
        let [length] = self.array()?;
        let text = std::str::from_utf8(self.take(length.into())?).ok()?;
        let printable = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
        let fine = text.len() <= LONGEST_TEXT && text.bytes().all(printable);
        fine.then(|| (!text.is_empty()).then(|| text.to_owned()))
    }

    fn bearer(&mut self) -> Option<Bearer> {
        let length = usize::try_from(u32::from_be_bytes(self.array()?)).ok()?;
        let token = (length <= LONGEST_TOKEN).then(|| self.take(length))??;
        BearerValue::build(length, |value| value.append(token)).map(Bearer)
    }
}

fn time(out: &mut SecretBuffer, time: Duration) -> bool {
    out.append(&u64::try_from(time.as_nanos()).unwrap_or(u64::MAX).to_be_bytes())
}

fn until(out: &mut SecretBuffer, until: Until) -> bool {
    time(out, until.there) && time(out, until.wall)
}

fn text(out: &mut SecretBuffer, text: Option<&str>) -> bool {
    let text = text.unwrap_or_default();
    let text = text.get(..LONGEST_TEXT).unwrap_or(text);
    u8::try_from(text.len())
        .is_ok_and(|length| out.append(&[length]) && out.append(text.as_bytes()))
}

const fn encoding(url_encoded: bool) -> BodyEncoding {
    if url_encoded { BodyEncoding::UrlEncoded } else { BodyEncoding::Multipart }
}
