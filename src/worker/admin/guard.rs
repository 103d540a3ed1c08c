//! Who may use the admin API: the shell around [`crate::admin::auth`].

use std::cell::{Cell, RefCell};

use js_sys::{Array, Object, Reflect, Uint8Array};
use worker::wasm_bindgen::{JsCast, JsValue};
use worker::wasm_bindgen_futures::JsFuture;
use worker::web_sys::{CryptoKey, SubtleCrypto};

use crate::admin::Fault;
use crate::admin::access::{self, Assertion, KeySet, RsaKey};
use crate::admin::auth::{self, Attempts, Credentials, Verdict};
use crate::config::{AccessApplication, Config};
use crate::worker::{clock, http, log};

thread_local! {
    static ATTEMPTS: Cell<Attempts> = Cell::new(Attempts::default());
    static KEYS: RefCell<KeySet> = RefCell::default();
}

/// Lets a request pass, or says why not.
pub(super) async fn admit<'h>(
    config: &Config,
    header: impl Fn(&str) -> Option<&'h str>,
) -> Result<(), Fault> {
    let credentials = Credentials {
        authorization: header("authorization"),
        assertion: header("cf-access-jwt-assertion"),
        fetch_site: header("sec-fetch-site"),
    };
    match auth::check(&config.admin, &credentials, clock::now()) {
        Verdict::Granted => Ok(()),
        Verdict::CrossSite => {
            refused("another site");
            Err(Fault::CrossSite)
        }
        Verdict::Refused(problem) => Err(refused(problem)),
        Verdict::IfSigned(assertion) => match &config.admin.access {
            Some(application) => signed(application, &assertion).await,
            None => Err(refused("no credential")),
        },
    }
}

fn refused(problem: &str) -> Fault {
    let mut attempts = ATTEMPTS.get();
    let failure = attempts.failed(clock::now());
    ATTEMPTS.set(attempts);
    if failure.logged {
        log::write("admin_refused", &[("problem", problem)], false);
    }
    match failure.retry_after {
        Some(retry_after) => Fault::TooManyFailures { retry_after },
        None => Fault::Unauthorized,
    }
}

async fn signed(application: &AccessApplication, assertion: &Assertion) -> Result<(), Fault> {
    let id = &assertion.key_id;
    let now = clock::now();
    if KEYS.with_borrow(|keys| keys.is_stale(id, now)) {
        let answer = http::send(&access::request(application)).await.ok();
        KEYS.with_borrow_mut(|keys| keys.learn(answer.as_ref(), now));
        if KEYS.with_borrow(KeySet::is_empty) {
            log::write("admin_keys_unavailable", &[], true);
            return Err(Fault::Unavailable);
        }
    }
    let Some(key) = KEYS.with_borrow(|keys| keys.key(id).cloned()) else {
        return Err(refused("assertion signed by an unknown key"));
    };
    match verify(&key, assertion).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(refused("assertion forged")),
        // A key that the runtime cannot use.
        Err(_) => Err(refused("assertion cannot be checked")),
    }
}

/// RS256 by the runtime's own WebCrypto.
async fn verify(key: &RsaKey, assertion: &Assertion) -> Result<bool, JsValue> {
    let crypto = Reflect::get(&js_sys::global(), &"crypto".into())?;
    let subtle: SubtleCrypto = Reflect::get(&crypto, &"subtle".into())?.unchecked_into();
    let jwk = Object::new();
    let fields = [
        ("kty", "RSA"),
        ("alg", "RS256"),
        ("n", &key.n),
        ("e", &key.e),
    ];
    for (name, value) in fields {
        Reflect::set(&jwk, &name.into(), &value.into())?;
    }
    let algorithm = Object::new();
    Reflect::set(&algorithm, &"name".into(), &"RSASSA-PKCS1-v1_5".into())?;
    let hashed = algorithm.clone();
    Reflect::set(&hashed, &"hash".into(), &"SHA-256".into())?;
    let usages = Array::of1(&"verify".into());
    let imported = subtle.import_key_with_object("jwk", &jwk, &hashed, false, &usages)?;
    let imported: CryptoKey = JsFuture::from(imported).await?.unchecked_into();
    let verified = subtle.verify_with_object_and_buffer_source_and_buffer_source(
        &algorithm,
        &imported,
        &Uint8Array::from(assertion.signature.as_slice()),
        &Uint8Array::from(assertion.signed.as_slice()),
    )?;
    let verified = JsFuture::from(verified).await?;
    Ok(verified.as_bool() == Some(true))
}
