//! Templates: which there are, and what a message from one reads like.
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes>

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::meta::fields::{Fields, Wrong};
use crate::meta::graph::GraphError;

/// An approved template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Template {
    pub(crate) name: String,
    pub(crate) language: String,
    /// With `{{1}}`, `{{2}}`, ... for parameters.
    pub(crate) body: String,
    /// Titles of quick replies.
    #[serde(default)]
    pub(crate) buttons: Vec<String>,
}

/// The templates at the beginning.
pub(crate) fn defaults() -> Vec<Template> {
    let template = |name: &str, body: &str, button: Option<&str>| Template {
        name: name.to_owned(),
        language: "en_US".to_owned(),
        body: body.to_owned(),
        buttons: button.map(str::to_owned).into_iter().collect(),
    };
    vec![
        template("hello_world", "Hello World", None),
        template(
            "case_update",
            "Hello {{1}}, there is news on your case.",
            Some("Talk to us"),
        ),
    ]
}

/// A template as a phone shows it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Filled {
    pub(crate) text: String,
    /// Titles and payloads.
    pub(crate) buttons: Vec<(String, String)>,
}

/// Whether the object has the form of one.
pub(super) fn check(fields: &mut Fields<'_>) -> Result<(), Wrong> {
    fields.text("name")?;
    let mut language = fields.object("language")?;
    language.text("code")?;
    if language.has("policy") {
        language.one_of("policy", &["deterministic"])?;
    }
    language.end()?;
    if !fields.has("components") {
        return Ok(());
    }
    for mut component in fields.objects("components", 20)? {
        let kind = component.one_of("type", &["header", "body", "button"])?;
        if kind == "button" {
            component.one_of("sub_type", &["quick_reply", "url"])?;
            component.need("index")?;
        }
        for mut parameter in component.objects("parameters", 100)? {
            match parameter.one_of("type", &["text", "payload", "image", "document", "video"])? {
                "text" => {
                    parameter.text("text")?;
                }
                "payload" => {
                    parameter.text("payload")?;
                }
                file => {
                    parameter.object(file)?;
                }
            }
            parameter.end()?;
        }
        component.end()?;
    }
    Ok(())
}

fn components<'a>(content: &'a Value, kind: &str) -> impl Iterator<Item = &'a Value> {
    let components = content["components"].as_array().into_iter().flatten();
    components.filter(move |component| component["type"] == kind)
}

/// The message that a well-formed object makes of one of these templates.
pub(crate) fn fill(templates: &[Template], content: &Value) -> Result<Filled, GraphError> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (name, language) = (text(&content["name"]), text(&content["language"]["code"]));
    let mut known = templates.iter();
    let found = known.find(|known| known.name == name && known.language == language);
    let template = found.ok_or_else(|| {
        let error = GraphError {
            status: 404,
            ..GraphError::new(132_001, "Template name does not exist in the translation")
        };
        error.with_details(&format!(
            "template name ({name}) does not exist in {language}"
        ))
    })?;
    let given: Vec<String> = components(content, "body")
        .filter_map(|body| body["parameters"].as_array())
        .flatten()
        .map(|parameter| text(&parameter["text"]))
        .collect();
    let wanted = (1..).take_while(|n| template.body.contains(&format!("{{{{{n}}}}}")));
    let wanted = wanted.count();
    if given.len() != wanted {
        let error = GraphError::new(132_000, "Number of parameters does not match");
        let counts = format!(
            "body: number of localizable_params ({}) does not match the expected number of params ({wanted})",
            given.len()
        );
        return Err(error.with_details(&counts));
    }
    let fill = |body: String, (n, value): (usize, &String)| {
        body.replace(&format!("{{{{{}}}}}", n + 1), value)
    };
    let filled = given.iter().enumerate().fold(template.body.clone(), fill);
    let buttons = template.buttons.iter().enumerate().map(|(n, title)| {
        let own = components(content, "button").find(|button| {
            button["index"].as_u64() == Some(n as u64) || button["index"] == n.to_string().as_str()
        });
        let payload = own.and_then(|own| own["parameters"][0]["payload"].as_str());
        (title.clone(), payload.unwrap_or(title).to_owned())
    });
    Ok(Filled {
        text: filled,
        buttons: buttons.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Filled, defaults, fill};
    use serde_json::json;

    #[test]
    fn a_template_is_filled_with_as_many_parameters_as_it_has() {
        let case = |parameters: &[&str]| {
            let parameters: Vec<_> = parameters
                .iter()
                .map(|text| json!({ "type": "text", "text": text }))
                .collect();
            json!({ "name": "case_update", "language": { "code": "en_US" },
                "components": [{ "type": "body", "parameters": parameters },
                    { "type": "button", "sub_type": "quick_reply", "index": "0",
                      "parameters": [{ "type": "payload", "payload": "talk" }] }] })
        };
        let filled = Filled {
            text: "Hello Ann, there is news on your case.".into(),
            buttons: vec![("Talk to us".into(), "talk".into())],
        };
        assert_eq!(fill(&defaults(), &case(&["Ann"])), Ok(filled));
        for wrong in [&[][..], &["Ann", "Bob"]] {
            assert_eq!(fill(&defaults(), &case(wrong)).unwrap_err().code, 132_000);
        }
    }

    #[test]
    fn an_unknown_name_or_language_is_no_template() {
        for (name, language) in [("hello", "en_US"), ("hello_world", "de")] {
            let content = json!({ "name": name, "language": { "code": language } });
            let error = fill(&defaults(), &content).unwrap_err();
            assert_eq!((error.status, error.code), (404, 132_001), "{name}");
        }
    }
}
