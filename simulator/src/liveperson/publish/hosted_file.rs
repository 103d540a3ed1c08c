//! A file that was uploaded before.

use serde_json::Value;

use super::super::send::Call;

const FIELDS: [&str; 4] = ["caption", "relativePath", "fileType", "preview"];
/// What the documents name; the samples' JPEG is missing in the schema's list.
const TYPES: [&str; 7] = ["JPG", "JPEG", "PNG", "GIF", "IMG", "TXT", "PDF"];
const LARGEST_PREVIEW: usize = 30 * 1024;

pub(super) fn check(call: &Call<'_>, event: &Value) -> Result<(), &'static str> {
    if !call.world.settings.file_sharing {
        return Err("file sharing is not enabled for this account");
    }
    let message = event["message"].as_object();
    let fields = message.ok_or("message must be an object")?;
    if fields.keys().any(|name| !FIELDS.contains(&name.as_str())) {
        return Err("message has a field that is not known");
    }
    let message = &event["message"];
    let path = message["relativePath"].as_str();
    let path = path.ok_or("relativePath is missing")?;
    if !call.world.files.uploaded_by(path, &call.consumer.lp) {
        return Err("relativePath names no file that this consumer has uploaded");
    }
    let kind = message["fileType"].as_str().ok_or("fileType is missing")?;
    if !TYPES.contains(&kind) {
        return Err("fileType is not known");
    }
    if !message["caption"].is_null() && !message["caption"].is_string() {
        return Err("caption must be a string");
    }
    match &message["preview"] {
        Value::Null => Ok(()),
        Value::String(preview) if !preview.starts_with("data:") => {
            Err("preview must be a data URI")
        }
        Value::String(preview) if preview.len() > LARGEST_PREVIEW => {
            Err("preview must not be larger than 30 KB")
        }
        Value::String(_) => Ok(()),
        _ => Err("preview must be a string"),
    }
}
