//! What a message consists of: texts, files and places, each of which takes a request.

use super::{Twilio, WHATSAPP};
use crate::http::web_address::WebAddress;
use crate::message::{Content, File, Location};
use crate::outcome::Refusal;
use crate::platforms::Outgoing;
use crate::platforms::fitting::utf16_units;
use crate::platforms::readable::readable;
use crate::rich::outline::{Block, Limits, Outline, Place, fit};
use crate::rich::{self, QuickReplies, outline};
use crate::split::split;

/// Twilio's limit of `Body`. It counts an emoji as more than one character (error 21617), so that UTF-16 units are
/// counted here: never fewer than the characters.
const MAX_BODY: usize = 1600;
/// What of a text may stand below a file: WhatsApp's limit of captions.
const MAX_CAPTION: usize = 1024;
/// The largest picture, on either carrier, and the largest other file for WhatsApp (bytes).
/// <https://www.twilio.com/docs/messaging/guides/accepted-mime-types>,
/// <https://www.twilio.com/docs/whatsapp/guidance-whatsapp-media-messages>
const MAX_PICTURE: u64 = 5_000_000;
const MAX_FILE: u64 = 16_000_000;

/// What one request sends.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub(super) body: Option<String>,
    /// Where Twilio fetches a file.
    pub(super) media: Option<String>,
    /// A place on a map, as Twilio writes it.
    pub(super) place: Option<String>,
    /// The same in words, where there is a file.
    words: String,
}

impl Piece {
    fn text(body: String) -> Self {
        Self {
            body: Some(body),
            ..Self::default()
        }
    }

    /// The same without its file.
    pub(super) fn as_text(&self) -> Self {
        Self::text(self.words.clone())
    }
}

/// What carries messages to a person.
#[derive(Clone, Copy, PartialEq)]
enum Carrier {
    /// Texts only.
    Sms,
    /// Texts and pictures.
    Mms,
    Whatsapp,
}

impl Carrier {
    fn of(twilio: &Twilio, consumer: &str) -> Self {
        match consumer.starts_with(WHATSAPP) {
            true if twilio.whatsapp => Self::Whatsapp,
            false if twilio.mms => Self::Mms,
            _ => Self::Sms,
        }
    }

    fn takes(self, media_type: &str, size: Option<u64>) -> Option<Kind> {
        let kind = match (self, media_type) {
            (Self::Sms, _) => return None,
            (_, "image/jpeg" | "image/png") => Kind::Picture,
            (Self::Mms, "image/gif") => Kind::Picture,
            (Self::Mms, _) => return None,
            (Self::Whatsapp, "video/mp4") => Kind::Film,
            (
                Self::Whatsapp,
                "audio/aac"
                | "audio/amr"
                | "audio/mpeg"
                | "audio/ogg"
                | "application/pdf"
                | "application/msword"
                | "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
                | "application/vnd.openxmlformats-officedocument.presentationml.presentation"
                | "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
                | "text/vcard",
            ) => Kind::Other,
            (Self::Whatsapp, _) => return None,
        };
        let most = match kind {
            Kind::Picture => MAX_PICTURE,
            Kind::Film | Kind::Other => MAX_FILE,
        };
        size.is_none_or(|size| size <= most).then_some(kind)
    }
}

/// Files by what may stand below them.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Picture,
    Film,
    /// Nothing: Twilio drops it.
    Other,
}

/// The pieces of a message, or why there is nothing to send.
pub(super) fn pieces(twilio: &Twilio, message: &Outgoing<'_>) -> Result<Vec<Piece>, Refusal> {
    let text = readable(message)?;
    let carrier = Carrier::of(twilio, message.consumer);
    let pieces = match message.content {
        Content::File { file } => file_pieces(carrier, message, file, &text),
        Content::Location { location } if carrier == Carrier::Whatsapp => {
            Some(vec![place_piece(location)])
        }
        Content::Structured {
            text,
            content,
            quick_replies,
            ..
        } => {
            let content = content.as_ref().map(rich::parse);
            let quick_replies = quick_replies.as_ref().map(QuickReplies::parse);
            let outline = outline(text.as_deref(), content.as_ref(), quick_replies.as_ref());
            outline_pieces(carrier, message, outline)
        }
        _ => None,
    };
    Ok(pieces.unwrap_or_else(|| texts(&text).collect()))
}

fn texts(text: &str) -> impl Iterator<Item = Piece> {
    let pieces = split(text, |piece| utf16_units(piece) <= MAX_BODY);
    pieces
        .into_iter()
        .map(|piece| Piece::text(piece.to_owned()))
}

