//! Other addresses of the public providers, kept with the data: sovereign clouds and private gateways have them.

use std::collections::BTreeMap;

use credenza_check::{Endpoint, Endpoints};
use credenza_model::printable;

use super::view::EndpointView;
use crate::{App, AppError};

/// Clears every one.
const ALL: &str = "all";

/// Where they are kept.
const SETTING: &str = "endpoints";

impl App {
    /// Every public service with the address that is used instead of its own.
    ///
    /// # Errors
    /// The database's own.
    pub fn endpoints(&self) -> Result<Vec<EndpointView>, AppError> {
        let set = self.kept_endpoints()?;
        Ok(Endpoint::ALL
            .iter()
            .map(|endpoint| EndpointView {
                name: endpoint.as_str().to_owned(),
                address: set.get(endpoint.as_str()).cloned(),
            })
            .collect())
    }

    /// Uses another address for a public service from now on, or its own again.
    ///
    /// # Errors
    /// [`AppError::Usage`] for an unknown service and for an address that no secret may be sent to.
    pub fn set_endpoint(&self, name: &str, address: Option<&str>) -> Result<(), AppError> {
        if let Some(address) = address {
            let endpoint: Endpoint = name.parse().map_err(|()| unknown(name))?;
            Endpoints::default().set(endpoint, address).map_err(AppError::usage)?;
        } else if name == ALL {
            return self.store.write(|writer| Ok(writer.set_setting(SETTING, None)?));
        }
        self.store.write(|writer| {
            let mut set = parse(writer.setting(SETTING)?)?;
            match address {
                Some(address) => drop(set.insert(name.to_owned(), address.trim().to_owned())),
                None if set.remove(name).is_some() || name.parse::<Endpoint>().is_ok() => {}
                None => return Err(unknown(name)),
            }
            let text = serde_json::to_string(&set).unwrap_or_default();
            Ok::<_, AppError>(writer.set_setting(SETTING, Some(&text).filter(|_| !set.is_empty()).map(String::as_str))?)
        })
    }

    pub(super) fn kept_endpoints(&self) -> Result<Kept, AppError> {
        parse(self.store.read(|reader| reader.setting(SETTING))?)
    }
}

/// Addresses as they are kept, by the service's name.
pub(crate) type Kept = BTreeMap<String, String>;

/// The addresses that the checker is to use. A name that this program does not know is a newer one's, and asks nothing here.
///
/// A secret never goes to the public address in place of one that cannot be used.
pub(super) fn usable(kept: &Kept) -> Result<Endpoints, AppError> {
    let mut endpoints = Endpoints::default();
    for (name, address) in kept {
        let Ok(endpoint) = name.parse() else { continue };
        endpoints.set(endpoint, address).map_err(|_| {
            AppError::usage(format!(
                "The address that was set for {} cannot be used. Set it again with `credenza endpoint set`, or clear it.",
                printable(name)
            ))
        })?;
    }
    Ok(endpoints)
}

fn unknown(name: &str) -> AppError {
    let known: Vec<&str> = Endpoint::ALL.iter().map(|endpoint| endpoint.as_str()).collect();
    AppError::usage(format!("There is no service named {}. There are {}.", printable(name), known.join(", ")))
}

fn parse(kept: Option<String>) -> Result<Kept, AppError> {
    let Some(text) = kept else { return Ok(Kept::new()) };
    serde_json::from_str(&text).map_err(|_| {
        AppError::usage(
            "The addresses that were set for public services cannot be read, so that nothing is sent to any. \
             `credenza endpoint clear all` removes them.",
        )
    })
}
