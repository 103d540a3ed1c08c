//! The code and its description have the same paths, and the description's parts fit together.

use std::collections::BTreeSet;

use liveengage_connector::admin::routes::{ROUTES, find};
use serde_json::Value;

use crate::pretended::{KEY, description};

#[test]
fn every_route_is_described_and_every_description_has_a_route() {
    let api = description();
    let mut described = BTreeSet::new();
    for (path, item) in api["paths"].as_object().unwrap() {
        for method in ["get", "post", "put", "delete", "patch", "head", "options"] {
            if item.get(method).is_some() {
                described.insert((path.clone(), method.to_uppercase()));
            }
        }
    }
    let routes = ROUTES.iter().map(|route| {
        let method = route.method.as_str().to_owned();
        (route.path.to_owned(), method)
    });
    assert_eq!(described, routes.collect());
}

#[test]
fn every_variable_part_of_a_path_is_described() {
    let api = description();
    for route in ROUTES {
        let parts = route.path.split('/').filter(|part| part.starts_with('{'));
        let parts: Vec<&str> = parts.map(|part| part.trim_matches(['{', '}'])).collect();
        let listed = api["paths"][route.path]["parameters"].as_array();
        let listed = listed.into_iter().flatten();
        let listed: Vec<&str> = listed.map(|it| it["name"].as_str().unwrap()).collect();
        assert_eq!(parts, listed, "{}", route.path);
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                found.extend(
                    fields
                        .get("$ref")
                        .and_then(Value::as_str)
                        .map(str::to_owned),
                );
                fields.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let api = description();
    let mut found = Vec::new();
    references(&api, &mut found);
    assert!(found.len() > 100);
    for reference in &found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(api.pointer(pointer).is_some(), "{reference}");
    }
    for name in api["components"]["schemas"].as_object().unwrap().keys() {
        let used = found.contains(&format!("#/components/schemas/{name}"));
        assert!(used, "{name} is used nowhere");
    }
}

#[test]
fn a_word_of_a_path_is_no_consumer() {
    let (route, parts) = find("POST", "/admin/consumers/find").unwrap();
    assert_eq!((route.path, parts.len()), ("/admin/consumers/find", 0));
    assert!(find("GET", "/admin/consumers/find").is_err());
    let path = format!("/admin/consumers/{KEY}/messages/c%3A1");
    let (_, parts) = find("GET", &path).unwrap();
    assert_eq!(parts, [KEY, "c%3A1"]);
}
