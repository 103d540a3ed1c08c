//! Logins at Cloudflare Access: a JWT with which Access vouches for who has passed it.
//!
//! Access adds the header `cf-access-jwt-assertion` to what it lets through. It is signed with RS256 by a key of the team's set at
//! `{team}/cdn-cgi/access/certs`; the shell fetches that and does the arithmetic.
//! <https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/>

use serde::Deserialize;
use serde_json::Value;

use crate::config::AccessApplication;
use crate::crypto;
use crate::http::{HttpRequest, HttpResponse, Method, Millis};

/// How far clocks may be apart (ms).
const LEEWAY: Millis = 60_000;
/// The longest assertion that is read (bytes).
const LONGEST: usize = 16 << 10;
/// How long a key set is used without asking again (ms). Access changes keys every six weeks and keeps the last one valid for a week.
const KEEP_KEYS: Millis = 3_600_000;
/// How soon it is asked for again for the sake of a key that is not in it (ms): anybody can name keys.
const ASK_AGAIN: Millis = 60_000;
/// The shortest modulus that is taken (bytes).
const MODULUS: usize = 256;

/// An assertion whose claims are right, if its signature is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    /// Which key it says that it is signed with.
    pub key_id: String,
    /// What is signed.
    pub signed: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
    #[serde(default)]
    crit: Option<Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Value,
    exp: f64,
    #[serde(default)]
    nbf: Option<f64>,
}

/// Reads an assertion and checks everything of it but the signature. The error says what is wrong, without any of it.
pub fn read(
    text: &str,
    application: &AccessApplication,
    now: Millis,
) -> Result<Assertion, &'static str> {
    if text.len() > LONGEST {
        return Err("assertion too long");
    }
    let malformed = "assertion malformed";
    let parts: Vec<&str> = text.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else {
        return Err(malformed);
    };
    let decode = |part: &str| crypto::decode_base64_url(part).ok_or(malformed);
    let head: Header = serde_json::from_slice(&decode(header)?).map_err(|_| malformed)?;
    if head.alg != "RS256" || head.crit.is_some() {
        return Err("assertion signed otherwise");
    }
    let claimed: Claims = serde_json::from_slice(&decode(claims)?).map_err(|_| malformed)?;
    if claimed.iss.trim_end_matches('/') != application.issuer {
        return Err("assertion of another team");
    }
    let audience = |value: &Value| value.as_str() == Some(application.audience.as_str());
    let for_us = match &claimed.aud {
        Value::Array(all) => all.iter().any(audience),
        one => audience(one),
    };
    if !for_us {
        return Err("assertion for another application");
    }
    let (now, leeway) = (now as f64 / 1000.0, LEEWAY as f64 / 1000.0);
    // A number that is none compares as false: what is not surely valid is over.
    let begun = claimed.nbf.is_none_or(|from| from <= now + leeway);
    if !(begun && now < claimed.exp + leeway) {
        return Err("assertion not valid now");
    }
    Ok(Assertion {
        key_id: head.kid,
        signed: format!("{header}.{claims}").into_bytes(),
        signature: decode(signature)?,
    })
}

/// A public key, as JWK has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RsaKey {
    /// Modulus, in base64url.
    pub n: String,
    /// Exponent, likewise.
    pub e: String,
}

/// The keys of a team.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    keys: Vec<(String, RsaKey)>,
    read_at: Option<Millis>,
}

/// Asks for the keys of a team.
pub fn request(application: &AccessApplication) -> HttpRequest {
    let url = format!("{}/cdn-cgi/access/certs", application.issuer);
    HttpRequest::new(Method::Get, url)
}

impl KeySet {
    /// Whether the set has to be fetched (again) before a key can be looked for in it.
    pub fn is_stale(&self, key_id: &str, now: Millis) -> bool {
        let Some(read_at) = self.read_at else {
            return true;
        };
        let keep = if self.key(key_id).is_some() {
            KEEP_KEYS
        } else {
            ASK_AGAIN
        };
        now >= read_at + keep
    }

    /// Takes a fetched set. One that cannot be read, or no answer, leaves the keys as they were.
    pub fn learn(&mut self, answer: Option<&HttpResponse>, now: Millis) {
        self.read_at = Some(now);
        let Some(body) = answer.filter(|answer| answer.status == 200) else {
            return;
        };
        let Ok(set) = serde_json::from_slice::<Value>(&body.body) else {
            return;
        };
        let listed = set.get("keys").and_then(Value::as_array);
        let keys: Vec<(String, RsaKey)> = listed.into_iter().flatten().filter_map(key).collect();
        if !keys.is_empty() {
            self.keys = keys;
        }
    }

    /// Whether no key is known at all.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The key of that id.
    pub fn key(&self, key_id: &str) -> Option<&RsaKey> {
        let found = self.keys.iter().find(|(id, _)| id == key_id);
        found.map(|(_, key)| key)
    }
}

