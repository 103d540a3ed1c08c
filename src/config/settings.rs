//! Reading one table of settings with its secret, collecting every mistake with its key and the cure.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::secret::Rotating;

/// One mistake in the configuration: where, what, and what to do. It never contains a value of a secret.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Problem {
    /// The binding and field, for example `CHANNEL_SUPPORT_SMS.account`.
    pub key: String,
    /// What is wrong.
    pub problem: String,
    /// What to do about it.
    pub cure: String,
}

/// Reads the fields of one `[vars]` table and of the JSON secret that belongs to it.
pub struct SettingsReader<'a> {
    table_name: &'a str,
    secret_name: &'a str,
    table: &'a Map<String, Value>,
    secrets: &'a Map<String, Value>,
    read: BTreeSet<String>,
    read_secrets: BTreeSet<String>,
    problems: Vec<Problem>,
}

impl<'a> SettingsReader<'a> {
    /// A reader over a table and its secret, with the names of their bindings.
    pub fn new(
        table_name: &'a str,
        table: &'a Map<String, Value>,
        secret_name: &'a str,
        secrets: &'a Map<String, Value>,
    ) -> Self {
        Self {
            table_name,
            secret_name,
            table,
            secrets,
            read: BTreeSet::new(),
            read_secrets: BTreeSet::new(),
            problems: Vec::new(),
        }
    }

    /// The full name of a field, as problems and outcomes name it: `CHANNEL_SUPPORT_SMS.from`.
    pub fn key(&self, field: &str) -> String {
        format!("{}.{field}", self.table_name)
    }

    /// Notes a mistake in a field of the table.
    pub fn problem(&mut self, field: &str, problem: impl Into<String>, cure: impl Into<String>) {
        self.problems.push(Problem {
            key: self.key(field),
            problem: problem.into(),
            cure: cure.into(),
        });
    }

