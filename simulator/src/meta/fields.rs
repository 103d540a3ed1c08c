//! Reading the parameters of a call, and noticing those that nobody has read.

use serde_json::{Map, Value};

use super::graph::GraphError;

/// What is wrong with a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    pub(crate) what: String,
    /// It is not there, rather than wrong.
    pub(crate) missing: bool,
    pub(crate) subcode: Option<u32>,
}

impl Wrong {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            missing: false,
            subcode: None,
        }
    }

    pub(crate) fn with_subcode(self, subcode: u32) -> Self {
        Self {
            subcode: Some(subcode),
            ..self
        }
    }
}

impl From<Wrong> for GraphError {
    fn from(wrong: Wrong) -> Self {
        Self {
            subcode: wrong.subcode,
            ..Self::parameter(&wrong.what)
        }
    }
}

/// The fields of one object.
pub(crate) struct Fields<'a> {
    map: &'a Map<String, Value>,
    /// Where it stands, as Meta writes it: `message[attachment]`.
    pub(crate) at: String,
    read: Vec<&'a str>,
}

impl<'a> Fields<'a> {
    pub(crate) fn of(value: &'a Value, at: impl Into<String>) -> Result<Self, Wrong> {
        let at = at.into();
        let map = value.as_object();
        let map = map.ok_or_else(|| Wrong::new(format!("Param {at} must be a JSON object.")))?;
        Ok(Self {
            map,
            at,
            read: Vec::new(),
        })
    }

    fn place(&self, name: &str) -> String {
        if self.at.is_empty() {
            name.to_owned()
        } else {
            format!("{}[{name}]", self.at)
        }
    }

    /// A field that is there and wrong.
    pub(crate) fn wrong(&self, name: &str, what: &str) -> Wrong {
        Wrong::new(format!("Param {} {what}.", self.place(name)))
    }

    pub(crate) fn missing(&self, name: &str) -> Wrong {
        Wrong {
            missing: true,
            ..Wrong::new(format!("The parameter {} is required.", self.place(name)))
        }
    }

    /// The field, if it is there.
    pub(crate) fn get(&mut self, name: &'a str) -> Option<&'a Value> {
        self.read.push(name);
        self.map.get(name)
    }

    pub(crate) fn need(&mut self, name: &'a str) -> Result<&'a Value, Wrong> {
        self.get(name).ok_or_else(|| self.missing(name))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.map.contains_key(name)
    }

    /// A text that is not empty.
    pub(crate) fn text(&mut self, name: &'a str) -> Result<&'a str, Wrong> {
        let text = self.need(name)?.as_str().filter(|text| !text.is_empty());
        text.ok_or_else(|| self.wrong(name, "must be a non-empty string"))
    }

    pub(crate) fn optional_text(&mut self, name: &'a str) -> Result<Option<&'a str>, Wrong> {
        self.has(name).then(|| self.text(name)).transpose()
    }

    /// A text of at most so many characters.
    pub(crate) fn limited(&mut self, name: &'a str, longest: usize) -> Result<&'a str, Wrong> {
        let text = self.text(name)?;
        if text.chars().count() > longest {
            let what = format!("must be at most {longest} characters long");
            return Err(self.wrong(name, &what));
        }
        Ok(text)
    }

    pub(crate) fn optional_limited(
        &mut self,
        name: &'a str,
        longest: usize,
    ) -> Result<Option<&'a str>, Wrong> {
        self.has(name)
            .then(|| self.limited(name, longest))
            .transpose()
    }

    /// One of these texts.
    pub(crate) fn one_of(&mut self, name: &'a str, known: &[&str]) -> Result<&'a str, Wrong> {
        let text = self.text(name)?;
        if known.contains(&text) {
            return Ok(text);
        }
        let what = format!("must be one of {{{}}}", known.join(", "));
        Err(self.wrong(name, &what))
    }

    pub(crate) fn flag(&mut self, name: &'a str) -> Result<bool, Wrong> {
        match self.get(name) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(self.wrong(name, "must be a boolean")),
        }
    }

    pub(crate) fn object(&mut self, name: &'a str) -> Result<Fields<'a>, Wrong> {
        let value = self.need(name)?;
        Fields::of(value, self.place(name))
    }

    pub(crate) fn optional_object(&mut self, name: &'a str) -> Result<Option<Fields<'a>>, Wrong> {
        self.has(name).then(|| self.object(name)).transpose()
    }

    /// A list of objects, at least one and at most so many.
    pub(crate) fn objects(&mut self, name: &'a str, most: usize) -> Result<Vec<Fields<'a>>, Wrong> {
        let list = self.need(name)?.as_array();
        let list = list.ok_or_else(|| self.wrong(name, "must be an array"))?;
        if list.is_empty() || list.len() > most {
            let what = format!("must have between 1 and {most} elements");
            return Err(self.wrong(name, &what));
        }
        let place = self.place(name);
        let entries = list.iter().enumerate();
        entries
            .map(|(n, value)| Fields::of(value, format!("{place}[{n}]")))
            .collect()
    }

    /// Refuses what nobody has read.
    pub(crate) fn end(self) -> Result<(), Wrong> {
        let mut names = self.map.keys();
        match names.find(|name| !self.read.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => Err(Wrong::new(format!(
                "Invalid keys \"{name}\" were found in param \"{}\".",
                self.at
            ))),
        }
    }
}

/// Whether this is an address that Meta takes: `https`, or this machine.
pub(crate) fn is_link(text: &str) -> bool {
    let local = ["127.0.0.1", "localhost"].iter().any(|host| {
        let rest = text.strip_prefix("http://");
        let rest = rest.and_then(|rest| rest.strip_prefix(host));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    });
    local || is_address(text, &["https://"])
}

/// Whether this is an address that begins in one of these ways.
pub(crate) fn is_address(text: &str, schemes: &[&str]) -> bool {
    let rest = schemes.iter().find_map(|scheme| text.strip_prefix(scheme));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next());
    text.len() <= 2_000
        && text.bytes().all(|byte| byte.is_ascii_graphic())
        && host.is_some_and(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Fields, is_link};
    use serde_json::json;

    #[test]
    fn a_field_that_nobody_reads_is_named_with_its_place() {
        let value = json!({ "a": { "b": "x", "c": 1 } });
        let mut outer = Fields::of(&value, "").unwrap();
        let mut inner = outer.object("a").unwrap();
        assert_eq!(inner.text("b"), Ok("x"));
        let wrong = inner.end().unwrap_err().what;
        assert_eq!(wrong, "Invalid keys \"c\" were found in param \"a\".");
        assert!(outer.end().is_ok());
    }

    #[test]
    fn missing_is_told_from_wrong() {
        let value = json!({ "empty": "", "long": "äöü" });
        let mut fields = Fields::of(&value, "x").unwrap();
        assert!(fields.text("none").unwrap_err().missing);
        assert!(!fields.text("empty").unwrap_err().missing);
        assert_eq!(fields.limited("long", 3), Ok("äöü"));
        let wrong = fields.limited("long", 2).unwrap_err();
        assert!(wrong.what.contains("x[long]"), "{}", wrong.what);
    }

    #[test]
    fn links_are_https_or_this_machine() {
        for good in [
            "https://a.example/b",
            "http://127.0.0.1:8787/x",
            "http://localhost/x",
        ] {
            assert!(is_link(good), "{good}");
        }
        for bad in [
            "http://a.example",
            "ftp://a",
            "https://",
            "",
            "https://a b",
            "http://127.0.0.1.a.example/",
        ] {
            assert!(!is_link(bad), "{bad}");
        }
    }
}
