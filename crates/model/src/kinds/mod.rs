//! The list of all kinds; one file each. Adding one is a file, a line here and a probe.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Kind;

macro_rules! kinds {
    ($($variant:ident = $word:literal in $module:ident;)*) => {
        $(mod $module;)*

        /// The stable id of a kind.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "specta", derive(specta::Type))]
        #[allow(missing_docs, reason = "each variant is the kind of its name, documented in its file")]
        pub enum KindId { $(#[serde(rename = $word)] $variant,)* }

        impl KindId {
            /// Every kind, in the order of the gallery and the tabs.
            pub const ALL: &'static [KindId] = &[$(KindId::$variant,)*];

            /// The stable word: what is stored, and what the command line takes.
            pub const fn as_str(self) -> &'static str {
                match self { $(KindId::$variant => $word,)* }
            }

            /// All there is to know about it.
            pub fn kind(self) -> &'static Kind {
                match self { $(KindId::$variant => &$module::KIND,)* }
            }
        }
    };
}

kinds! {
    Aws = "aws" in aws;
    Azure = "azure" in azure;
    Gcp = "gcp" in gcp;
    Openstack = "openstack" in openstack;
    Tanzu = "tanzu" in tanzu;
    Proxmox = "proxmox" in proxmox;
    Openshift = "openshift" in openshift;
    Vsphere = "vsphere" in vsphere;
    Zededa = "zededa" in zededa;
    Zadara = "zadara" in zadara;
    Backup = "backup" in backup;
    Billing = "billing" in billing;
    Showback = "showback" in showback;
    Ai = "ai" in ai;
}

impl FromStr for KindId {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|id| id.as_str() == word).ok_or(())
    }
}
