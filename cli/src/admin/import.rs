//! `connector import`: consumers of a brand that moves in, from a file.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::Failed;
use super::api::Api;
use crate::report::{Report, count};
use crate::say;

/// Pairs that one request takes.
const BATCH: usize = 25;

/// Imports a file in batches; whether every pair was imported. It may be run again: what is there already stays.
pub(super) fn run(api: &Api, channel: &str, file: &Path, as_json: bool) -> Result<bool, Failed> {
    let pairs = read(file)?;
    let mut results = Vec::new();
    for batch in pairs.chunks(BATCH) {
        let body = json!({ "channel": channel, "pairs": batch });
        let answer = api.post("/admin/import", &body)?;
        let done = answer.get("pairs").and_then(Value::as_array);
        results.extend(done.into_iter().flatten().cloned());
    }
    let result = |it: &Value| it.get("result").and_then(Value::as_str).map(str::to_owned);
    let imported = results
        .iter()
        .filter(|it| result(it).as_deref() == Some("imported"));
    let imported = imported.count();
    if as_json {
        let answer = json!({ "imported": imported, "pairs": results });
        say(&format!("{answer:#}\n"));
        return Ok(imported == pairs.len());
    }
    let mut report = Report::default();
    report.section(&format!(
        "{imported} of {} imported.",
        count(pairs.len(), "consumer")
    ));
    for (number, it) in results.iter().enumerate() {
        let what = result(it).unwrap_or_default();
        if what != "imported" {
            let message = it.get("message").and_then(Value::as_str).unwrap_or(&what);
            // By its number: the address stays in the file.
            report.line(1, format!("entry {}: {message}", number + 1));
        }
    }
    say(&report.finish());
    Ok(imported == pairs.len())
}

fn read(file: &Path) -> Result<Vec<Value>, String> {
    let name = file.display();
    let text =
        fs::read_to_string(file).map_err(|error| format!("{name} cannot be read: {error}"))?;
    let text = text.trim_start_matches('\u{feff}');
    let pairs = if file
        .extension()
        .is_some_and(|ext| ext.eq_ignore_ascii_case("csv"))
    {
        from_csv(text).map_err(|what| format!("{name}: {what}"))?
    } else {
        serde_json::from_str::<Vec<Value>>(text)
            .map_err(|_| format!("{name} is not a JSON list (a CSV file ends in .csv)"))?
    };
    if pairs.is_empty() {
        return Err(format!("{name} has no entries"));
    }
    Ok(pairs)
}

/// Two columns under their names. Neither addresses nor ids have commas or quotes, so that a quote is a mistake or a wrapper.
fn from_csv(text: &str) -> Result<Vec<Value>, String> {
    let mut lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    let cells = |line: &str| -> Vec<String> {
        let cells = line.split(',').map(str::trim);
        cells
            .map(|cell| {
                let bare = cell
                    .strip_prefix('"')
                    .and_then(|cell| cell.strip_suffix('"'));
                bare.unwrap_or(cell).to_owned()
            })
            .collect()
    };
    let head = lines
        .next()
        .map(|(_, line)| cells(line))
        .unwrap_or_default();
    if head != ["address", "conversation_id"] {
        return Err("the first line is not address,conversation_id".to_owned());
    }
    lines
        .map(|(number, line)| match cells(line).as_slice() {
            [address, id] if !address.is_empty() && !id.is_empty() && !line.contains("\"\"") => {
                Ok(json!({ "address": address, "conversation_id": id }))
            }
            _ => Err(format!("line {} has not two values", number + 1)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_has_a_head_and_two_values_per_line() {
        let pairs =
            from_csv("address,conversation_id\r\n+15550100001,c-1\n\n\"+15550100002\", c-2 \n");
        assert_eq!(
            pairs,
            Ok(vec![
                json!({ "address": "+15550100001", "conversation_id": "c-1" }),
                json!({ "address": "+15550100002", "conversation_id": "c-2" }),
            ])
        );
        for wrong in [
            "",
            "+1,c",
            "address,conversation_id\n+1",
            "address,conversation_id\n+1,c,d",
            "address,conversation_id\n,c",
        ] {
            assert!(from_csv(wrong).is_err(), "{wrong}");
        }
    }
}