    fn value(&mut self, field: &str) -> Option<&'a Value> {
        self.read.insert(field.to_owned());
        self.table.get(field).filter(|value| !value.is_null())
    }

    /// A text that may be absent. Numbers are taken as text, since ids are often written without quotes.
    pub fn text(&mut self, field: &str) -> Option<String> {
        match self.value(field)? {
            Value::String(text) if text.trim().is_empty() => None,
            Value::String(text) => Some(text.trim().to_owned()),
            Value::Number(number) => Some(number.to_string()),
            _ => {
                self.problem(field, "is not a text", "write it as a text in quotes");
                None
            }
        }
    }

    /// A list of texts, or an only one; empty when absent. Numbers are taken as texts, as [`SettingsReader::text`] does.
    pub fn texts(&mut self, field: &str) -> Vec<String> {
        let listed = match self.value(field) {
            None => return Vec::new(),
            Some(Value::Array(values)) => values.as_slice(),
            Some(only) => std::slice::from_ref(only),
        };
        let texts: Option<Vec<String>> = listed
            .iter()
            .map(|value| match value {
                Value::String(text) => Some(text.trim().to_owned()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            })
            .collect();
        let Some(texts) = texts else {
            self.problem(
                field,
                "is not a list of texts",
                "write it as [\"one\", \"two\"]",
            );
            return Vec::new();
        };
        texts.into_iter().filter(|text| !text.is_empty()).collect()
    }

    /// A text that must be there; `cure` says where to find it.
    pub fn required_text(&mut self, field: &str, cure: &str) -> Option<String> {
        let noted = self.problems.len();
        let text = self.text(field);
        if text.is_none() && self.problems.len() == noted {
            self.problem(field, "is missing", cure);
        }
        text
    }

    /// A whole number within a range, or the default when absent.
    pub fn number(&mut self, field: &str, range: RangeInclusive<u64>, default: u64) -> u64 {
        let Some(value) = self.value(field) else {
            return default;
        };
        match value.as_u64().filter(|number| range.contains(number)) {
            Some(number) => number,
            None => {
                let (low, high) = (range.start(), range.end());
                self.problem(
                    field,
                    format!("is not a whole number from {low} to {high}"),
                    format!("write one without quotes, or leave it out for {default}"),
                );
                default
            }
        }
    }

    /// `true` or `false`, or `false` when absent.
    pub fn flag(&mut self, field: &str) -> bool {
        match self.value(field) {
            None => false,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                self.problem(
                    field,
                    "is neither true nor false",
                    "write true or false without quotes",
                );
                false
            }
        }
    }

    /// A table of texts, such as words and what they stand for; empty when absent.
    pub fn words(&mut self, field: &str) -> Vec<(String, String)> {
        let Some(value) = self.value(field) else {
            return Vec::new();
        };
        let words = value.as_object().and_then(|table| {
            let word =
                |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
            table.iter().map(word).collect::<Option<Vec<_>>>()
        });
        words.unwrap_or_else(|| {
            self.problem(
                field,
                "is not a table of texts",
                "write it as { \"word\" = \"meaning\" }",
            );
            Vec::new()
        })
    }

    /// One of a closed set of words, or the first when absent.
    pub fn choice<T: Copy>(&mut self, field: &str, choices: &[(&str, T)]) -> Option<T> {
        let Some(text) = self.text(field) else {
            return choices.first().map(|(_, value)| *value);
        };
        let found = choices.iter().find(|(name, _)| *name == text);
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.problem(
                field,
                "is not one of the known words",
                format!("write one of: {}", names.join(", ")),
            );
        }
        found.map(|(_, value)| *value)
    }

    /// An absolute `https` URL without a trailing slash; `http` is taken for this machine only.
    pub fn url(&mut self, field: &str) -> Option<String> {
        let text = self.text(field)?;
        match base_url(&text) {
            Some(url) => Some(url),
            None => {
                self.problem(
                    field,
                    "is not an https URL",
                    "write it as https://host/path, without query (http is taken for localhost only)",
                );
                None
            }
        }
    }

    /// The URL that a vendor was told to call, kept exactly as it is written: signatures cover it. It may carry the name
    /// and password that the vendor sends along.
    pub fn callback_url(&mut self, field: &str) -> Option<String> {
        let text = self.text(field)?;
        let valid = is_web_address(&text, true);
        if !valid {
            self.problem(
                field,
                "is not an https URL",
                "write it as the vendor has it, without the query and the part after # (http is taken for localhost only)",
            );
        }
        valid.then_some(text)
    }

    /// A credential from the table's secret that must be there.
    pub fn required_secret(&mut self, field: &str, cure: &str) -> Option<Rotating> {
        self.read_secrets.insert(field.to_owned());
        let rotating = self
            .secrets
            .get(field)
            .filter(|value| is_credential(value))
            .and_then(|value| serde_json::from_value::<Rotating>(value.clone()).ok())
            .filter(|rotating| !rotating.current().is_blank());
        if rotating.is_none() {
            self.problems.push(Problem {
                key: format!("{}.{field}", self.secret_name),
                problem: "is missing or is neither a text nor {\"current\": ..., \"previous\": ...}".to_owned(),
                cure: format!(
                    "{cure}; locally in .dev.vars, deployed by `npx wrangler secret put {}`, as JSON with the field `{field}`",
                    self.secret_name
                ),
            });
        }
        rotating
    }

    /// Notes a mistake in a field of the secret.
    pub fn secret_problem(
        &mut self,
        field: &str,
        problem: impl Into<String>,
        cure: impl Into<String>,
    ) {
        self.problems.push(Problem {
            key: format!("{}.{field}", self.secret_name),
            problem: problem.into(),
            cure: cure.into(),
        });
    }

    /// Takes every other field for known: what they should be cannot be told.
    pub(super) fn skip_rest(&mut self) {
        self.read.extend(self.table.keys().cloned());
    }

    /// Ends reading: fields that nothing asked for are mistakes too, since a misspelt setting would silently not apply.
    pub fn finish(mut self) -> Vec<Problem> {
        let unknown: Vec<String> = self
            .table
            .keys()
            .filter(|field| !self.read.contains(*field))
            .cloned()
            .collect();
        let known: Vec<String> = self.read.iter().cloned().collect();
        for field in unknown {
            if self.read_secrets.contains(&field) {
                let cure = format!(
                    "take it out, change the credential at its issuer, and store the new one in the secret {}",
                    self.secret_name
                );
                self.problem(&field, "is a secret and stands here in plain text", cure);
            } else {
                let cure = format!("remove it, or correct it to one of: {}", known.join(", "));
                self.problem(&field, "is not a setting", cure);
            }
        }
        self.problems
    }
}

/// Whether a secret's field has one of the two forms of a credential, and nothing that would silently not apply.
fn is_credential(value: &Value) -> bool {
    match value {
        Value::String(_) => true,
        Value::Object(pair) => pair.keys().all(|key| key == "current" || key == "previous"),
        _ => false,
    }
}

/// `text` as a base URL to append paths to, if it is one that secrets may be sent to.
pub fn base_url(text: &str) -> Option<String> {
    let text = text.trim();
    is_web_address(text, false).then(|| text.trim_end_matches('/').to_owned())
}

