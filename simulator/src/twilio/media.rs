//! Files: those of people, which are read with the account's credentials and one redirect further on, and those of
//! messages to people, which are read as Twilio reads them.
//! <https://www.twilio.com/docs/messaging/api/media-resource>

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::account::authenticate_for;
use super::fate::Fate;
use super::{Twilio, WHATSAPP, error};
use crate::faults::{Facts, Point};
use crate::ids;
use crate::journal::Side;
use crate::people::{Card, File, Media, media_url};
use crate::perform::perform;
use crate::sim::Sim;

/// Bytes of all files of an MMS.
const MMS: usize = 5 * 1024 * 1024;
/// Bytes of a file for WhatsApp.
const WHATSAPP_FILE: usize = 16 * 1024 * 1024;
const REDIRECTS: usize = 3;

fn signature(media: &str) -> String {
    ids::uuid_of(&format!("media\n{media}")).replace('-', "")
}

fn facts(media: &str) -> Facts {
    Facts {
        text: media.to_owned(),
        event_type: "media".to_owned(),
        ..Facts::default()
    }
}

/// `GET /2010-04-01/Accounts/{sid}/Messages/{message}/Media/{media}`.
pub(super) async fn redirect(
    State(sim): State<Arc<Sim>>,
    Path((account, message, media)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let facts = facts(&media);
    let effect = move |sim: &Arc<Sim>| {
        if let Err((status, code, words)) = authenticate_for(sim, &account, &headers) {
            return error(status, code, &words);
        }
        let mut world = sim.world();
        let book = world.people.of(&Twilio);
        if book.message(&message).is_none() || !book.media.contains_key(&media) {
            return error(404, 20404, "The requested resource was not found");
        }
        let signature = signature(&media);
        let to = format!(
            "http://{}/twilio-media/{media}?Signature={signature}",
            sim.host
        );
        (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, to)]).into_response()
    };
    perform(&sim, Side::Twilio, Point::Twilio, facts, effect).await
}

/// `GET /twilio-media/{media}`: in reality a host of its own, which must not see the account's credentials.
pub(super) async fn serve(
    State(sim): State<Arc<Sim>>,
    Path(media): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let facts = facts(&media);
    let effect = move |sim: &Arc<Sim>| {
        let mut world = sim.world();
        if headers.contains_key("authorization") {
            let text = "the credentials went to the host of the files, too";
            world
                .journal
                .add(Side::Twilio, "note", json!({ "text": text }));
        }
        if query.get("Signature") != Some(&signature(&media)) {
            return StatusCode::FORBIDDEN.into_response();
        }
        match world.people.of(&Twilio).media.get(&media).cloned() {
            Some(file) => ([(header::CONTENT_TYPE, file.media_type)], file.bytes).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        }
    };
    perform(&sim, Side::Twilio, Point::Twilio, facts, effect).await
}

/// Reads the files of a message and puts them on the phone. What becomes of the message then.
pub(super) async fn read_all(sim: &Arc<Sim>, generation: u64, sid: &str, urls: &[String]) -> Fate {
    let to = sim.world().twilio.sent.get(sid).map(|sent| sent.to.clone());
    let to = to.unwrap_or_default();
    let whatsapp = to.starts_with(WHATSAPP);
    let mut files = Vec::new();
    for url in urls {
        let Ok(file) = read(sim, url).await else {
            // It is not shown after all.
            let mut world = sim.world();
            let person = world.people.of(&Twilio).person(&to);
            person.messages.retain(|message| message.id != sid);
            return Fate::Fails(if whatsapp { 63019 } else { 21620 });
        };
        files.push(file);
    }
    let largest = if whatsapp { WHATSAPP_FILE } else { MMS };
    let size: usize = files.iter().map(|file| file.bytes.len()).sum();
    let mut world = sim.world();
    if world.generation != generation {
        return Fate::Vanishes;
    }
    let book = world.people.of(&Twilio);
    if size > largest {
        let person = book.person(&to);
        person.messages.retain(|message| message.id != sid);
        return Fate::Fails(if whatsapp { 63019 } else { 30019 });
    }
    for (n, media) in files.into_iter().enumerate() {
        let id = format!("{sid}-{n}");
        let url = media_url(sim, &Twilio, &id);
        if let Some(message) = book.message(sid) {
            let picture = media.media_type.starts_with("image/");
            match (picture, message.picture.is_none()) {
                (true, true) => message.picture = Some(url),
                (true, false) => message.cards.push(Card {
                    picture: Some(url),
                    ..Card::default()
                }),
                _ => {
                    message.file = Some(File {
                        url,
                        name: Some(media.name.clone()),
                        media_type: Some(media.media_type.clone()),
                    });
                }
            }
        }
        book.media.insert(id, media);
    }
    drop(world);
    sim.changed();
    Fate::Arrives
}

/// Reads one file, over a few redirects.
async fn read(sim: &Arc<Sim>, url: &str) -> Result<Media, u16> {
    let mut url = url.to_owned();
    for _ in 0..=REDIRECTS {
        let request = sim.http.get(&url).timeout(Duration::from_secs(15));
        let request = request.header("user-agent", "TwilioProxy/1.1");
        let answer = request.send().await.map_err(|_| 0_u16)?;
        let status = answer.status().as_u16();
        let header = |name: &str| {
            let value = answer.headers().get(name);
            value
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        let details = json!({ "status": status, "text": url, "mediaType": header("content-type") });
        sim.world().journal.add(Side::Twilio, "fetch", details);
        if answer.status().is_redirection() {
            let place = header("location").ok_or(status)?;
            let base = reqwest::Url::parse(&url).map_err(|_| status)?;
            url = base.join(&place).map_err(|_| status)?.to_string();
            continue;
        }
        if status != 200 {
            return Err(status);
        }
        let media_type = header("content-type").ok_or(status)?;
        let path = url.split('?').next().unwrap_or_default();
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        let bytes = answer.bytes().await.map_err(|_| 0_u16)?.to_vec();
        return Ok(Media {
            name,
            media_type,
            bytes,
        });
    }
    Err(310)
}
