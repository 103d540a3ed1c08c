//! Reading a query or a body strictly: what nobody asked for is a mistake.

use serde_json::{Map, Value};

use super::Fault;
use crate::http::Millis;

/// The parameters of a query, or the fields of a JSON object.
#[derive(Debug)]
pub(super) struct Fields {
    values: Map<String, Value>,
    known: Vec<&'static str>,
}

/// The longest text that is taken (bytes).
const LONGEST: usize = 1024;

impl Fields {
    pub(super) fn of_query(query: Option<&str>) -> Result<Self, Fault> {
        let mut values = Map::new();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let name = name.into_owned();
            if values.contains_key(&name) {
                return Err(Fault::invalid(&name, "is given twice"));
            }
            values.insert(name, Value::String(value.into_owned()));
        }
        Ok(Self::of_object(values))
    }

    pub(super) fn of_body(body: &[u8]) -> Result<Self, Fault> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(values)) => Ok(Self::of_object(values)),
            Ok(_) => Err(Fault::invalid("", "the body is not a JSON object")),
            Err(_) => Err(Fault::invalid("", "the body is not JSON")),
        }
    }

    pub(super) fn of_object(values: Map<String, Value>) -> Self {
        Self {
            values,
            known: Vec::new(),
        }
    }

    /// Any value.
    pub(super) fn value(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.values.remove(name).filter(|value| !value.is_null())
    }

    /// A text, neither empty nor very long.
    pub(super) fn text(&mut self, name: &'static str) -> Result<Option<String>, Fault> {
        match self.value(name) {
            None => Ok(None),
            Some(Value::String(text)) => {
                let text = text.trim();
                if text.is_empty() || text.len() > LONGEST || text.contains(char::is_control) {
                    let message =
                        format!("is empty, longer than {LONGEST} bytes, or has control characters");
                    return Err(Fault::invalid(name, message));
                }
                Ok(Some(text.to_owned()))
            }
            Some(_) => Err(Fault::invalid(name, "is not a text")),
        }
    }

    pub(super) fn required_text(&mut self, name: &'static str) -> Result<String, Fault> {
        let text = self.text(name)?;
        text.ok_or_else(|| Fault::invalid(name, "is missing"))
    }

    /// A list of texts, not an empty one.
    pub(super) fn texts(&mut self, name: &'static str) -> Result<Option<Vec<String>>, Fault> {
        let wrong = || Fault::invalid(name, "is not a list of texts with at least one");
        match self.value(name) {
            None => Ok(None),
            Some(Value::Array(items)) if !items.is_empty() => {
                let texts = items.into_iter().map(|item| match item {
                    Value::String(text) => Some(text),
                    _ => None,
                });
                let texts: Option<Vec<String>> = texts.collect();
                texts.map(Some).ok_or_else(wrong)
            }
            Some(_) => Err(wrong()),
        }
    }

    /// A whole number from 1 on, with a highest one. In a query it is written in digits.
    pub(super) fn number(
        &mut self,
        name: &'static str,
        highest: usize,
    ) -> Result<Option<usize>, Fault> {
        let number = match self.value(name) {
            None => return Ok(None),
            Some(Value::String(digits)) => digits.parse().ok(),
            Some(other) => other.as_u64().and_then(|number| number.try_into().ok()),
        };
        let number = number.filter(|number| (1..=highest).contains(number));
        let wrong = || Fault::invalid(name, format!("is not a whole number from 1 to {highest}"));
        number.map(Some).ok_or_else(wrong)
    }

    /// `true` or `false`; absent is `false`.
    pub(super) fn flag(&mut self, name: &'static str) -> Result<bool, Fault> {
        match self.value(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(Fault::invalid(name, "is neither true nor false")),
        }
    }

    /// A span of time: a whole number and its unit, `90s`, `15m`, `24h` or `7d`.
    pub(super) fn span(&mut self, name: &'static str) -> Result<Option<Millis>, Fault> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let wrong = || Fault::invalid(name, "is not a span of time, such as 90s, 15m, 24h or 7d");
        let unit = text.chars().next_back().and_then(|unit| match unit {
            's' => Some((1000, 's')),
            'm' => Some((60_000, 'm')),
            'h' => Some((3_600_000, 'h')),
            'd' => Some((86_400_000, 'd')),
            _ => None,
        });
        let (length, unit) = unit.ok_or_else(wrong)?;
        let number: Option<u32> = text
            .strip_suffix(unit)
            .and_then(|digits| digits.parse().ok());
        let span = number.and_then(|number| Millis::from(number).checked_mul(length));
        span.map(Some).ok_or_else(wrong)
    }

    /// One of a closed set.
    pub(super) fn choice<T>(
        &mut self,
        name: &'static str,
        read: impl Fn(&str) -> Option<T>,
        choices: &str,
    ) -> Result<Option<T>, Fault> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let wrong = || Fault::invalid(name, format!("is not one of {choices}"));
        read(&text).map(Some).ok_or_else(wrong)
    }

    /// Ends reading: what is left nobody knows.
    pub(super) fn finish(self) -> Result<(), Fault> {
        match self.values.keys().next() {
            None => Ok(()),
            Some(name) => {
                // The name comes from outside.
                let shown: String = name.chars().take(64).collect();
                let known = self.known.join(", ");
                let message = if known.is_empty() {
                    "is not known; there are none here".to_owned()
                } else {
                    format!("is not known; there are: {known}")
                };
                Err(Fault::invalid(&shown, message))
            }
        }
    }
}

