//! Accounts: signing in and out, who one is there, and what the account can be asked about a credential.

mod ask;
pub(crate) mod link;
mod sign_in;
pub(crate) mod sign_out;
mod view;
mod who;

pub use view::{AccountView, SignInInput, SignInMethod, SuggestedFields, SuggestionView, WhoOrganizationView, WhoView};
