//! Files: uploads, look-ups, downloads.
//! <https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/media>

use std::sync::Arc;

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Whatsapp, multipart};
use crate::clock;
use crate::faults::{Facts, Point};
use crate::ids;
use crate::journal::Side;
use crate::meta::call::Call;
use crate::meta::graph::GraphError;
use crate::people::Media;
use crate::perform::perform;
use crate::sim::Sim;

const KB: usize = 1024;
const MB: usize = 1024 * KB;

/// Whether a file may be sent as this kind.
pub(super) fn fits(kind: &str, media_type: &str, size: usize) -> bool {
    let (types, largest): (&[&str], usize) = match kind {
        "image" => (&["image/jpeg", "image/png"], 5 * MB),
        "video" => (&["video/mp4", "video/3gpp"], 16 * MB),
        "audio" => (
            &[
                "audio/aac",
                "audio/amr",
                "audio/mpeg",
                "audio/mp4",
                "audio/ogg",
            ],
            16 * MB,
        ),
        "sticker" => (&["image/webp"], 500 * KB),
        // A document may be anything that says what it is.
        _ => (&[], 100 * MB),
    };
    let plain = media_type.split(';').next().unwrap_or_default().trim();
    let known = if types.is_empty() {
        !plain.is_empty()
    } else {
        types.contains(&plain)
    };
    known && size > 0 && size <= largest
}

/// The longest that any file may be (bytes).
pub(super) const LARGEST: usize = 100 * MB;

fn facts(id: &str, what: &str) -> Facts {
    Facts {
        text: id.to_owned(),
        event_type: what.to_owned(),
        ..Facts::default()
    }
}

async fn answer(
    sim: &Arc<Sim>,
    call: Call,
    what: &str,
    effect: impl FnOnce(&Arc<Sim>, &Call) -> Result<Response, GraphError>,
) -> Response {
    let facts = facts(&call.node, what);
    let effect =
        move |sim: &Arc<Sim>| effect(sim, &call).unwrap_or_else(IntoResponse::into_response);
    perform(sim, Side::Whatsapp, Point::Whatsapp, facts, effect).await
}

/// `POST /{phone_number_id}/media`
pub(crate) async fn upload(sim: Arc<Sim>, call: Call) -> Response {
    answer(&sim, call, "upload", |sim, call| {
        call.check(&sim.options.whatsapp_token, 401)?;
        if call.node != sim.options.whatsapp_number_id {
            return Err(GraphError::no_object("post", &call.node));
        }
        let media = uploaded(call)?;
        let mut world = sim.world();
        let book = world.people.of(&Whatsapp);
        let id = format!("{}", 870_000_000_000_000 + book.count());
        book.media.insert(id.clone(), media);
        Ok(Json(json!({ "id": id })).into_response())
    })
    .await
}

fn uploaded(call: &Call) -> Result<Media, GraphError> {
    let refused = |details: &str| GraphError::parameter("Invalid parameter").with_details(details);
    let parts = multipart::read(call.header("content-type"), &call.body);
    let mut parts = parts.ok_or_else(|| refused("The body must be multipart/form-data"))?;
    if parts.remove("messaging_product").map(|part| part.bytes) != Some(b"whatsapp".to_vec()) {
        return Err(refused("The parameter messaging_product is required."));
    }
    let file = parts.remove("file");
    let file = file.ok_or_else(|| refused("The parameter file is required."))?;
    let told = parts.remove("type").map(|part| part.bytes);
    let told = told.and_then(|told| String::from_utf8(told).ok());
    let media_type = file.media_type.or(told).unwrap_or_default();
    let kinds = ["image", "video", "audio", "sticker"];
    let starts = media_type.split('/').next().unwrap_or_default();
    let known = kinds
        .iter()
        .any(|kind| fits(kind, &media_type, file.bytes.len()));
    let document = !["image", "video", "audio"].contains(&starts)
        && fits("document", &media_type, file.bytes.len());
    if !known && !document {
        return Err(refused(&format!(
            "Param file must be a file with one of the supported types and sizes, not {media_type}"
        )));
    }
    Ok(Media {
        name: file.file_name.unwrap_or_default(),
        media_type,
        bytes: file.bytes,
    })
}

