//! `ms.GenerateURLForUploadFile` and `ms.GenerateURLForDownloadFile`.

use serde_json::{Value, json};

use super::super::send::{Call, Refusal};
use super::LARGEST;
use crate::clock;

const TYPES: [&str; 4] = ["JPG", "JPEG", "PNG", "GIF"];

/// Where a file of the consumer may be put.
pub(in super::super) fn upload_url(call: &mut Call<'_>) -> Result<Value, Refusal> {
    allowed(call)?;
    let body = call.envelope.body;
    let size = body["fileSize"].as_str().unwrap_or_default();
    if size.is_empty() || !size.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(call.refuse("fileSize must be a string of digits"));
    }
    let size = size.parse().unwrap_or(usize::MAX);
    if size == 0 || size > LARGEST {
        return Err(call.refuse("fileSize must be between 1 byte and 3 MB"));
    }
    let kind = body["fileType"].as_str().unwrap_or_default();
    if !TYPES.contains(&kind) {
        return Err(call.refuse("fileType must be JPG, JPEG, PNG or GIF"));
    }
    let (account, consumer) = (&call.sim.options.account, &call.consumer.lp);
    let path = call
        .world
        .files
        .reserve(account, consumer, kind, size, false);
    Ok(link(call, "PUT", &path))
}

/// Where a file of the consumer's conversations can be got.
pub(in super::super) fn download_url(call: &mut Call<'_>) -> Result<Value, Refusal> {
    allowed(call)?;
    let path = call.envelope.body["relativePath"].as_str();
    let path = path.ok_or_else(|| call.refuse("relativePath is missing"))?;
    let found = call.world.files.stored.get(path);
    let own =
        found.is_some_and(|place| place.consumer == call.consumer.lp && place.bytes.is_some());
    if !own {
        return Err(call.refuse("there is no such file in the consumer's conversations"));
    }
    Ok(link(call, "GET", path))
}

fn allowed(call: &Call<'_>) -> Result<(), Refusal> {
    let allowed = call.world.settings.file_sharing;
    allowed
        .then_some(())
        .ok_or_else(|| call.refuse("file sharing is not enabled for this account"))
}

fn link(call: &Call<'_>, method: &str, path: &str) -> Value {
    let lifetime = call.world.settings.file_url_lifetime_s;
    let expires = clock::now_ms() / 1000 + lifetime;
    let signature = call.world.files.sign(method, expires, path);
    call.ok(&json!({
        "relativePath": path,
        "queryParams": { "temp_url_sig": signature, "temp_url_expires": expires.to_string() },
    }))
}