fn key(jwk: &Value) -> Option<(String, RsaKey)> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let may_verify = text("kty") == Some("RSA")
        && text("use").is_none_or(|used| used == "sig")
        && text("alg").is_none_or(|alg| alg == "RS256");
    let (id, n, e) = (text("kid")?, text("n")?, text("e")?);
    let long = crypto::decode_base64_url(n).is_some_and(|n| n.len() >= MODULUS);
    let key = RsaKey {
        n: n.to_owned(),
        e: e.to_owned(),
    };
    (may_verify && long).then(|| (id.to_owned(), key))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::crypto::base64_url;

    const NOW: Millis = 1_767_225_660_000;

    fn application() -> AccessApplication {
        AccessApplication {
            issuer: "https://acme.cloudflareaccess.com".to_owned(),
            audience: "a1b2".to_owned(),
        }
    }

    fn jwt(header: &Value, claims: &Value) -> String {
        let part = |value: &Value| base64_url(value.to_string().as_bytes());
        format!(
            "{}.{}.{}",
            part(header),
            part(claims),
            base64_url(b"signature")
        )
    }

    fn header() -> Value {
        json!({ "alg": "RS256", "kid": "k1", "typ": "JWT" })
    }

    fn claims() -> Value {
        json!({
            "iss": "https://acme.cloudflareaccess.com",
            "aud": ["a1b2"],
            "exp": NOW / 1000 + 600,
            "nbf": NOW / 1000 - 10,
            "email": "operator@example.com",
            "sub": "1",
        })
    }

    #[test]
    fn an_assertion_for_us_needs_its_signature_checked() {
        let text = jwt(&header(), &claims());
        let read = read(&text, &application(), NOW).unwrap();
        assert_eq!(
            (read.key_id.as_str(), &*read.signature),
            ("k1", &b"signature"[..])
        );
        assert_eq!(read.signed, text.rsplit_once('.').unwrap().0.as_bytes());
    }

    #[test]
    #[rustfmt::skip]
    fn every_claim_counts() {
        let cases = [
            ("iss", json!("https://evil.cloudflareaccess.com"), false),
            ("iss", json!("https://acme.cloudflareaccess.com/"), true),
            ("aud", json!("a1b2"), true),
            ("aud", json!(["other"]), false),
            ("aud", json!([]), false),
            ("aud", json!(null), false),
            ("aud", json!("a1b2c3"), false),
            ("exp", json!(NOW / 1000 - 59), true),
            ("exp", json!(NOW / 1000 - 60), false),
            ("exp", json!(null), false),
            ("exp", json!("9999999999"), false),
            ("nbf", json!(NOW / 1000 + 60), true),
            ("nbf", json!(NOW / 1000 + 61), false),
            ("nbf", json!(null), true),
        ];
        for (name, value, passes) in cases {
            let mut changed = claims();
            changed[name] = value.clone();
            let read = read(&jwt(&header(), &changed), &application(), NOW);
            assert_eq!(read.is_ok(), passes, "{name} {value}");
        }
    }

    #[test]
    fn no_other_algorithm_and_no_other_form_is_taken() {
        for changed in [
            json!({ "alg": "none", "kid": "k1" }),
            json!({ "alg": "HS256", "kid": "k1" }),
            json!({ "alg": "rs256", "kid": "k1" }),
            json!({ "alg": "RS256" }),
            json!({ "alg": "RS256", "kid": "k1", "crit": ["exp"] }),
        ] {
            let text = jwt(&changed, &claims());
            assert!(read(&text, &application(), NOW).is_err(), "{changed}");
        }
        let right = jwt(&header(), &claims());
        for text in [
            "",
            "..",
            "a.b.c",
            &right.replacen('.', "", 1),
            &format!("{right}.x"),
            &format!("{right}*"),
            &"x".repeat(20_000),
        ] {
            assert!(read(text, &application(), NOW).is_err(), "{text}");
        }
    }

    fn set(keys: Value) -> HttpResponse {
        HttpResponse {
            status: 200,
            headers: Vec::new(),
            body: json!({ "keys": keys, "public_certs": [] })
                .to_string()
                .into_bytes(),
            length: None,
        }
    }

    fn jwk(id: &str) -> Value {
        let n = base64_url(&[0xff; 256]);
        json!({ "kid": id, "kty": "RSA", "alg": "RS256", "use": "sig", "e": "AQAB", "n": n })
    }

    #[test]
    fn only_keys_that_may_verify_are_taken() {
        let mut odd = vec![jwk("right")];
        for (name, value) in [
            ("kty", json!("EC")),
            ("use", json!("enc")),
            ("alg", json!("RS512")),
            ("n", json!(base64_url(&[0xff; 128]))),
            ("n", json!("*")),
            ("e", Value::Null),
        ] {
            let mut key = jwk(&format!("odd-{}", odd.len()));
            key[name] = value;
            odd.push(key);
        }
        let mut keys = KeySet::default();
        keys.learn(Some(&set(Value::from(odd))), NOW);
        assert_eq!(keys.keys.len(), 1);
        assert!(keys.key("right").is_some());
    }

    #[test]
    fn keys_are_fetched_again_when_they_are_old_or_when_one_is_missing() {
        let mut keys = KeySet::default();
        assert!(keys.is_stale("k1", NOW));
        keys.learn(Some(&set(json!([jwk("k1")]))), NOW);
        assert!(!keys.is_stale("k1", NOW + KEEP_KEYS - 1));
        assert!(keys.is_stale("k1", NOW + KEEP_KEYS));
        assert!(!keys.is_stale("k2", NOW + ASK_AGAIN - 1));
        assert!(keys.is_stale("k2", NOW + ASK_AGAIN));
        // An outage of Access locks nobody out who was let in before.
        keys.learn(None, NOW + KEEP_KEYS);
        keys.learn(Some(&set(json!([]))), NOW + KEEP_KEYS);
        assert!(keys.key("k1").is_some());
        assert!(!keys.is_stale("k1", NOW + KEEP_KEYS + 1));
    }

    #[test]
    fn the_keys_are_at_the_teams_own_address() {
        let asked = request(&application());
        assert_eq!(
            asked.url,
            "https://acme.cloudflareaccess.com/cdn-cgi/access/certs"
        );
    }
}
