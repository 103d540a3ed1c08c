//! Until when a business may write to a person.
//! <https://developers.facebook.com/docs/messenger-platform/policy/policy-overview>

use super::Network;
use crate::meta::graph::GraphError;

const HOUR: u64 = 3_600_000;

/// What a message is founded on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Basis {
    /// `RESPONSE` and `UPDATE`: within 24 hours.
    Answer,
    /// The tag `HUMAN_AGENT`: within seven days.
    HumanAgent,
}

/// Whether a message on this basis may be sent to someone who has written last at this time.
pub(crate) fn check(
    network: Network,
    basis: Basis,
    said_at: Option<u64>,
    now: u64,
) -> Result<(), GraphError> {
    let hours = match basis {
        Basis::Answer => 24,
        Basis::HumanAgent => 24 * 7,
    };
    if said_at.is_some_and(|at| now.saturating_sub(at) < hours * HOUR) {
        return Ok(());
    }
    let subcode = match network {
        Network::Messenger => 2_018_278,
        Network::Instagram => 2_534_022,
    };
    let error = GraphError::new(10, "This message is sent outside of allowed window.");
    Err(error.with_subcode(subcode))
}

#[cfg(test)]
mod tests {
    use super::{Basis, HOUR, check};
    use crate::meta::pages::Network;

    #[test]
    fn an_answer_has_a_day_and_a_human_agent_has_seven() {
        let now = 1_000 * HOUR;
        for (basis, hours, open) in [
            (Basis::Answer, 23, true),
            (Basis::Answer, 24, false),
            (Basis::HumanAgent, 24, true),
            (Basis::HumanAgent, 167, true),
            (Basis::HumanAgent, 168, false),
        ] {
            let said_at = Some(now - hours * HOUR);
            let checked = check(Network::Messenger, basis, said_at, now);
            assert_eq!(checked.is_ok(), open, "{basis:?} {hours}");
        }
    }

    #[test]
    fn someone_who_never_wrote_is_outside_and_each_network_has_its_own_subcode() {
        for (network, subcode) in [
            (Network::Messenger, 2_018_278),
            (Network::Instagram, 2_534_022),
        ] {
            let error = check(network, Basis::HumanAgent, None, HOUR).unwrap_err();
            assert_eq!((error.code, error.subcode), (10, Some(subcode)));
        }
    }
}