/// A file as what it is. `None`: it goes as text.
fn file_pieces(
    carrier: Carrier,
    message: &Outgoing<'_>,
    file: &File,
    text: &str,
) -> Option<Vec<Piece>> {
    let kind = carrier.takes(file.media_type.as_deref()?, file.size)?;
    let url = message.address_of(file)?;
    let name = file.name.as_deref().unwrap_or("file");
    let caption = file.caption.as_deref().filter(|caption| *caption != name);
    let caption = caption.map(|caption| message.spoken(caption.trim_end()));
    let below = kind != Kind::Other && caption.as_deref().map_or(0, utf16_units) <= MAX_CAPTION;
    let mut piece = Piece {
        media: Some(url.to_owned()),
        words: format!("{name}: {url}"),
        ..Piece::default()
    };
    match caption {
        Some(caption) if !below => Some([piece].into_iter().chain(texts(&caption)).collect()),
        caption => {
            piece.body = caption;
            piece.words = text.to_owned();
            Some(vec![piece])
        }
    }
}

/// `geo:LATITUDE,LONGITUDE|LABEL`; the body is shown as the place's name.
fn place_piece(location: &Location) -> Piece {
    let Location {
        latitude,
        longitude,
        name,
        address,
    } = location;
    let position = format!("{latitude},{longitude}");
    let known: Vec<&str> = [name, address]
        .into_iter()
        .flatten()
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
        .collect();
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let label = known.last().map(|label| format!("|{}", one_line(label)));
    let title = known.first().map(|title| one_line(title));
    Piece {
        body: Some(title.unwrap_or_else(|| position.clone())),
        place: Some(format!("geo:{position}{}", label.unwrap_or_default())),
        ..Piece::default()
    }
}

/// Structured content whose pictures and places go as what they are; the rest is text. `None`: all of it is text.
fn outline_pieces(
    carrier: Carrier,
    message: &Outgoing<'_>,
    outline: Outline,
) -> Option<Vec<Piece>> {
    let limits = Limits {
        cards_per_carousel: 0,
        pictures: match carrier {
            Carrier::Sms => return None,
            Carrier::Mms => |url| has_extension(url, &["jpg", "jpeg", "png", "gif"]),
            Carrier::Whatsapp => |url| has_extension(url, &["jpg", "jpeg", "png"]),
        },
        ..Limits::NONE
    };
    let Outline {
        blocks,
        replies,
        numbered,
    } = fit(outline, &limits);
    let mut writer = Writer {
        message,
        pieces: Vec::new(),
        text: String::new(),
        spoken: false,
    };
    for block in blocks {
        match block {
            Block::Picture(picture) => {
                let words = Block::Picture(picture.clone()).text(numbered);
                let caption = picture.caption.unwrap_or_default();
                writer.picture(picture.url, &caption, words);
            }
            Block::Card(mut card) if card.picture.is_some() => {
                let words = Block::Card(card.clone()).text(numbered);
                let url = card.picture.take().map(|picture| picture.url);
                let below = Block::Card(card).text(numbered);
                writer.picture(url.unwrap_or_default(), &below, words);
            }
            Block::Place(place) if carrier == Carrier::Whatsapp => writer.place(place),
            block => writer.text(&block.text(numbered)),
        }
    }
    let replies: Vec<String> = replies.iter().map(|reply| reply.line(numbered)).collect();
    writer.text(&replies.join("\n"));
    writer.finish()
}

/// Whether Twilio will find a file of such a type at an address: it has to tell, and only its name does so beforehand.
fn has_extension(url: &str, extensions: &[&str]) -> bool {
    if !WebAddress::parse(url).is_some_and(|address| address.is_private()) {
        return false;
    }
    let (_, rest) = url.split_once("://").unwrap_or_default();
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit_once('/').map_or("", |(_, name)| name);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    extensions
        .iter()
        .any(|known| extension.eq_ignore_ascii_case(known))
}

/// Writes the pieces of an outline.
struct Writer<'a> {
    message: &'a Outgoing<'a>,
    pieces: Vec<Piece>,
    text: String,
    /// The name of who says it has been written.
    spoken: bool,
}

impl Writer<'_> {
    fn text(&mut self, text: &str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push_str("\n\n");
        }
        self.text.push_str(text);
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            let text = self.spoken(&text);
            self.pieces.extend(texts(&text));
        }
    }

    fn spoken(&mut self, text: &str) -> String {
        match std::mem::replace(&mut self.spoken, true) {
            false => self.message.spoken(text),
            true => text.to_owned(),
        }
    }

    fn picture(&mut self, url: String, below: &str, words: String) {
        self.flush();
        let below = below.trim();
        let fits = (1..=MAX_CAPTION).contains(&utf16_units(below));
        let body = fits.then(|| self.spoken(below));
        self.pieces.push(Piece {
            words: if fits { words } else { url.clone() },
            body,
            media: Some(url),
            place: None,
        });
        if !fits {
            self.text(below);
        }
    }

    fn place(&mut self, place: Place) {
        self.flush();
        self.pieces.push(place_piece(&Location {
            latitude: place.latitude,
            longitude: place.longitude,
            name: place.title,
            address: None,
        }));
    }

    /// The pieces, if one of them is more than text.
    fn finish(mut self) -> Option<Vec<Piece>> {
        self.flush();
        let more = |piece: &Piece| piece.media.is_some() || piece.place.is_some();
        self.pieces.iter().any(more).then_some(self.pieces)
    }
}
