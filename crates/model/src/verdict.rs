//! Verdicts: what a check of a credential can come to. One closed set for all kinds.

use serde::{Deserialize, Serialize};

macro_rules! verdicts {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $label:literal, $rank:literal;)*) => {
        /// What a check comes to.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "specta", derive(specta::Type))]
        pub enum Verdict { $($(#[$doc])* #[serde(rename = $word)] $variant,)* }

        impl Verdict {
            /// Every verdict, from what works to what is not known.
            pub const ALL: &'static [Verdict] = &[$(Verdict::$variant,)*];

            /// The stable word: what is stored, and what the command line prints.
            pub const fn as_str(self) -> &'static str {
                match self { $(Verdict::$variant => $word,)* }
            }

            /// A few words for people.
            pub const fn label(self) -> &'static str {
                match self { $(Verdict::$variant => $label,)* }
            }

            /// Its place in a list that begins with what somebody has to do something about: 1 is a fault of the
            /// credential, 2 that it could not be tried, 3 that trying proved nothing, 4 that it works.
            pub const fn rank(self) -> u8 {
                match self { $(Verdict::$variant => $rank,)* }
            }
        }
    };
}

verdicts! {
    /// The provider accepts it, and it reaches what it names.
    Works = "works", "Works", 4;
    /// It is known there, and its secret is another.
    WrongSecret = "wrongSecret", "Wrong secret", 1;
    /// Nobody of this name or id is known there.
    UnknownIdentity = "unknownIdentity", "Unknown identity", 1;
    /// One of the two is wrong, and the provider does not say which.
    WrongIdentityOrSecret = "wrongIdentityOrSecret", "Wrong identity or secret", 1;
    /// Its time is over.
    Expired = "expired", "Expired", 1;
    /// Somebody has switched it off or locked it.
    Disabled = "disabled", "Disabled", 1;
    /// It is right, and may not do what it is for.
    NotEnoughRights = "notEnoughRights", "Not enough rights", 1;
    /// It is right, and its region, project, subscription, namespace or the like is not.
    WrongScope = "wrongScope", "Wrong region or project", 1;
    /// The host has no address.
    HostNotFound = "hostNotFound", "Host not found", 2;
    /// The host is there, and nothing listens.
    Refused = "refused", "Connection refused", 2;
    /// No answer in time.
    TimedOut = "timedOut", "No answer in time", 2;
    /// The host does not prove who it is.
    TlsNotTrusted = "tlsNotTrusted", "Certificate not trusted", 2;
    /// This machine's clock and the provider's differ too much.
    ClockSkew = "clockSkew", "Clock is off", 2;
    /// The provider has been asked too often.
    RateLimited = "rateLimited", "Asked too often", 2;
    /// Something else answers there.
    WrongServer = "wrongServer", "Not this kind of server", 2;
    /// It answers, and would answer anybody: nothing is proved.
    Unproven = "unproven", "Not proved", 3;
    /// It wants a second factor or a consent that only a person can give.
    NeedsHuman = "needsHuman", "Needs a person", 1;
    /// The provider itself failed.
    ProviderFailed = "providerFailed", "Provider failed", 2;
    /// It lacks what a check needs.
    Incomplete = "incomplete", "Incomplete", 3;
}

/// A verdict as a face shows it.
#[derive(Clone, Copy, Debug, Serialize)]
#[cfg_attr(feature = "specta", derive(specta::Type))]
pub struct VerdictView {
    /// Which.
    pub verdict: Verdict,
    /// A few words for people.
    pub label: &'static str,
    /// See [`Verdict::rank`].
    pub rank: u8,
}

impl Verdict {
    /// As a face shows it.
    pub const fn view(self) -> VerdictView {
        VerdictView { verdict: self, label: self.label(), rank: self.rank() }
    }

    /// Whether the credential works: the one verdict that is good.
    pub const fn works(self) -> bool {
        matches!(self, Self::Works)
    }

    /// Whether the provider was asked and the fault is the credential's own. When not, another time or another place may
    /// have another answer.
    pub const fn is_refusal(self) -> bool {
        self.rank() == 1
    }
}
