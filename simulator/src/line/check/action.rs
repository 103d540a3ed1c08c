//! Actions of buttons, quick replies and pictures.
//! <https://developers.line.biz/en/reference/messaging-api/#action-objects>

use serde_json::Value;

use super::{Checker, clusters, text};

/// Where an action stands: that decides on its label, and on what it can do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Template,
    ImageCarousel,
    QuickReply,
    /// A button of a flex message: its label is what the button shows.
    FlexButton,
    Flex,
    /// The picture or the body of a template: nothing shows the label.
    Default,
}

const EVERYWHERE: [&str; 6] = [
    "postback",
    "message",
    "uri",
    "datetimepicker",
    "clipboard",
    "richmenuswitch",
];
const IN_QUICK_REPLIES: [&str; 8] = [
    "postback",
    "message",
    "uri",
    "datetimepicker",
    "clipboard",
    "camera",
    "cameraRoll",
    "location",
];

impl Checker {
    pub(super) fn action(&mut self, action: &Value, at: &str, place: Place) {
        if !action.is_object() {
            return self.fail(at, "May not be null");
        }
        let kinds = if place == Place::QuickReply {
            &IN_QUICK_REPLIES[..]
        } else {
            &EVERYWHERE[..]
        };
        self.one_of(action, at, "type", kinds, true);
        let label = match place {
            Place::Template | Place::QuickReply => clusters(20),
            Place::ImageCarousel => clusters(12).optional(),
            Place::FlexButton => clusters(40),
            Place::Flex => clusters(40).optional(),
            Place::Default => clusters(20).optional(),
        };
        self.text(action, at, "label", label);
        match action["type"].as_str() {
            Some("postback") => {
                self.text(action, at, "data", text(300));
                self.text(action, at, "displayText", clusters(300).optional());
                self.text(action, at, "text", clusters(300).optional());
                self.text(action, at, "fillInText", clusters(300).optional());
                if action["text"].is_string() && action["displayText"].is_string() {
                    self.fail(at, "displayText and text cannot both be there");
                }
            }
            Some("message") => self.text(action, at, "text", clusters(300)),
            Some("uri") => self.uri(action, at),
            Some("datetimepicker") => {
                self.text(action, at, "data", text(300));
                self.one_of(action, at, "mode", &["date", "time", "datetime"], true);
            }
            Some("clipboard") => self.text(action, at, "clipboardText", text(1_000)),
            Some("richmenuswitch") => {
                self.text(action, at, "richMenuAliasId", text(32));
                self.text(action, at, "data", text(300));
            }
            _ => {}
        }
    }

    fn uri(&mut self, action: &Value, at: &str) {
        self.text(action, at, "uri", text(1_000));
        let Some(uri) = action["uri"].as_str() else {
            return;
        };
        let schemes = ["http://", "https://", "line://", "tel:"];
        let known = schemes.iter().any(|scheme| uri.starts_with(scheme));
        let encoded = uri.bytes().all(|byte| byte.is_ascii_graphic());
        if !known || !encoded {
            self.fail(&format!("{at}.uri"), "invalid uri scheme");
        }
    }
}