/// `GET /{media_id}`
pub(crate) async fn look_up(sim: Arc<Sim>, call: Call) -> Response {
    answer(&sim, call, "media", |sim, call| {
        call.check(&sim.options.whatsapp_token, 401)?;
        let number = call.query("phone_number_id");
        let own = number.is_none_or(|number| number == sim.options.whatsapp_number_id);
        let mut world = sim.world();
        let lifetime = world.settings.meta.media_url_lifetime_s;
        let media = world.people.of(&Whatsapp).media.get(&call.node);
        let media = media.filter(|_| own);
        let media = media.ok_or_else(|| GraphError::no_object("get", &call.node))?;
        let end = clock::now_ms() / 1000 + lifetime;
        let (id, host) = (&call.node, &sim.host);
        Ok(Json(json!({
            "messaging_product": "whatsapp", "id": id, "mime_type": media.media_type,
            "sha256": ids::hex(&Sha256::digest(&media.bytes)), "file_size": media.bytes.len(),
            "url": format!("http://{host}/graph-media/{id}?ext={end}&hash={}", hash(sim, id, end)),
        }))
        .into_response())
    })
    .await
}

/// What makes an address good, and only as long as it says.
fn hash(sim: &Sim, id: &str, end: u64) -> String {
    let secret = &sim.options.meta_app_secret;
    ids::hex(&Sha256::digest(format!("{secret}\n{id}\n{end}").as_bytes()))
}

/// `GET` of such an address: it wants the token too.
pub(crate) async fn download(sim: Arc<Sim>, call: Call) -> Response {
    answer(&sim, call, "media_content", |sim, call| {
        let given = |name: &str| call.query(name).unwrap_or_default();
        let end = given("ext").parse::<u64>().unwrap_or_default();
        let bearer = call.header("authorization").strip_prefix("Bearer ");
        if bearer != Some(sim.options.whatsapp_token.as_str()) {
            return Ok(StatusCode::UNAUTHORIZED.into_response());
        }
        let good = given("hash") == hash(sim, &call.node, end) && clock::now_ms() / 1000 < end;
        let mut world = sim.world();
        let media = world.people.of(&Whatsapp).media.get(&call.node);
        Ok(match media.filter(|_| good) {
            Some(media) => {
                let kind = [(CONTENT_TYPE, media.media_type.clone())];
                (kind, media.bytes.clone()).into_response()
            }
            None => StatusCode::NOT_FOUND.into_response(),
        })
    })
    .await
}

/// `DELETE /{media_id}`
pub(crate) async fn delete(sim: Arc<Sim>, call: Call) -> Response {
    answer(&sim, call, "delete", |sim, call| {
        call.check(&sim.options.whatsapp_token, 401)?;
        let removed = sim.world().people.of(&Whatsapp).media.remove(&call.node);
        let gone = removed.ok_or_else(|| GraphError::no_object("delete", &call.node));
        let done: Value = gone.map(|_| json!({ "success": true }))?;
        Ok(Json(done).into_response())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::{KB, MB, fits};

    #[test]
    fn each_kind_has_its_types_and_its_size() {
        for (kind, media_type, largest) in [
            ("image", "image/png", 5 * MB),
            ("video", "video/mp4", 16 * MB),
            ("audio", "audio/ogg; codecs=opus", 16 * MB),
            ("sticker", "image/webp", 500 * KB),
            ("document", "text/csv", 100 * MB),
        ] {
            assert!(fits(kind, media_type, largest), "{kind}");
            assert!(!fits(kind, media_type, largest + 1), "{kind}");
            assert!(!fits(kind, media_type, 0), "{kind}");
        }
        for (kind, media_type) in [
            ("image", "image/gif"),
            ("image", "image/webp"),
            ("video", "video/webm"),
            ("audio", "audio/wav"),
            ("sticker", "image/png"),
            ("document", ""),
        ] {
            assert!(!fits(kind, media_type, 1), "{kind} {media_type}");
        }
    }
}
