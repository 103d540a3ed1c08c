//! Looking through the index, a page at a time: which Attention objects are asked in which order, and where the next page goes on.

use std::collections::VecDeque;

use super::fields::Fields;
use super::{Fault, Need};
use crate::attention::{self, BUCKETS, Found, FoundConsumer, Of, Query};
use crate::config::Config;
use crate::conversation::Lane;
use crate::crypto;
use crate::http::Millis;

/// The most objects of the index that one request asks. With what is asked of consumers it stays below the 50 that Workers allow on
/// the free plan.
const ASKS: usize = 20;

/// Where in the index a page begins: at a bucket, behind a consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    account_id: String,
    namespace: String,
    bucket: u8,
    after: Option<String>,
}

impl Place {
    fn is_before(&self, other: &Self) -> bool {
        let rank = |place: &Self| {
            let name = (place.account_id.clone(), place.namespace.clone());
            (name, place.bucket)
        };
        rank(self) < rank(other)
    }

    fn cursor(&self) -> String {
        let parts = (&self.account_id, &self.namespace, self.bucket, &self.after);
        crypto::base64_url(&serde_json::to_vec(&parts).unwrap_or_default())
    }

    fn of_cursor(cursor: &str) -> Option<Self> {
        let json = crypto::decode_base64_url(cursor)?;
        let (account_id, namespace, bucket, after) = serde_json::from_slice(&json).ok()?;
        Some(Self {
            account_id,
            namespace,
            bucket,
            after,
        })
    }
}

/// A consumer that was found, and its account.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Hit {
    pub(super) account_id: String,
    pub(super) found: FoundConsumer,
}

/// Which consumers, and how far the look has come.
#[derive(Debug)]
pub(super) struct Sweep {
    places: VecDeque<Place>,
    narrow: bool,
    query: Query,
    limit: usize,
    asks: usize,
    /// Whether the page was taken: nothing more is asked for it.
    over: bool,
    hits: Vec<Hit>,
}

impl Sweep {
    /// Reads what is looked for: channel or account, lane, reason and age, and where to go on.
    pub(super) fn read(
        of: Of,
        fields: &mut Fields,
        limit: usize,
        config: &Config,
        now: Millis,
    ) -> Result<Self, Fault> {
        let (places, narrow) = places(fields, config)?;
        let query = query(of, fields, now)?;
        let mut places: VecDeque<Place> = places.into();
        if let Some(cursor) = fields.text("after")? {
            let wrong = || Fault::invalid("after", "is not what an earlier answer has as `next`");
            let start = Place::of_cursor(&cursor).ok_or_else(wrong)?;
            places.retain(|place| !place.is_before(&start));
            if let Some(first) = places.front_mut().filter(|first| !start.is_before(first)) {
                first.after = start.after;
            }
        }
        Ok(Self {
            places,
            narrow,
            query,
            limit,
            asks: 0,
            over: false,
            hits: Vec::new(),
        })
    }

    /// Direction, reason and age.
    pub(super) fn query(&self) -> &Query {
        &self.query
    }

    /// Whether it looks at one channel or one account only.
    pub(super) fn is_narrow(&self) -> bool {
        self.narrow
    }

    /// What to ask the index next; `None` where the page is full or the index is through.
    pub(super) fn need(&mut self) -> Option<Need> {
        let left = self.limit.saturating_sub(self.hits.len());
        if self.over || left == 0 || self.asks >= ASKS {
            return None;
        }
        let place = self.places.front()?;
        self.asks += 1;
        Some(Need::Index {
            object: attention::object_name(&place.account_id, &place.namespace, place.bucket),
            ask: attention::Ask::Find {
                query: self.query.clone(),
                after: place.after.clone(),
                limit: left,
            },
        })
    }

    /// Takes what the index says.
    pub(super) fn take(&mut self, found: Found) {
        let Some(mut place) = self.places.pop_front() else {
            return;
        };
        let last = found.consumers.last();
        let last = last.map(|it| it.consumer.as_str().to_owned());
        let account_id = place.account_id.clone();
        self.hits
            .extend(found.consumers.into_iter().map(|found| Hit {
                account_id: account_id.clone(),
                found,
            }));
        if found.more && last.is_some() {
            place.after = last;
            self.places.push_front(place);
        }
    }

    /// Ends the page: what was found on it. Nothing the second time.
    pub(super) fn hits(&mut self) -> Vec<Hit> {
        self.over = true;
        std::mem::take(&mut self.hits)
    }

    /// Where the next page goes on; `None` after the last one.
    pub(super) fn next(&self) -> Option<String> {
        self.places.front().map(Place::cursor)
    }
}

/// Every object of the index that may hold what is looked for, in a fixed order: a cursor stays right when settings change. And
/// whether a channel or an account is named.
fn places(fields: &mut Fields, config: &Config) -> Result<(Vec<Place>, bool), Fault> {
    let channel = fields.text("channel")?;
    let account = fields.text("account")?;
    let narrow = channel.is_some() || account.is_some();
    let mut scopes: Vec<(String, String)> = match (channel, account) {
        (Some(_), Some(_)) => {
            let message = "goes without `channel`: a channel has one account";
            return Err(Fault::invalid("account", message));
        }
        (Some(name), None) => {
            let channel = config.channels.get(&name);
            let channel = channel.ok_or_else(|| {
                Fault::invalid("channel", "no channel of that name is in service")
            })?;
            vec![(channel.account.id.clone(), channel.namespace.clone())]
        }
        (None, account) => {
            let accounts = config.accounts.values();
            let chosen: Vec<_> = accounts
                .filter(|it| account.as_ref().is_none_or(|name| *name == it.name))
                .collect();
            if let (true, Some(_)) = (chosen.is_empty(), account) {
                let message = "no account of that name is in service";
                return Err(Fault::invalid("account", message));
            }
            let scopes = chosen.into_iter().flat_map(|account| {
                let channels = config.channels.values();
                let of_account = channels.filter(move |it| it.account.id == account.id);
                let namespaces = of_account.map(|channel| channel.namespace.clone());
                // What names no consumer lies under the account alone.
                let all = std::iter::once(String::new()).chain(namespaces);
                all.map(|namespace| (account.id.clone(), namespace))
            });
            scopes.collect()
        }
    };
    scopes.sort();
    scopes.dedup();
    let places = scopes.into_iter().flat_map(|(account_id, namespace)| {
        (0..BUCKETS).map(move |bucket| Place {
            account_id: account_id.clone(),
            namespace: namespace.clone(),
            bucket,
            after: None,
        })
    });
    Ok((places.collect(), narrow))
}

/// Direction, reason and age.
pub(super) fn query(of: Of, fields: &mut Fields, now: Millis) -> Result<Query, Fault> {
    let lane = fields.choice("lane", Lane::from_stored, "to_liveengage, to_consumer")?;
    let reason = match of {
        Of::DeadLetters => fields.text("reason")?,
        Of::Stuck => fields.text("cause")?,
    };
    let ago = |span: Millis| now.saturating_sub(span);
    Ok(Query {
        of,
        lane,
        reason,
        until: fields.span("older_than")?.map(ago),
        since: fields.span("newer_than")?.map(ago),
    })
}
