//! `X-Twilio-Signature`. Input: the token, the configured URL with its query, `form`, `none` or `other`, the header, the body.

use liveengage_connector::platforms::twilio::signature::{Payload, verify};
use liveengage_connector::secret::Secret;
use url::form_urlencoded;

use crate::corpus;
use crate::independent::{base64, hmac_sha1, sha256_hex};
use crate::input::{changed, joined, number, parts, text};

pub(super) fn run(data: &[u8]) {
    let [token, url, kind, header, body] = parts(data);
    let (token, url, header) = (text(token), text(url), text(header));
    let tokens = [Secret::new(token.clone()), Secret::new("another")];
    let check = |url: &str, body: &[u8], header: Option<&str>| {
        let payload = match kind {
            b"none" => Payload::None,
            b"other" => Payload::Other(body),
            _ => Payload::Form(body),
        };
        verify(&tokens, url, payload, header).is_ok()
    };
    let given = check(&url, body, Some(&header));
    assert_eq!(
        given,
        is_authentic(&token, &url, kind, &header, body),
        "{url} {header}"
    );
    assert!(!check(&url, body, None));

    // Signed well it is accepted; with what is signed changed it is not.
    if token.trim().is_empty() || !may_be_signed(&url, kind, body) {
        return;
    }
    let signed = signed_bytes(&url, kind, body);
    let header = base64(&hmac_sha1(token.as_bytes(), &signed));
    assert!(
        check(&url, body, Some(&header)),
        "what Twilio signs is refused"
    );
    let choice = number(header.as_bytes());
    if let Some(other) = changed(body, choice).filter(|_| kind != b"none") {
        let same = may_be_signed(&url, kind, &other) && signed_bytes(&url, kind, &other) == signed;
        assert_eq!(
            check(&url, &other, Some(&header)),
            same,
            "another body is accepted"
        );
    }
    let other = text(&changed(header.as_bytes(), choice).unwrap());
    assert!(
        other.trim() == header || !check(&url, body, Some(&other)),
        "another signature is accepted"
    );
    let base = url.split('#').next().unwrap();
    let elsewhere = base.replacen("://", "://x", 1);
    assert!(
        elsewhere == base || !check(&elsewhere, body, Some(&header)),
        "another URL is accepted"
    );
}

fn is_form(kind: &[u8]) -> bool {
    kind != b"none" && kind != b"other"
}

/// Decoded, sorted, each once, nothing between them. Escapes are taken apart by another reader than the connector's.
fn pairs(body: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    // `form_urlencoded` replaces what is not UTF-8, so that every byte above ASCII goes through it as two characters.
    let wide: String = body.iter().map(|byte| char::from(*byte)).collect();
    let escaped: String = wide
        .chars()
        .map(|c| {
            if c.is_ascii() {
                c.to_string()
            } else {
                format!("%{:02X}", u32::from(c))
            }
        })
        .collect();
    let mut pairs: Vec<(Vec<u8>, Vec<u8>)> = escaped
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (bytes_of(key), bytes_of(value))
        })
        .collect();
    pairs.sort();
    pairs.dedup();
    pairs
}

/// What the escapes of a key or a value stand for.
fn bytes_of(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let code = rest
            .get(1..3)
            .filter(|code| c == '%' && code.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let (byte, length) = match (c, code) {
            (_, Some(code)) => (u8::from_str_radix(code, 16).unwrap(), 3),
            ('+', None) => (b' ', 1),
            (c, None) => (u8::try_from(c).unwrap(), 1),
        };
        bytes.push(byte);
        rest = &rest[length..];
    }
    bytes
}

fn signed_bytes(url: &str, kind: &[u8], body: &[u8]) -> Vec<u8> {
    let mut signed = url.split('#').next().unwrap().as_bytes().to_vec();
    if is_form(kind) {
        for (key, value) in pairs(body) {
            signed.extend(key);
            signed.extend(value);
        }
    }
    signed
}

/// Whether the body is bound to the URL where it must be, and is no longer than a callback can be.
fn may_be_signed(url: &str, kind: &[u8], body: &[u8]) -> bool {
    let query = url
        .split('#')
        .next()
        .unwrap()
        .split_once('?')
        .map_or("", |(_, query)| query);
    let hash = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("bodySHA256="));
    let body_of = if kind == b"none" { b"" } else { body };
    let bound = match hash {
        Some(hash) => hash == sha256_hex(body_of),
        None => kind != b"other",
    };
    let many = is_form(kind)
        && body
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty())
            .count()
            > 1000;
    bound && !many
}

/// Whether the header is a signature of one of the spellings that Twilio's own libraries try.
fn is_authentic(token: &str, url: &str, kind: &[u8], header: &str, body: &[u8]) -> bool {
    let url = url.split('#').next().unwrap();
    if !may_be_signed(url, kind, body) {
        return false;
    }
    [token, "another"]
        .into_iter()
        .filter(|token| !token.trim().is_empty())
        .any(|token| {
            spellings(url).iter().any(|url| {
                let expected = base64(&hmac_sha1(token.as_bytes(), &signed_bytes(url, kind, body)));
                header.trim() == expected
            })
        })
}

fn spellings(url: &str) -> Vec<String> {
    let (base, query) = url
        .split_once('?')
        .map_or((url, None), |(base, query)| (base, Some(query)));
    let mut bases = vec![base.to_owned()];
    if let Some((scheme, rest)) = base.split_once("://") {
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let digits = authority.len()
            - authority
                .trim_end_matches(|c: char| c.is_ascii_digit())
                .len();
        let host = &authority[..authority.len() - digits];
        let usual = [("https", 443), ("http", 80)]
            .into_iter()
            .find(|(name, _)| scheme.eq_ignore_ascii_case(name));
        match (host.strip_suffix(':').filter(|_| digits > 0), usual) {
            (Some(host), _) => bases.push(format!("{scheme}://{host}{path}")),
            (None, Some((_, port))) => bases.push(format!("{scheme}://{authority}:{port}{path}")),
            (None, None) => {}
        }
    }
    let Some(query) = query else {
        return bases;
    };
    let other = if query.contains('\'') {
        query.replace('\'', "%27")
    } else {
        query.replace("%27", "'")
    };
    let with = |base: &String| [format!("{base}?{query}"), format!("{base}?{other}")];
    bases.iter().flat_map(with).collect()
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let vectors = corpus::vectors("twilio.json");
    let mut seeds: Vec<Vec<u8>> = vectors
        .iter()
        .map(|vector| {
            let part = |name: &str| vector[name].as_str().unwrap_or_default().to_owned();
            let mut form = form_urlencoded::Serializer::new(String::new());
            for pair in vector["params"].as_array().into_iter().flatten() {
                form.append_pair(
                    pair[0].as_str().unwrap_or_default(),
                    pair[1].as_str().unwrap_or_default(),
                );
            }
            let (kind, body) = match vector.get("body").and_then(|body| body.as_str()) {
                Some(body) => ("other", body.to_owned()),
                None => ("form", form.finish()),
            };
            joined(&[
                part("token").as_bytes(),
                part("url").as_bytes(),
                kind.as_bytes(),
                part("signature").as_bytes(),
                body.as_bytes(),
            ])
        })
        .collect();
    for body in corpus::fixtures("twilio") {
        seeds.push(joined(&[
            b"12345",
            b"https://connector.example/channels/sms",
            b"form",
            b"x",
            body.trim_ascii(),
        ]));
    }
    seeds.push(joined(&[
        b"12345",
        b"https://connector.example:8443/channels/sms?a='b'&c=%27",
        b"none",
        b"x",
        b"",
    ]));
    seeds
}
