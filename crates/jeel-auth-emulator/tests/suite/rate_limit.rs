//! The rate limit over real sockets.

use std::time::{Duration, SystemTime};

use jeel_auth_emulator::{Emulator, RateLimit, RetryAfter};

use crate::client::get_token;

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn a_request_over_the_limit_is_refused_with_the_seconds_to_wait() {
    let emulator = Emulator::builder().rate_limit(RateLimit::new(2, HOUR)).start().unwrap();
    assert_eq!([(); 2].map(|()| get_token(&emulator).status), [200, 200]);
    let refused = get_token(&emulator);
    assert_eq!(refused.status, 429);
    let seconds: u64 = refused.field("retry-after").unwrap().parse().unwrap();
    assert!((3500..=3600).contains(&seconds), "{seconds}");
    assert_eq!((emulator.token_request_count(), emulator.tokens_issued()), (3, 2));
}

#[test]
fn a_limit_can_change_its_form_and_be_removed_while_the_server_runs() {
    let emulator = Emulator::start().unwrap();
    let none = RateLimit::new(0, HOUR);
    emulator.set_rate_limit(none.unavailable().retry_after(RetryAfter::HttpDate));
    let refused = get_token(&emulator);
    assert_eq!(refused.status, 503);
    let until = httpdate::parse_http_date(refused.field("retry-after").unwrap()).unwrap();
    assert!(until > SystemTime::now() + HOUR - Duration::from_secs(100));

    emulator.set_rate_limit(none.retry_after(RetryAfter::Absent));
    let refused = get_token(&emulator);
    assert_eq!((refused.status, refused.field("retry-after")), (429, None));

    emulator.set_rate_limit(None);
    assert_eq!(get_token(&emulator).status, 200);
}
