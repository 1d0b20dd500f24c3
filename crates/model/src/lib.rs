//! What a credential is.
//!
//! This crate owns the fourteen kinds, their fields and rules, the values a person types, and the one table of who may
//! do what. It is pure: no I/O, no async, no clock, no randomness; whoever calls it passes the time in.
//!
//! One kind is one file in [`kinds`]; everything else in the program (forms, tables, command line, storage of secrets,
//! the wire) is driven by the [`Kind`] found there.
//!
//! ```
//! use credenza_model::{Input, KindId, SecretState};
//!
//! let kind = KindId::Backup.kind();
//! let input = Input::from_json(br#"{"s3Name": " nightly ", "s3Endpoint": "https://s3.example.com"}"#).unwrap();
//! let reading = kind.read(input);
//! assert!(reading.refusals.is_empty());
//! assert_eq!(reading.notes[0].field, "s3Name"); // the spaces around the name were dropped, and that is said
//!
//! let mut values = Default::default();
//! reading.changes.apply(&mut values);
//! let findings = kind.judge(&values, &|_| SecretState::Unset, &reading.secrets);
//! assert!(findings.problems.iter().any(|p| p.field == "s3SecretKey"));
//! ```

mod annotation;
pub mod discreet;
mod facts;
mod field;
mod id;
mod input;
mod judge;
mod kind;
pub mod kinds;
mod limits;
mod problem;
mod reading;
mod rights;
mod rules;
mod secret;
mod shapes;
mod text;
mod value;
mod verdict;
mod view;
mod wire;

pub use annotation::{Annotation, EXPIRES, NOTE};
pub use facts::Facts;
pub use field::{Choice, Condition, Field, FieldType, Shape};
pub use id::{CredentialId, Generation, IdError, OrganizationId, WorkspaceId};
pub use input::{Input, InputError, Raw};
pub use kind::{Column, Kind, Rule, Subject, Tab, Tidy};
pub use kinds::KindId;
pub use limits::{FILE_BYTES, INPUT_BYTES, LIST_ITEMS, TEXT_BYTES};
pub use problem::{Code, Findings, Problem};
pub use reading::{Changes, Reading, SecretChange};
pub use rights::{Access, Action, Role};
pub use secret::{Secret, SecretMap, SecretRef, SecretState};
pub use shapes::gcp_key::ServiceAccountKey;
pub use shapes::kubeconfig::{ClientCertificate, Kubeconfig};
pub use text::printable;
pub use value::{Value, Values};
pub use verdict::{Verdict, VerdictView};
pub use view::{ConditionView, FieldView, FieldWord, KindView, RightsView};
pub use wire::{Body, Call, Method, Wire};
