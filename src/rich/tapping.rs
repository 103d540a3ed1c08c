//! What a tap would do, in lines of text: choices, links, days and times.

use serde_json::Value;

use super::action::{Action, Click};
use super::fields::{Fit, Scalar};
use super::line::{Group, Leads, Line, Part};
use super::moment;
use super::picker::{DatePicker, ScheduleSlotList, Slot};
use super::plain::Choice;
use super::walk::Walk;
use super::words::{collapsed, place, said};

/// What a consumer types where no format is given.
const DATE_FORMAT: &str = "YYYY-MM-DD";

/// Something that can be tapped.
pub(super) struct Tapped {
    pub(super) name: String,
    pub(super) subtitle: Option<String>,
    /// The address that it shows itself.
    page: Option<String>,
    /// Its name has been shown, or need not be.
    shown: bool,
    /// It is no button but something to look at.
    seen: bool,
}

impl Tapped {
    pub(super) fn named(name: &str) -> Self {
        Self {
            name: name.trim().to_owned(),
            subtitle: None,
            page: None,
            shown: false,
            seen: false,
        }
    }

    pub(super) fn known(self) -> Self {
        Self {
            shown: true,
            ..self
        }
    }

    pub(super) fn page(self, address: &str) -> Self {
        let page = Some(address.to_owned());
        Self { page, ..self }.seen(true)
    }

    pub(super) fn seen(self, seen: bool) -> Self {
        Self { seen, ..self }.known()
    }

    /// What a link of it is called: by its own title, unless that stands in the text already and the link has a name.
    fn link_name(&self, name: Option<String>, chosen: bool) -> Option<String> {
        let title = format!("{}{}", self.name, self.more());
        let title = (!self.name.is_empty()).then_some(title);
        match (self.shown, chosen) {
            (true, _) => name,
            (false, true) => name.or(title),
            (false, false) => title.or(name),
        }
    }

    fn more(&self) -> String {
        let subtitle = self.subtitle.as_deref().map(collapsed);
        subtitle
            .map(|subtitle| format!(" – {subtitle}"))
            .unwrap_or_default()
    }
}

impl Walk {
    /// What a tap does. Where it does nothing that a text can do, the name of the tapped thing is shown all the same.
    pub(super) fn click(&mut self, tapped: &Tapped, click: Option<&Click>) {
        let before = self.lines.len();
        if let Some(click) = click {
            let published = click.published();
            let chosen = published.is_some();
            if let Some(text) = published {
                self.choose(&tapped.name, text, &click.metadata, tapped.more());
                if let Some(Line::Choice { seen, .. }) = self.lines.last_mut() {
                    *seen = tapped.seen;
                }
            }
            for action in click.actions.iter() {
                if !self.has_room() {
                    break;
                }
                match action {
                    Action::Link(link) => {
                        let uri = link.address().map(Scalar::to_string);
                        let name = tapped.link_name(said(link.name.as_ref()), chosen);
                        let seen = tapped.seen;
                        self.link(tapped, name, &uri.unwrap_or_default(), Leads::Page { seen });
                    }
                    Action::Navigate(to) => {
                        let name = tapped.link_name(said(to.name.as_ref()), chosen);
                        let (la, lo, seen) = (to.la.clone(), to.lo.clone(), tapped.seen);
                        self.link(
                            tapped,
                            name,
                            &place(&to.la, &to.lo),
                            Leads::Way { la, lo, seen },
                        );
                    }
                    Action::DatePicker(picker) => self.date(tapped, picker),
                    Action::ScheduleSlotList(list) => {
                        self.slots(tapped, list, &click.metadata);
                    }
                    Action::PublishText(_)
                    | Action::Checked(_)
                    | Action::SubmitAsText(_)
                    | Action::AddToCart(_)
                    | Action::Custom(_)
                    | Action::Unknown(_) => {}
                }
            }
        }
        if self.lines.len() == before && !tapped.shown {
            self.text_as(&format!("{}{}", tapped.name, tapped.more()), Part::Label);
        }
    }

    pub(super) fn choose(&mut self, title: &str, text: String, metadata: &[Value], more: String) {
        let title = if title.trim().is_empty() {
            &text
        } else {
            title
        };
        let one_line = collapsed(title);
        if one_line.is_empty() {
            return;
        }
        let text = if text.trim().is_empty() {
            one_line.clone()
        } else {
            text
        };
        let index = self.choices.len();
        let metadata = self.room_for(metadata);
        self.choices.push(Choice {
            title: one_line,
            text,
            metadata,
        });
        self.lines.push(Line::Choice {
            index,
            more,
            seen: false,
        });
    }

    fn link(&mut self, tapped: &Tapped, name: Option<String>, uri: &str, leads: Leads) {
        if !uri.trim().is_empty() && tapped.page.as_deref() != Some(uri) {
            self.page(name, uri, leads);
        }
    }

    /// The days are named in figures and the title asks: both can be read in every language.
    fn date(&mut self, tapped: &Tapped, picker: &DatePicker) {
        let format = said(picker.date_format.as_ref()).unwrap_or_else(|| DATE_FORMAT.to_owned());
        let range = said(picker.class.as_ref()).is_some_and(|class| class == "range");
        let days = if range {
            format!("{format} – {format}")
        } else {
            format
        };
        let first = picker.min_date.as_ref().and_then(moment::day);
        let last = picker.max_date.as_ref().and_then(moment::day);
        let limits = match (first, last) {
            (None, None) => String::new(),
            (Some(first), None) => format!(", {first} –"),
            (None, Some(last)) => format!(", – {last}"),
            (Some(first), Some(last)) => format!(", {first} – {last}"),
        };
        let title = said(picker.title.as_ref()).unwrap_or_else(|| tapped.name.clone());
        self.text_as(&format!("{title} ({days}{limits})"), Part::Label);
    }

    fn slots(&mut self, tapped: &Tapped, list: &ScheduleSlotList, metadata: &[Value]) {
        self.group(Group::Menu, |walk| {
            walk.text(&said(list.title.as_ref()).unwrap_or_else(|| tapped.name.clone()));
            for slot in list.slots.iter().filter_map(Fit::known) {
                walk.slot(slot, metadata);
            }
        });
    }

    fn slot(&mut self, slot: &Slot, metadata: &[Value]) {
        let description = said(slot.description.as_ref());
        let time = moment::time(slot.start.as_ref(), slot.end.as_ref());
        let (title, more) = match (said(slot.title.as_ref()), time) {
            (None, time) => (time.unwrap_or_default(), String::new()),
            (Some(title), None) => (title, String::new()),
            (Some(title), Some(time)) => (title, format!(" ({time})")),
        };
        // A title alone may be that of another day's slot as well.
        let text = format!("{title}{more}");
        let described = description.map(|description| format!(" – {description}"));
        self.choose(
            &title,
            text,
            metadata,
            more + &described.unwrap_or_default(),
        );
    }
}
