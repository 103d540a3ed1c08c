//! The configuration, read from the bindings once per isolate.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::Value;
use worker::Env;
use worker::wasm_bindgen::{JsCast, JsValue};

use super::log;
use crate::config::{ADMIN, ADMIN_TOKEN, Bindings, Config};

thread_local! {
    /// Bindings do not change while an isolate lives.
    static CONFIG: RefCell<Option<Rc<Config>>> = const { RefCell::new(None) };
}

/// The configuration. The first call of an isolate logs every mistake in it.
pub(super) fn config(env: &Env) -> Rc<Config> {
    CONFIG.with(|cell| {
        if let Some(config) = cell.borrow().as_ref() {
            return Rc::clone(config);
        }
        let config = Rc::new(Config::read(&bindings(env)));
        for problem in &config.problems {
            let fields = [
                ("key", problem.key.as_str()),
                ("problem", problem.problem.as_str()),
                ("cure", problem.cure.as_str()),
            ];
            log::write("configuration", &fields, true);
        }
        cell.replace(Some(Rc::clone(&config)));
        config
    })
}

/// Every binding that is a text or a JSON value; namespaces and buckets are left out.
fn bindings(env: &Env) -> Bindings {
    let object: &JsValue = env.as_ref();
    let mut bindings = Bindings::new();
    for name in js_sys::Object::keys(object.unchecked_ref::<js_sys::Object>()).iter() {
        let (Some(text), Ok(value)) = (name.as_string(), js_sys::Reflect::get(object, &name))
        else {
            continue;
        };
        let ours = ["ACCOUNT_", "CHANNEL_", "SECRET_"]
            .iter()
            .any(|prefix| text.starts_with(prefix));
        let single = ["PUBLIC_URL", "IDENTITY_KEY", ADMIN, ADMIN_TOKEN];
        if !ours && !single.contains(&text.as_str()) {
            continue;
        }
        if let Some(value) = plain(&value) {
            bindings.insert(text, value);
        }
    }
    bindings
}

fn plain(value: &JsValue) -> Option<Value> {
    if let Some(text) = value.as_string() {
        return Some(Value::String(text));
    }
    let json = js_sys::JSON::stringify(value).ok()?.as_string()?;
    serde_json::from_str(&json).ok()
}