/// Whether `text` is an absolute URL without query and fragment, by `https` or on this machine.
fn is_web_address(text: &str, may_have_user: bool) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else {
        return false;
    };
    let authority = rest.split('/').next().unwrap_or_default();
    let (user, host) = match authority.rsplit_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, authority),
    };
    let (name, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((name, "")) => (name, None),
        Some((name, port)) => (name, port.strip_prefix(':').or(Some("?"))),
        None => match host.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (host, None),
        },
    };
    let bracketed = host.starts_with('[');
    let named = !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b) || (bracketed && b == b':'));
    let local = matches!(name, "localhost" | "127.0.0.1" | "::1");
    let safe =
        scheme.eq_ignore_ascii_case("https") || (scheme.eq_ignore_ascii_case("http") && local);
    let plain = text.bytes().all(|b| b.is_ascii_graphic()) && !text.contains(['?', '#', '\\']);
    named
        && safe
        && plain
        && (may_have_user || user.is_none())
        && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_is_one_that_secrets_may_be_sent_to() {
        let cases = [
            ("https://api.example.com", Some("https://api.example.com")),
            (
                " https://api.example.com/v1/ ",
                Some("https://api.example.com/v1"),
            ),
            ("HTTPS://API.example.com", Some("HTTPS://API.example.com")),
            ("https://h:8443//", Some("https://h:8443")),
            ("http://localhost:8787", Some("http://localhost:8787")),
            ("http://127.0.0.1", Some("http://127.0.0.1")),
            ("http://[::1]:8790/", Some("http://[::1]:8790")),
            ("https://[2001:db8::1]", Some("https://[2001:db8::1]")),
            ("http://api.example.com", None),
            ("http://localhost.example.com", None),
            ("http://127.0.0.1.example.com", None),
            ("http://localhost@example.com", None),
            ("http://localhost\\@example.com", None),
            ("http://[::1].example.com", None),
            ("http://localhost:80@example.com", None),
            ("https://user:pass@example.com", None),
            ("https://example.com:", None),
            ("https://example.com:0", None),
            ("https://example.com:99999", None),
            ("https://example.com:80:80", None),
            ("https://example.com?x=1", None),
            ("https://example.com#x", None),
            ("https://exa mple.com", None),
            ("https://example.com/a\nb", None),
            ("https://bücher.example", None),
            ("https://<host>", None),
            ("https://", None),
            ("https:///path", None),
            ("https://[::1", None),
            ("ftp://example.com", None),
            ("javascript:alert(1)//", None),
            ("example.com", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(base_url(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_callback_url_is_kept_as_the_vendor_has_it() {
        let cases = [
            ("https://Host.example.com/Hook/", true),
            ("https://user:pass@host.example.com:8443/hook", true),
            ("https://host.example.com/hook?site=42", false),
            ("https://host.example.com/hook#rc=3", false),
            ("http://host.example.com/hook", false),
        ];
        for (text, valid) in cases {
            let table = Map::from_iter([("public_url".to_owned(), Value::from(text))]);
            let none = Map::new();
            let mut reader = SettingsReader::new("CHANNEL_A", &table, "SECRET_CHANNEL_A", &none);
            let url = reader.callback_url("public_url");
            assert_eq!(url.as_deref(), valid.then_some(text));
            assert_eq!(reader.finish().is_empty(), valid, "{text}");
        }
    }

    #[test]
    fn one_text_is_a_list_too() {
        let cases = [
            (Value::Null, Some(vec![])),
            (Value::from("a"), Some(vec!["a"])),
            (serde_json::json!([]), Some(vec![])),
            (serde_json::json!([" a ", "b"]), Some(vec!["a", "b"])),
            (serde_json::json!(["a", 7]), Some(vec!["a", "7"])),
            (serde_json::json!(["a", " "]), Some(vec!["a"])),
            (Value::from(7), Some(vec!["7"])),
            (serde_json::json!(["a", true]), None),
            (serde_json::json!({ "a": "b" }), None),
        ];
        for (value, expected) in cases {
            let table = Map::from_iter([("hosts".to_owned(), value.clone())]);
            let none = Map::new();
            let mut reader = SettingsReader::new("CHANNEL_A", &table, "SECRET_CHANNEL_A", &none);
            let texts = reader.texts("hosts");
            assert_eq!(texts, expected.clone().unwrap_or_default(), "{value}");
            assert_eq!(reader.finish().is_empty(), expected.is_some(), "{value}");
        }
    }
}
