//! Which body is a token, and for how long.

use super::*;

#[test]
fn what_surrounds_the_object() {
    for (body, expected) in [
        (format!("\u{feff}{TOKEN}"), "issued 3600"),
        (format!(" \r\n\t{TOKEN}\r\n "), "issued 3600"),
        (format!("\u{feff}\u{feff}{TOKEN}"), "Json"),
        (format!("{TOKEN}x"), "Json"),
        (format!("{TOKEN}{TOKEN}"), "Json"),
        (format!("{TOKEN}\0"), "Json"),
        (format!("[{TOKEN}]"), "Json"),
        (format!("\"{TOKEN}\""), "Json"),
        (format!(")]}}',\n{TOKEN}"), "Json"),
        (TOKEN[..TOKEN.len() - 1].to_owned(), "Json"),
        ("access_token=t1&token_type=Bearer&expires_in=3600".to_owned(), "Json"),
    ] {
        assert_eq!(class(200, &body), expected, "{body}");
    }
}

#[test]
fn members_of_ours_named_twice_are_refused_and_unknown_ones_ignored() {
    for name in ["access_token", "token_type", "expires_in", "error"] {
        let twice = TOKEN.replacen('{', &format!("{{\"{name}\":null,\"{name}\":null,"), 1);
        assert_eq!(class(200, twice), "DuplicateMember", "{name}");
    }
    let unknown =
        TOKEN.replacen('{', r#"{"scope":[1],"scope":{},"\u0061":"\u0000","id_token":3,"#, 1);
    assert_eq!(class(200, unknown), "issued 3600");
    assert_eq!(class(200, TOKEN.replace("access_token", "Access_Token")), "denied");
}

#[test]
fn a_token_is_visible_ascii_whatever_way_it_is_written() {
    let with_token = |token: &str| class(200, TOKEN.replace(r#""t1""#, token));
    for good in [r#""a\/b\u002bc""#, r#""!~""#, r#""\u0041""#, r#""\"\\""#] {
        assert_eq!(with_token(good), "issued 3600", "{good}");
    }
    for bad in [
        r#""""#,
        r#"" ""#,
        r#""a b""#,
        r#""a\r\nX-Admin: 1""#,
        r#""a\u000d\u000aX-Admin: 1""#,
        r#""a\n""#,
        r#""\t""#,
        r#""\u0000""#,
        r#""\u007f""#,
        r#""\u00e9""#,
        r#""\ud83d\udd11""#,
        r#""\ud83d""#,
        "\"\u{e9}\"",
        "\"\u{1f511}\"",
        "\"\u{200b}\"",
        "1",
        "true",
        "[\"t1\"]",
        "{\"t\":1}",
    ] {
        assert_eq!(with_token(bad), "Token", "{bad}");
    }
    assert_eq!(with_token("null"), "denied", "as good as missing");
}

#[test]
fn the_token_is_the_one_that_was_sent() {
    let body = TOKEN.replace("t1", r"eyJ.a\/b\u002b.c");
    let Class::Issued { bearer, .. } = whole(200, &[], body.as_bytes()).0 else { panic!() };
    let token = crate::token::AccessToken::new(bearer, crate::token::Generation(1));
    assert_eq!(token.expose_authorization(), "Bearer eyJ.a/b+.c");
}

#[test]
fn the_type_is_bearer_in_any_case_and_nothing_else() {
    let with_type = |kind: &str| class(200, TOKEN.replace(r#""Bearer""#, kind));
    for good in [r#""Bearer""#, r#""bearer""#, r#""BEARER""#, r#""\u0042earer""#] {
        assert_eq!(with_type(good), "issued 3600", "{good}");
    }
    for bad in [r#""""#, r#""mac""#, r#""DPoP""#, r#""Bearer ""#, r#""\"Bearer\"""#, "null", "1"] {
        assert_eq!(with_type(bad), "TokenType", "{bad}");
    }
    assert_eq!(class(200, r#"{"access_token":"t1","expires_in":3600}"#), "TokenType");
}

#[test]
fn expires_in_in_every_form_servers_send() {
    const MONTH: u64 = 30 * 24 * 3600;
    for (value, expected) in [
        ("3600", Ok(3600)),
        ("1", Ok(1)),
        (r#""3600""#, Ok(3600)),
        ("3599.99", Ok(3599)),
        ("3.6E3", Ok(3600)),
        ("null", Ok(300)),
        ("2592001", Ok(MONTH)),
        ("18446744073709551615", Ok(MONTH)),
        ("18446744073709551616", Ok(MONTH)),
        ("1e308", Ok(MONTH)),
        (r#""99999999999999999999999999""#, Ok(MONTH)),
        ("0", Err("over")),
        (r#""0""#, Err("over")),
        ("-1", Err("over")),
        ("0.5", Err("over")),
        ("-0", Err("over")),
        ("-1e308", Err("over")),
        (r#""""#, Err("Lifetime")),
        (r#""-1""#, Err("Lifetime")),
        (r#""1e3""#, Err("Lifetime")),
        (r#""3600s""#, Err("Lifetime")),
        (r#"" 3600""#, Err("Lifetime")),
        ("\"\u{0663}\"", Err("Lifetime")),
        ("true", Err("Lifetime")),
        ("[3600]", Err("Lifetime")),
        ("{}", Err("Lifetime")),
        ("NaN", Err("Json")),
        ("+5", Err("Json")),
    ] {
        let expected = expected.map_or_else(str::to_owned, |secs| format!("issued {secs}"));
        assert_eq!(class(200, TOKEN.replace("3600", value)), expected, "{value}");
    }
    assert_eq!(class(200, r#"{"access_token":"t1","token_type":"Bearer"}"#), "issued 300");
}

#[test]
fn what_a_jwt_says_of_itself_only_shortens() {
    let at = 1_800_000_000_i64;
    let dated = [("Date", DATE)];
    for (claims, fields, expected) in [
        (format!(r#"{{"iat":{at},"exp":{}}}"#, at + 60), &[][..], "issued 60"),
        (format!(r#"{{"iat":{at},"exp":{}}}"#, at + 99_999), &[], "issued 3600"),
        // Our clock or the server's is off by years: only the server's own differences count.
        (r#"{"iat":1000,"exp":1600}"#.to_owned(), &[], "issued 600"),
        (r#"{"exp":1600}"#.to_owned(), &[], "issued 3600"),
        (format!(r#"{{"exp":{}}}"#, at + 90), &dated, "aged 90"),
        // A token issued a while ago, and handed out again.
        (format!(r#"{{"iat":{},"exp":{}}}"#, at - 3000, at + 600), &dated, "aged 600"),
        (format!(r#"{{"iat":{},"exp":{}}}"#, at + 100, at + 160), &dated, "issued 60"),
        // Not credible: the token would be over when it is issued.
        (format!(r#"{{"iat":{at},"exp":{at}}}"#), &[], "issued 3600"),
        (format!(r#"{{"iat":{at},"exp":{}}}"#, at - 9), &[], "issued 3600"),
        (format!(r#"{{"exp":{at}}}"#), &dated, "issued 3600"),
        (format!(r#"{{"iat":{at}000,"exp":{}}}"#, at + 60), &[], "issued 3600"),
        (format!(r#"{{"iat":{at},"exp":0}}"#), &dated, "issued 3600"),
        (format!(r#"{{"iat":{},"exp":{}}}"#, at - 9000, at - 5400), &dated, "issued 3600"),
        (format!(r#"{{"iat":{at},"exp":{}.9}}"#, at + 60), &[], "issued 60"),
        (r#"{"iat":-1e308,"exp":1e308}"#.to_owned(), &[], "issued 3600"),
        (r#"{"exp":"soon","iat":1}"#.to_owned(), &[], "issued 3600"),
        ("not json".to_owned(), &dated, "issued 3600"),
        (format!(r#"{{"exp":{}}}"#, at + 90), &[("Date", "yesterday")], "issued 3600"),
        // A moment passes between `iat` and `Date`.
        (format!(r#"{{"iat":{},"exp":{}}}"#, at - 1, at + 99), &dated, "issued 99"),
        (format!(r#"{{"iat":{},"exp":{}}}"#, at - 2, at + 98), &dated, "aged 98"),
    ] {
        let token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(&claims));
        assert_eq!(with(200, fields, TOKEN.replace("t1", &token)), expected, "{claims}");
    }
    let token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(r#"{"iat":1000,"exp":1060}"#));
    let body = format!(r#"{{"access_token":"{token}","token_type":"Bearer"}}"#);
    assert_eq!(class(200, body), "issued 60", "without expires_in as well");
}

#[test]
fn a_date_that_is_not_trusted_shortens_nothing() {
    let claims = URL_SAFE_NO_PAD.encode(r#"{"iat":1799999000,"exp":1800002600}"#);
    let body = TOKEN.replace("t1", &format!("e30.{claims}.c2ln"));
    let response = Response::new(200, [("Date", DATE.as_bytes())], body.as_bytes());
    for (trusted, seconds, aged) in [(true, 2600, true), (false, 3600, false)] {
        let verdict = classify(&response, NOW, &Policy::default(), trusted);
        let Class::Issued { lifetime, aged_by_date, .. } = verdict.class else { panic!() };
        assert_eq!((lifetime, aged_by_date), (Some(Duration::from_secs(seconds)), aged));
    }
}
