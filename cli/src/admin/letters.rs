//! Lists that come in pages, and sending dead letters again or discarding them, page by page.

use serde_json::{Map, Value, json};

use super::Failed;
use super::api::Api;
use super::options::Filter;
use super::table::table;
use crate::report::count;
use crate::say;

/// All pages of a list as one answer.
pub(super) fn pages(api: &Api, path: &str, filter: &Filter) -> Result<Value, Failed> {
    let mut all = Vec::new();
    let mut query = filter.clone();
    loop {
        let mut page = api.get(path, &query)?;
        if let Some(Value::Array(consumers)) = page.get_mut("consumers").map(Value::take) {
            all.extend(consumers);
        }
        let Some(next) = page.get("next").and_then(Value::as_str) else {
            return Ok(json!({ "consumers": all }));
        };
        query.retain(|(name, _)| *name != "after");
        query.push(("after", next.to_owned()));
    }
}

/// What is selected on one page: how to ask for it again, and how many there were.
struct Page {
    select: Map<String, Value>,
    count: usize,
}

/// Counts first; with `yes` it is then done, each page by its own count, so that nothing is taken that was not counted.
pub(super) fn change(
    api: &Api,
    verb: &str,
    select: &Map<String, Value>,
    yes: bool,
    as_json: bool,
) -> Result<bool, Failed> {
    let path = format!("/admin/dead-letters/{verb}");
    let (mut pages, mut consumers) = (Vec::new(), Vec::new());
    let mut select = select.clone();
    loop {
        let counted = api.post(&path, &Value::Object(select.clone()))?;
        consumers.extend(listed(&counted).cloned());
        pages.push(Page {
            select: select.clone(),
            count: taken(&counted),
        });
        match counted.get("next") {
            Some(next) => select.insert("after".to_owned(), next.clone()),
            None => break,
        };
    }
    let total: usize = pages.iter().map(|page| page.count).sum();
    if !yes {
        tell(as_json, verb, true, total, &consumers);
        return Ok(true);
    }
    let (mut done, mut changed) = (0, Vec::new());
    for mut page in pages.into_iter().filter(|page| page.count > 0) {
        page.select.insert("confirm".to_owned(), json!(page.count));
        match api.post(&path, &Value::Object(page.select)) {
            Ok(answer) => {
                done += taken(&answer);
                changed.extend(listed(&answer).cloned());
            }
            Err(failed) => {
                tell(as_json, verb, false, done, &changed);
                return Err(failed);
            }
        }
    }
    tell(as_json, verb, false, done, &changed);
    Ok(true)
}

fn taken(answer: &Value) -> usize {
    let count = answer.get("count").and_then(Value::as_u64);
    usize::try_from(count.unwrap_or(0)).unwrap_or(usize::MAX)
}

fn listed(answer: &Value) -> impl Iterator<Item = &Value> {
    let consumers = answer.get("consumers").and_then(Value::as_array);
    consumers.into_iter().flatten()
}

fn tell(as_json: bool, verb: &str, dry_run: bool, total: usize, consumers: &[Value]) {
    if as_json {
        let answer = json!({ "dry_run": dry_run, "count": total, "consumers": consumers });
        say(&format!("{answer:#}\n"));
        return;
    }
    let keys = |consumer: &Value, name: &str| -> Vec<String> {
        let list = consumer.get(name).and_then(Value::as_array);
        let list = list.into_iter().flatten().filter_map(Value::as_str);
        list.map(str::to_owned).collect()
    };
    let mut rows = Vec::new();
    for consumer in consumers {
        let key = consumer.get("consumer").and_then(Value::as_str);
        let key = key.unwrap_or("-").to_owned();
        let marked = [("messages", ""), ("unsendable", "cannot be sent again")];
        for (name, remark) in marked {
            for message in keys(consumer, name) {
                rows.push(vec![key.clone(), message, remark.to_owned()]);
            }
        }
    }
    let mut text = String::new();
    if !rows.is_empty() {
        text += &table(&["CONSUMER", "MESSAGE", ""], &rows);
    }
    let counted = count(total, "dead letter");
    text += &match (dry_run, verb) {
        (true, _) if total == 0 => format!("{counted}: there is nothing to {verb}.\n"),
        (true, _) => format!("{counted}. Nothing was done: add --yes to {verb}.\n"),
        (false, "resend") => format!("{counted} sent again.\n"),
        (false, _) => format!("{counted} discarded.\n"),
    };
    say(&text);
}
