//! The fields that a consumer may change.

use serde_json::{Value, json};

/// A change.
#[derive(Debug)]
pub(super) enum Field {
    /// Close whatever is open, without a survey.
    Everything,
    /// Close one dialog.
    Dialog { id: String, cause: Option<String> },
    /// Another response-time target (s).
    ResponseTime { kind: String, value: u64 },
    /// The deprecated rating.
    Rating(Value),
}

/// Reads `conversationField`. A single-element array and its bare element mean the same.
pub(super) fn read(field: &Value) -> Result<Field, &'static str> {
    let field = match field.as_array().map(Vec::as_slice) {
        Some([only]) => only,
        Some(_) => return Err("conversationField must hold one field"),
        None => field,
    };
    match field["field"].as_str() {
        Some("ConversationStateField" | "Stage") => {
            let close = field["conversationState"] == "CLOSE";
            close
                .then_some(Field::Everything)
                .ok_or("conversationState must be CLOSE")
        }
        Some("DialogChange") => dialog(field),
        Some("TTRField") => response_time(field),
        Some("CSATRate") => rating(field),
        _ => Err("this conversationField is not accepted here"),
    }
}

fn dialog(field: &Value) -> Result<Field, &'static str> {
    let dialog = &field["dialog"];
    if field["type"] != "UPDATE" || dialog["state"] != "CLOSE" {
        return Err("only an UPDATE of a dialog to CLOSE is accepted");
    }
    let cause = &dialog["closedCause"];
    if !cause.is_null() && !cause.is_string() {
        return Err("closedCause must be a string");
    }
    let id = dialog["dialogId"].as_str();
    Ok(Field::Dialog {
        id: id.ok_or("dialogId is missing")?.to_owned(),
        cause: cause.as_str().map(str::to_owned),
    })
}

fn response_time(field: &Value) -> Result<Field, &'static str> {
    let kind = field["ttrType"].as_str().unwrap_or_default();
    if !["NORMAL", "PRIORITIZED", "URGENT", "CUSTOM"].contains(&kind) {
        return Err("ttrType must be NORMAL, PRIORITIZED, URGENT or CUSTOM");
    }
    let value = field["value"].as_u64().filter(|value| *value > 0);
    Ok(Field::ResponseTime {
        kind: kind.to_owned(),
        value: value.ok_or("value must be a number of seconds")?,
    })
}

fn rating(field: &Value) -> Result<Field, &'static str> {
    let status = field["status"].as_str().unwrap_or("FILLED");
    let known = ["FILLED", "PARTIALLY_FILLED", "SKIPPED"].contains(&status);
    if !known || !(field["status"].is_null() || field["status"].is_string()) {
        return Err("status must be FILLED, PARTIALLY_FILLED or SKIPPED");
    }
    let rate = &field["csatRate"];
    let fine = rate.as_u64().is_some_and(|rate| (1..=5).contains(&rate));
    let skipped = status == "SKIPPED" && rate.is_null();
    if !fine && !skipped {
        return Err("csatRate must be a number from 1 to 5");
    }
    let confirmation = &field["csatResolutionConfirmation"];
    if !confirmation.is_null() && !confirmation.is_boolean() {
        return Err("csatResolutionConfirmation must be true or false");
    }
    Ok(Field::Rating(json!({
        "csatRate": rate, "csatResolutionConfirmation": confirmation, "status": status,
    })))
}

#[cfg(test)]
mod tests {
    use super::read;
    use serde_json::json;

    #[test]
    fn each_wrong_field_is_refused() {
        for wrong in [
            json!(null),
            json!([]),
            json!({ "field": "ParticipantsChange" }),
            json!({ "field": "Skill", "skill": "1" }),
            json!({ "field": "ConversationStateField", "conversationState": "OPEN" }),
            json!({ "field": "Stage" }),
            json!({ "field": "DialogChange", "type": "ADD", "dialog": { "state": "CLOSE" } }),
            json!({ "field": "DialogChange", "type": "UPDATE", "dialog": { "state": "CLOSE" } }),
            json!({ "field": "TTRField", "ttrType": "FAST", "value": 1 }),
            json!({ "field": "TTRField", "ttrType": "URGENT", "value": "600" }),
            json!({ "field": "TTRField", "ttrType": "URGENT" }),
            json!({ "field": "CSATRate", "csatRate": 0 }),
            json!({ "field": "CSATRate", "csatRate": 6 }),
            json!({ "field": "CSATRate", "csatRate": 3, "status": "DONE" }),
            json!({ "field": "CSATRate", "csatRate": 3, "csatResolutionConfirmation": "yes" }),
        ] {
            assert!(read(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_field_may_come_alone_or_in_an_array_of_one() {
        let field = json!({ "field": "TTRField", "ttrType": "URGENT", "value": 300 });
        assert!(read(&field).is_ok());
        assert!(read(&json!([field])).is_ok());
        assert!(read(&json!([field, field])).is_err());
    }
}
