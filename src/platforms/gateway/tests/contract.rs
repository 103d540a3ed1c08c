//! The documents, the schema and the fixtures say the same.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::*;

fn at(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn text_of(path: &str) -> String {
    std::fs::read_to_string(at(path)).unwrap()
}

fn json_of(path: &str) -> Value {
    serde_json::from_str(&text_of(path)).unwrap()
}

/// The fixtures of a folder by their paths.
fn fixtures(folder: &str) -> BTreeMap<String, Value> {
    let folder = format!("tests/fixtures/gateway/{folder}");
    let names = std::fs::read_dir(at(&folder)).unwrap();
    let fixtures: BTreeMap<String, Value> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| format!("{folder}/{name}"))
        .map(|path| (path.clone(), json_of(&path)))
        .collect();
    assert!(!fixtures.is_empty());
    fixtures
}

struct Schema {
    schemas: boon::Schemas,
    compiler: boon::Compiler,
}

impl Schema {
    fn new(schema: Value) -> Self {
        let mut compiler = boon::Compiler::new();
        compiler.enable_format_assertions();
        compiler.add_resource("http://schema", schema).unwrap();
        let schemas = boon::Schemas::new();
        Self { schemas, compiler }
    }

    fn check(&mut self, name: &str, value: &Value) -> Result<(), String> {
        let location = format!("http://schema#/$defs/{name}");
        let index = self.compiler.compile(&location, &mut self.schemas);
        let verdict = self.schemas.validate(value, index.unwrap());
        verdict.map_err(|error| error.to_string())
    }
}

/// The schema with nothing allowed that it does not name. Readers are to ignore what they do not know; fixtures are not to have it.
fn closed(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.values_mut().for_each(closed);
            if fields.get("properties").is_some_and(Value::is_object) && fields.contains_key("type")
            {
                fields.insert("additionalProperties".to_owned(), json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(closed),
        _ => {}
    }
}

#[test]
fn the_schema_describes_what_goes_both_ways() {
    let open = json_of("docs/gateway.schema.json");
    let mut strict = open.clone();
    closed(&mut strict);
    for (schema, strict) in [(open, false), (strict, true)] {
        let mut schema = Schema::new(schema);
        for (path, value) in fixtures("from_app") {
            assert_eq!(
                schema.check("to_connector", &value),
                Ok(()),
                "{path} {strict}"
            );
            assert!(schema.check("from_connector", &value).is_err(), "{path}");
        }
        for (path, value) in fixtures("to_app") {
            assert_eq!(
                schema.check("from_connector", &value),
                Ok(()),
                "{path} {strict}"
            );
            assert!(schema.check("to_connector", &value).is_err(), "{path}");
        }
        for (path, value) in fixtures("odd") {
            assert!(
                schema.check("to_connector", &value).is_err(),
                "{path} is read, but not written"
            );
        }
        for (path, value) in fixtures("answers") {
            assert_eq!(schema.check("refusal", &value), Ok(()), "{path} {strict}");
        }
    }
}

/// What the schema takes, the adapter reads; and what the adapter makes a dead letter of, the schema does not take.
#[test]
fn the_schema_and_the_adapter_agree() {
    let mut schema = Schema::new(json_of("docs/gateway.schema.json"));
    let all = fixtures("from_app").into_iter().chain(fixtures("odd"));
    let mut changed = 0;
    for (path, event) in all {
        let Some(fields) = event
            .as_object()
            .filter(|fields| fields.contains_key("type"))
        else {
            continue;
        };
        let inner = fields.get("content").and_then(Value::as_object);
        let pointers = fields.keys().map(|name| format!("/{name}")).chain(
            inner
                .into_iter()
                .flat_map(|inner| inner.keys().map(|name| format!("/content/{name}"))),
        );
        for pointer in pointers {
            for other in [
                json!(null),
                json!(""),
                json!("x"),
                json!(7),
                json!(-7.5),
                json!([]),
                json!({}),
                json!(true),
            ] {
                let mut event = event.clone();
                *event.pointer_mut(&pointer).unwrap() = other;
                changed += 1;
                if schema.check("to_connector", &event).is_err() {
                    continue;
                }
                let headers = signed("evt_1", b"");
                let body = event.to_string();
                let parsed = adapter()
                    .parse(&callback(&headers, body.as_bytes()))
                    .unwrap();
                assert_eq!(parsed.ignored, [], "{path} {event}");
                assert!(
                    !format!("{parsed:?}").contains("Malformed"),
                    "{path} {event}"
                );
            }
        }
    }
    assert!(changed > 300, "{changed}");
}

#[test]
fn the_documents_show_every_fixture_and_no_other_json() {
    let guide = text_of("docs/platforms/gateway.md");
    let mut blocks: Vec<Value> = guide
        .split("```json\n")
        .skip(1)
        .map(|rest| serde_json::from_str(rest.split("```").next().unwrap()).unwrap())
        .collect();
    for folder in ["from_app", "to_app", "answers"] {
        for (path, value) in fixtures(folder) {
            let found = blocks.iter().position(|block| *block == value);
            let found = found.unwrap_or_else(|| panic!("{path} is not in the guide"));
            blocks.remove(found);
        }
    }
    assert_eq!(
        blocks,
        Vec::<Value>::new(),
        "in the guide and in no fixture"
    );
}

fn references<'a>(value: &'a Value, name: &str, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get(name).and_then(Value::as_str));
            fields
                .values()
                .for_each(|value| references(value, name, found));
        }
        Value::Array(items) => items
            .iter()
            .for_each(|value| references(value, name, found)),
        _ => {}
    }
}

#[test]
fn the_api_description_refers_to_what_is_there() {
    let api = json_of("docs/gateway.openapi.json");
    let schema = json_of("docs/gateway.schema.json");
    let mut found = Vec::new();
    references(&api, "$ref", &mut found);
    for reference in &found {
        let target = match reference.strip_prefix("gateway.schema.json#") {
            Some(pointer) => schema.pointer(pointer),
            None => api.pointer(reference.strip_prefix('#').unwrap()),
        };
        assert!(target.is_some(), "{reference}");
    }
    assert!(found.len() > 10);

    let mut examples = Vec::new();
    references(&api, "externalValue", &mut examples);
    examples.sort_unstable();
    let all = fixtures("from_app").into_iter().chain(fixtures("to_app"));
    let mut paths: Vec<String> = all.map(|(path, _)| format!("../{path}")).collect();
    paths.sort_unstable();
    assert_eq!(examples, paths);
}
