//! What happens on a tap: `click`, with its actions and the metadata that goes back to LiveEngage.
//!
//! In every type, `rest` holds the fields that have no place of their own or did not fit it, `type` among them.

use serde::Serialize;
use serde_json::{Map, Value};

use super::basic::KeyValue;
use super::fields::{Fields, Fit, Many, Scalar};
use super::picker::{DatePicker, ScheduleSlotList};

/// What a tap on an element does.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Click {
    /// Everything it does, in order.
    #[serde(skip_serializing_if = "Many::is_absent")]
    pub actions: Many<Action>,
    /// Goes back to LiveEngage with the tap.
    #[serde(skip_serializing_if = "Many::is_absent")]
    pub metadata: Many<Value>,
    /// The other fields.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Click {
    pub(super) fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            actions: fields.many("actions", Action::read),
            metadata: fields.many("metadata", |value| value),
            rest: fields.rest(),
        })
    }

    /// The text that a tap publishes; blank where an action publishes and does not say what.
    pub fn published(&self) -> Option<String> {
        let mut texts = self.actions.iter().filter_map(|action| match action {
            Action::PublishText(publish) => Some(publish.text.as_ref()),
            Action::Checked(checked) => Some(checked.publish_text.as_ref()),
            _ => None,
        });
        let mut all = texts.next()?.map(Scalar::to_string).unwrap_or_default();
        for text in texts.flatten() {
            all.push('\n');
            all.push_str(&text.to_string());
        }
        Some(all)
    }
}

/// One thing that a tap does.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Action {
    /// `publishText`: says something in the consumer's name.
    PublishText(PublishText),
    /// `link`: opens a page.
    Link(Link),
    /// `navigate`: shows the way to a place.
    Navigate(Navigate),
    /// `addToCart`: the page around the conversation adds products to its cart.
    AddToCart(AddToCart),
    /// `custom`: for the page around the conversation.
    Custom(Custom),
    /// `datePicker`: lets the consumer choose a day or a range of days.
    DatePicker(DatePicker),
    /// `scheduleSlotList`: lets the consumer choose a time.
    ScheduleSlotList(ScheduleSlotList),
    /// `checked`: what a checkbox adds to the text that its list submits.
    Checked(Checked),
    /// `submitAsText`: publishes what is checked in the list.
    SubmitAsText(SubmitAsText),
    /// Anything else, as it came.
    Unknown(Value),
}

impl Action {
    fn read(value: Value) -> Self {
        let known = Fields::of(value, |fields| {
            Some(match fields.kind() {
                "publishText" => Self::PublishText(PublishText {
                    text: fields.scalar("text"),
                    rest: fields.rest(),
                }),
                "link" => Self::Link(Link::read(fields)),
                "navigate" => Self::Navigate(Navigate::read(fields)?),
                "addToCart" => Self::AddToCart(AddToCart {
                    items: fields.parts("items", CartItem::read),
                    rest: fields.rest(),
                }),
                "custom" => Self::Custom(Custom {
                    data: fields.parts("data", KeyValue::read),
                    rest: fields.rest(),
                }),
                "datePicker" => Self::DatePicker(DatePicker::read(fields)),
                "scheduleSlotList" => Self::ScheduleSlotList(ScheduleSlotList::read(fields)),
                "checked" => Self::Checked(Checked {
                    publish_text: fields.scalar("publishText"),
                    rest: fields.rest(),
                }),
                "submitAsText" => Self::SubmitAsText(SubmitAsText {
                    submit: fields.scalar("submit"),
                    rest: fields.rest(),
                }),
                _ => return None,
            })
        });
        known.unwrap_or_else(Self::Unknown)
    }
}

/// Says something in the consumer's name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PublishText {
    /// What. The title of the element if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Scalar>,
    /// The other fields.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// Opens a page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Link {
    /// The page, unless a kind of device has its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<Scalar>,
    /// A name for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Scalar>,
    /// The page in a browser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web: Option<Target>,
    /// The page on iOS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ios: Option<Target>,
    /// The page on Android.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub android: Option<Target>,
    /// The other fields.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Link {
    fn read(fields: &mut Fields) -> Self {
        Self {
            uri: fields.scalar("uri"),
            name: fields.scalar("name"),
            web: fields.object("web", Target::read),
            ios: fields.object("ios", Target::read),
            android: fields.object("android", Target::read),
            rest: fields.rest(),
        }
    }

    /// The page for a device of which nothing is known.
    pub fn address(&self) -> Option<&Scalar> {
        let own = [&self.web, &self.ios, &self.android];
        let own = own.into_iter().flatten().map(|target| &target.uri);
        self.uri.iter().chain(own).next()
    }
}

/// Where a link leads on one kind of device.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Target {
    /// The page, or an app's own address.
    pub uri: Scalar,
    /// The other fields.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Target {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            uri: fields.scalar("uri")?,
            rest: fields.rest(),
        })
    }
}

/// Shows the way to a place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Navigate {
    /// Latitude, in degrees.
    pub la: Scalar,
    /// Longitude, in degrees.
    pub lo: Scalar,
    /// A name for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Scalar>,
    /// The other fields.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl Navigate {
    fn read(fields: &mut Fields) -> Option<Self> {
        let lo = fields.has_number("lo");
        Some(Self {
            la: lo.then(|| fields.number("la")).flatten()?,
            lo: fields.number("lo")?,
            name: fields.scalar("name"),
            rest: fields.rest(),
        })
    }
}

/// Adds products to a cart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AddToCart {
    /// Which.
    #[serde(skip_serializing_if = "Many::is_absent")]
    pub items: Many<Fit<CartItem>>,
    /// The other fields.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// One product of a cart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CartItem {
    /// The brand's id of the product.
    #[serde(rename = "productId", skip_serializing_if = "Option::is_none")]
    pub product_id: Option<Scalar>,
    /// How many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Scalar>,
    /// The other fields.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

impl CartItem {
    fn read(fields: &mut Fields) -> Option<Self> {
        Some(Self {
            product_id: fields.scalar("productId"),
            quantity: fields.scalar("quantity"),
            rest: fields.rest(),
        })
    }
}

/// Something between the brand's bot and the brand's page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Custom {
    /// What.
    #[serde(skip_serializing_if = "Many::is_absent")]
    pub data: Many<Fit<KeyValue>>,
    /// The other fields.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// What a checkbox adds to the text that its list submits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Checked {
    /// The text. The checkbox's own if there is none.
    #[serde(rename = "publishText", skip_serializing_if = "Option::is_none")]
    pub publish_text: Option<Scalar>,
    /// The other fields.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// Publishes what is checked in the list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SubmitAsText {
    /// Whether it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submit: Option<Scalar>,
    /// The other fields.
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}
