//! Template messages.

use serde_json::Value;

use super::action::Place;
use super::{Checker, clusters};

impl Checker {
    pub(super) fn template(&mut self, template: &Value, at: &str) {
        let kinds = ["buttons", "confirm", "carousel", "image_carousel"];
        self.one_of(template, at, "type", &kinds, true);
        match template["type"].as_str() {
            Some("buttons") => {
                self.card(template, at, 160, true);
                self.actions(template, at, 1, 4);
            }
            Some("confirm") => {
                self.text(template, at, "text", clusters(240));
                self.actions(template, at, 2, 2);
            }
            Some("carousel") => self.carousel(template, at),
            Some("image_carousel") => {
                for (at, column) in self.list(template, at, "columns", 1, 10) {
                    self.url(column, &at, "imageUrl", true);
                    let action = format!("{at}.action");
                    self.action(&column["action"], &action, Place::ImageCarousel);
                }
            }
            _ => {}
        }
    }

    /// Picture, title and text. Beside a picture or a title there is less room.
    fn card(&mut self, card: &Value, at: &str, longest: usize, aspect: bool) {
        self.url(card, at, "thumbnailImageUrl", false);
        self.text(card, at, "title", clusters(40).optional());
        let narrow = !card["thumbnailImageUrl"].is_null() || !card["title"].is_null();
        let longest = if narrow { 60 } else { longest };
        self.text(card, at, "text", clusters(longest));
        if aspect {
            self.one_of(
                card,
                at,
                "imageAspectRatio",
                &["rectangle", "square"],
                false,
            );
            self.one_of(card, at, "imageSize", &["cover", "contain"], false);
        }
        if !card["defaultAction"].is_null() {
            let action = format!("{at}.defaultAction");
            self.action(&card["defaultAction"], &action, Place::Default);
        }
    }

    fn actions(&mut self, card: &Value, at: &str, from: usize, to: usize) -> usize {
        let actions = self.list(card, at, "actions", from, to);
        for (at, action) in &actions {
            self.action(action, at, Place::Template);
        }
        actions.len()
    }

    fn carousel(&mut self, template: &Value, at: &str) {
        self.one_of(
            template,
            at,
            "imageAspectRatio",
            &["rectangle", "square"],
            false,
        );
        self.one_of(template, at, "imageSize", &["cover", "contain"], false);
        let mut shapes = Vec::new();
        for (at, column) in self.list(template, at, "columns", 1, 10) {
            self.card(column, &at, 120, false);
            let actions = self.actions(column, &at, 1, 3);
            let picture = !column["thumbnailImageUrl"].is_null();
            shapes.push((actions, picture, !column["title"].is_null()));
        }
        let columns = format!("{at}.columns");
        let mut rest = shapes.iter().skip(1);
        let Some(first) = shapes.first() else { return };
        if rest.clone().any(|shape| shape.0 != first.0) {
            self.fail(&columns, "Each column must have the same number of actions");
        }
        if rest.any(|shape| (shape.1, shape.2) != (first.1, first.2)) {
            self.fail(
                &columns,
                "Each column must have a title and an image, or none",
            );
        }
    }
}