/// A part of a path, without its escapes. `None` where they are no UTF-8.
pub(super) fn unescaped(part: &str) -> Option<String> {
    let bytes = part.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if *byte == b'%' {
            let digits = part.get(at + 1..at + 3)?;
            let value = crate::crypto::decode_hex(digits)?;
            plain.extend(value);
            at += 3;
        } else {
            plain.push(*byte);
            at += 1;
        }
    }
    String::from_utf8(plain).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Fields {
        Fields::of_query(Some(text)).unwrap()
    }

    #[test]
    fn what_nobody_asked_for_is_named() {
        let mut fields = query("lane=x&chanel=sms");
        assert_eq!(fields.text("lane"), Ok(Some("x".to_owned())));
        assert_eq!(fields.text("channel"), Ok(None));
        assert_eq!(
            fields.finish(),
            Err(Fault::invalid(
                "chanel",
                "is not known; there are: lane, channel"
            ))
        );
        let twice = Fields::of_query(Some("a=1&a=2")).map(drop);
        assert_eq!(twice, Err(Fault::invalid("a", "is given twice")));
    }

    #[test]
    fn spans_have_units() {
        let cases = [
            ("90s", Some(90_000)),
            ("15m", Some(900_000)),
            ("24h", Some(86_400_000)),
            ("7d", Some(604_800_000)),
            ("0s", Some(0)),
            ("7", None),
            ("d", None),
            ("-1d", None),
            ("1w", None),
            ("1.5h", None),
            ("99999999999d", None),
            ("7ä", None),
        ];
        for (text, expected) in cases {
            let mut fields = Fields::of_object(Map::from_iter([(
                "older_than".to_owned(),
                Value::from(text),
            )]));
            assert_eq!(fields.span("older_than").ok().flatten(), expected, "{text}");
        }
    }

    #[test]
    fn numbers_have_a_range() {
        for (text, expected) in [
            ("n=1", Some(1)),
            ("n=9", Some(9)),
            ("n=0", None),
            ("n=10", None),
            ("n=x", None),
            ("n=", None),
        ] {
            assert_eq!(
                query(text).number("n", 9).ok().flatten(),
                expected,
                "{text}"
            );
        }
        let mut body = Fields::of_body(br#"{"n": 3, "m": -1, "k": 1.5}"#).unwrap();
        assert_eq!(body.number("n", 9), Ok(Some(3)));
        assert!(body.number("m", 9).is_err());
        assert!(body.number("k", 9).is_err());
    }

    #[test]
    fn texts_are_neither_empty_nor_strange() {
        for body in [
            r#"{"a": ""}"#,
            r#"{"a": " "}"#,
            r#"{"a": 7}"#,
            r#"{"a": "x\ny"}"#,
            r#"{"a": ["x"]}"#,
        ] {
            let mut fields = Fields::of_body(body.as_bytes()).unwrap();
            assert!(fields.text("a").is_err(), "{body}");
        }
        for body in ["", "[]", "7", "{", "\u{feff}{}"] {
            assert!(Fields::of_body(body.as_bytes()).is_err(), "{body}");
        }
        assert!(Fields::of_body(&[0x7b, 0xff, 0x7d]).is_err());
        let deep = "[".repeat(100_000);
        assert!(Fields::of_body(deep.as_bytes()).is_err());
    }

    #[test]
    fn escapes_of_a_path_are_read() {
        let cases = [
            ("c%3Am-1", Some("c:m-1")),
            ("l:d%2F1:2", Some("l:d/1:2")),
            ("%C3%A9", Some("é")),
            ("é", Some("é")),
            ("%", None),
            ("%4", None),
            ("%zz", None),
            ("%é1", None),
            ("%ff", None),
        ];
        for (text, expected) in cases {
            assert_eq!(unescaped(text).as_deref(), expected, "{text}");
        }
    }
}
