//! Every way in which a response can fail to come, and what it is called.

use crate::common::{
    Scripted, assert_transport, builder, impatient, request, source, token, trusting,
};
use jeel_auth::Transport;
use jeel_auth::core::{ErrorKind, MalformedResponse, TransportKind};
use jeel_auth_emulator::{Emulator, Fault, Response};
use jeel_auth_futures_io::FuturesIo;
use std::time::Duration;

const WITHOUT_LENGTH: &[u8] = b"HTTP/1.1 200 OK\r\n\r\n\
    {\"access_token\":\"a.b.c\",\"token_type\":\"Bearer\",\"expires_in\":300}";

fn emulators() -> [Emulator; 2] {
    [Emulator::start().unwrap(), Emulator::builder().https().start().unwrap()]
}

#[track_caller]
fn assert_each(faults: &[Fault], kind: TransportKind) {
    let mut policy = impatient();
    // Only a time-out is waited for; on a busy machine anything else may take longer than that.
    let milliseconds = if kind == TransportKind::TimedOut { 500 } else { 20_000 };
    policy.transport.request_timeout = Duration::from_millis(milliseconds);
    for emulator in emulators() {
        for fault in faults {
            emulator.always(fault.clone());
            let tokens = builder(&emulator.token_url(), trusting(&emulator))
                .policy(policy.clone())
                .build()
                .unwrap();
            assert_transport(&tokens, kind);
        }
        assert_eq!(emulator.token_request_count(), faults.len() as u64);
    }
}

#[test]
fn a_connection_that_breaks_is_broken() {
    let faults = [Fault::Reset, Fault::Close, Fault::TruncateHead(20), Fault::TruncateBody(20)];
    assert_each(&faults, TransportKind::Broken);
}

#[test]
fn a_server_that_takes_too_long_times_out_however_busy_it_looks() {
    let drip = Fault::SlowDrip(Duration::from_millis(50));
    assert_each(
        &[Fault::Hang, Fault::Delay(Duration::from_secs(30)), drip],
        TransportKind::TimedOut,
    );
}

/// The cache would give the request up as well: here it is the transport alone.
#[test]
fn the_transport_itself_lets_go_when_the_total_time_is_over() {
    for emulator in emulators() {
        emulator.script(Fault::Hang);
        emulator.script(Fault::SlowDrip(Duration::from_millis(50)));
        for _ in 0..2 {
            let request = request(&emulator, Duration::from_millis(500));
            let transport = trusting(&emulator);
            let hung = async {
                smol::Timer::after(Duration::from_secs(30)).await;
                panic!("it hangs");
            };
            let sent = smol::block_on(smol::future::or(transport.send(&request), hung));
            assert_eq!(sent.unwrap_err().kind(), TransportKind::TimedOut);
        }
        assert_eq!(emulator.token_request_count(), 2);
    }
}

#[test]
fn what_is_too_long_or_no_http_is_a_bad_response() {
    let chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n";
    let faults = [
        Fault::Oversized(65 * 1024),
        Fault::EndlessBody,
        Fault::EndlessHeaders,
        Fault::EndlessInformational,
        Fault::HugeChunk,
        Fault::Raw(b"SSH-2.0-OpenSSH_9.9\r\n\r\n".to_vec()),
        Fault::Raw(chunks.to_vec()),
    ];
    assert_each(&faults, TransportKind::BadResponse);
}

#[test]
fn a_response_as_long_as_allowed_is_read() {
    for emulator in emulators() {
        emulator.script(Fault::Oversized(64 * 1024));
        token(&source(&emulator)).unwrap();
    }
}

#[test]
fn a_response_in_single_bytes_is_read() {
    for emulator in emulators() {
        emulator.script(Fault::SlowDrip(Duration::ZERO));
        token(&source(&emulator)).unwrap();
    }
}

/// The emulator ends both without `close_notify`: over TLS anybody on the way could have done so.
#[test]
fn a_response_without_a_length_is_whole_over_tcp_and_cut_short_over_tls() {
    let [http, https] = emulators();
    for emulator in [&http, &https] {
        emulator.script(Fault::Raw(WITHOUT_LENGTH.to_vec()));
    }
    assert_eq!(token(&source(&http)).unwrap().expose_secret(), "a.b.c");
    let error = assert_transport(&source(&https), TransportKind::Broken);
    assert!(error.to_string().contains("close_notify"), "{error}");
}

#[test]
fn a_complete_response_need_not_wait_for_the_end_of_the_connection() {
    let mut response = b"HTTP/1.1 200 OK\r\nContent-Length: 64\r\n\r\n".to_vec();
    let json = br#"{"access_token":"a.b.c","token_type":"Bearer","expires_in":300}"#;
    response.extend_from_slice(json);
    response.resize(response.len() + 64 - json.len(), b' ');
    response.extend_from_slice(b"and more");
    for emulator in emulators() {
        emulator.script(Fault::Raw(response.clone()));
        token(&source(&emulator)).unwrap();
    }
}

#[test]
fn responses_are_for_core_to_judge() {
    let lifetime = ErrorKind::Malformed(MalformedResponse::Lifetime);
    let judged: [(Fault, ErrorKind, u64); 4] = [
        (Fault::ZeroLifetime, lifetime, 1),
        (Response::new(503).into(), ErrorKind::Server, 1),
        (Response::new(429).into(), ErrorKind::RateLimited, 1),
        (Response::redirect("https://elsewhere.invalid/").into(), ErrorKind::Redirected, 1),
    ];
    for (fault, kind, requests) in judged {
        let emulator = Emulator::start().unwrap();
        emulator.always(fault);
        let error = token(&source(&emulator)).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.tx_id().is_some());
        assert_eq!(emulator.token_request_count(), requests);
    }
}

#[test]
fn each_request_has_a_connection_of_its_own_and_is_what_core_wrote() {
    let emulator = Emulator::start().unwrap();
    let tokens = source(&emulator);
    tokens.reject(&token(&tokens).unwrap());
    token(&tokens).unwrap();
    let requests = emulator.token_requests();
    assert_eq!(requests.len(), 2);
    assert_ne!(requests[0].connection, requests[1].connection);
    assert!(requests.iter().all(|request| request.authenticated && !request.chunked));
    assert_eq!(emulator.refused_request_count(), 0);
}

#[test]
fn nothing_shows_what_is_in_a_transport() {
    let transport = FuturesIo::<Scripted>::new().unwrap();
    assert_eq!(format!("{transport:?}"), "FuturesIo { .. }");
}
