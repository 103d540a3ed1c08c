//! What messages offer to choose, and what an answer means by it.

use super::Consumer;
use crate::message::Offer;
use crate::rich::{self, Choice};

/// Offers kept, by number and by bytes of their JSON: cards are tapped late, numbers are typed at once.
const OFFERS: usize = 20;
const OFFERS_BYTES: usize = 48 * 1024;

impl Consumer {
    /// A message goes out that offers these choices, or none.
    pub fn offer(&mut self, offer: Option<Offer>) {
        self.on_offer = offer.as_ref().map(|offer| offer.id.clone());
        let Some(offer) = offer else {
            return;
        };
        self.offers.retain(|known| known.id != offer.id);
        self.offers.push(offer);
        while self.offers.len() > 1
            && (self.offers.len() > OFFERS || json_size(&self.offers) > OFFERS_BYTES)
        {
            self.offers.remove(0);
        }
    }

    /// The choice that a reference names, with its offer.
    pub fn referenced(&self, reference: &str) -> Option<(&Offer, &Choice)> {
        let (id, index) = reference.rsplit_once('.')?;
        let index: usize = index.parse().ok()?;
        let offer = self.offers.iter().find(|offer| offer.id == id)?;
        Some((offer, offer.choices.get(index)?))
    }

    /// The choice that a typed text means: the number or the title of one that the latest message offers.
    pub fn typed(&self, text: &str) -> Option<(&Offer, usize)> {
        // What a conversation offered ends with it.
        let id = self
            .on_offer
            .as_ref()
            .filter(|_| self.has_open_conversation())?;
        let offer = self.offers.iter().find(|offer| offer.id == *id)?;
        Some((offer, rich::matched(text, &offer.choices)?))
    }
}

fn json_size(offers: &[Offer]) -> usize {
    serde_json::to_vec(offers).map_or(0, |json| json.len())
}
