//! What counts as a rejection of the token.

use super::*;

fn rejects(values: &[&str]) -> bool {
    Challenge::from_fields(401, values.iter().map(|value| value.as_bytes())).rejects_token()
}

#[test]
fn a_401_without_a_bearer_challenge_rejects_the_token() {
    for values in [
        &[][..],
        &[""],
        &[","],
        &["Basic"],
        &[r#"Basic realm="Bearer error=insufficient_scope""#],
        &[r#"Digest realm="x", error="insufficient_scope""#],
        &["Negotiate YIIBearer/error==", r#"DPoP error="use_dpop_nonce""#],
        &[r#"BearerX error="insufficient_scope""#],
        &[r#"error="insufficient_scope""#],
    ] {
        assert!(rejects(values), "{values:?}");
    }
    assert!(Challenge::ABSENT.rejects_token());
    assert_eq!(Challenge::from_fields(401, []), Challenge::ABSENT);
}

#[test]
fn a_bearer_challenge_rejects_the_token_without_an_error_or_with_invalid_token() {
    for value in [
        "Bearer",
        "bearer",
        "Bearer ",
        "Bearer abc/+==",
        "Bearer error",
        "Bearer error=",
        r#"Bearer error="""#,
        r#"Bearer realm="x""#,
        r#"Bearer error="invalid_token""#,
        "Bearer error=invalid_token",
        "BEARER ERROR=Invalid_Token",
        "Bearer error='invalid_token'",
        "Bearer\terror\t=\t\"invalid_token\"",
        r#"Bearer error = "invalid_token" "#,
        r#"Bearer error="in\valid\_token""#,
        r#"Bearer error="invalid_token"#,
        r#"Bearer realm="a, b=\"c\"",error="invalid_token",error_description="d""#,
        r#"Bearer realm="x" error="invalid_token""#,
        r#"Bearer realm="x"; error="invalid_token"; scope="y""#,
        r#"Bearer realm=https://api.example/x, error=invalid_token"#,
        r#"Bearer scope="error=insufficient_scope""#,
        r#"Bearer error_description="insufficient_scope", x_error="insufficient_scope""#,
        r#"Bearer, Basic error="insufficient_scope""#,
        r#"Bearer error="invalid_token", Bearer error="insufficient_scope""#,
        r#"Bearer error="insufficient_scope", Bearer error="invalid_token""#,
    ] {
        assert!(rejects(&[value]), "{value:?}");
    }
}

#[test]
fn a_bearer_challenge_with_another_error_does_not() {
    for value in [
        r#"Bearer error="insufficient_scope""#,
        r#"Bearer error="invalid_request""#,
        "Bearer error=invalid_token_x",
        r#"Bearer error="invalid_token\\""#,
        r#"Bearer error="\"invalid_token""#,
        r#"Bearer realm="\"", error="insufficient_scope""#,
        r#"Bearer realm="\\", error="insufficient_scope""#,
        r#"Bearer realm="x" error="insufficient_scope""#,
        r#"Bearer realm=My API, error=insufficient_scope"#,
        r#"Basic realm="x", Bearer realm="y", error="insufficient_scope""#,
        r#"Basic realm="x" Bearer error="insufficient_scope""#,
        "Negotiate YII==, Bearer error=insufficient_scope",
        "Negotiate, bearer error=insufficient_scope",
        ",, ,Bearer ,error=insufficient_scope,",
        "\"stray\" Bearer error=insufficient_scope",
        r#"Bearer, Bearer error="insufficient_scope""#,
        r#"Bearer error="insufficient_scope", Basic error="invalid_token""#,
    ] {
        assert!(!rejects(&[value]), "{value:?}");
    }
}

#[test]
fn repeated_fields_are_one_list() {
    assert!(!rejects(&["Basic", "Bearer error=insufficient_scope"]));
    assert!(!rejects(&["Bearer realm=x", "error=insufficient_scope"]));
    assert!(rejects(&["Bearer realm=x", "Basic", "error=insufficient_scope"]));
    assert!(rejects(&["Bearer error=insufficient_scope", "Bearer error=invalid_token"]));
    assert!(!rejects(&["Bearer realm=\"open", "Bearer error=insufficient_scope"]));
}

#[test]
fn any_other_status_rejects_nothing() {
    for status in [0, 200, 400, 402, 403, 404, 407, 419, 500, u16::MAX] {
        for value in [&b"Bearer error=invalid_token"[..], b""] {
            assert!(!Challenge::from_fields(status, [value]).rejects_token(), "{status}");
        }
    }
}

#[test]
fn any_bytes_are_taken() {
    let hostile = [
        vec![b'"'; 9999],
        vec![b'\\'; 9999],
        vec![b'='; 9999],
        vec![b' '; 9999],
        vec![0xff; 9999],
        b"Bearer ".repeat(9999),
        b"a=\"\\".repeat(9999),
    ];
    for value in &hostile {
        assert!(Challenge::from_fields(401, [value.as_slice()]).rejects_token());
    }
    for length in 0..40 {
        let cut = br#"Bearer realm="a\"b", error="x""#.get(..length).unwrap_or_default();
        let _ = Challenge::from_fields(401, [cut]);
    }
}
