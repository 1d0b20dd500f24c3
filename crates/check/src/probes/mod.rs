//! The probes, one file each. A kind without one does not compile.

mod ai;
mod aws;
mod azure;
mod backup;
mod gcp;
mod openshift;
mod openstack;
mod prometheus;
mod proxmox;
mod signed;
mod tanzu;
mod vsphere;
mod zadara;
mod zededa;

use credenza_model::KindId;

use crate::probe::{Checked, Discovered, Probe};

/// Runs the probe of a kind.
pub(crate) async fn check(probe: &Probe<'_>) -> Checked {
    match probe.kind.id {
        KindId::Aws => aws::check(probe).await,
        KindId::Azure => azure::check(probe).await,
        KindId::Gcp => gcp::check(probe).await,
        KindId::Openstack => openstack::check(probe).await,
        KindId::Tanzu => tanzu::check(probe).await,
        KindId::Proxmox => proxmox::check(probe).await,
        KindId::Openshift => openshift::check(probe).await,
        KindId::Vsphere => vsphere::check(probe).await,
        KindId::Zededa => zededa::check(probe).await,
        KindId::Zadara => zadara::check(probe).await,
        KindId::Backup => backup::check(probe).await,
        KindId::Billing => prometheus::check(probe, &prometheus::BILLING).await,
        KindId::Showback => prometheus::check(probe, &prometheus::SHOWBACK).await,
        KindId::Ai => ai::check(probe).await,
    }
}

/// The fields whose values the provider can list.
pub(crate) const fn discovered(kind: KindId) -> &'static [&'static str] {
    match kind {
        KindId::Aws => aws::DISCOVERED,
        KindId::Azure => azure::DISCOVERED,
        KindId::Gcp => gcp::DISCOVERED,
        KindId::Openstack => openstack::DISCOVERED,
        KindId::Tanzu => tanzu::DISCOVERED,
        KindId::Proxmox => proxmox::DISCOVERED,
        KindId::Openshift => openshift::DISCOVERED,
        KindId::Vsphere => vsphere::DISCOVERED,
        KindId::Zededa => zededa::DISCOVERED,
        KindId::Zadara => zadara::DISCOVERED,
        KindId::Backup => backup::DISCOVERED,
        KindId::Billing | KindId::Showback | KindId::Ai => &[],
    }
}

/// Lists what can go into a field. A field that is not [`discovered`] has nothing.
pub(crate) async fn discover(probe: &Probe<'_>, field: &str) -> Discovered {
    let Some(field) = discovered(probe.kind.id).iter().copied().find(|known| *known == field) else {
        return Ok(Vec::new());
    };
    match probe.kind.id {
        KindId::Aws => aws::discover(probe, field).await,
        KindId::Azure => azure::discover(probe, field).await,
        KindId::Gcp => gcp::discover(probe, field).await,
        KindId::Openstack => openstack::discover(probe, field).await,
        KindId::Tanzu => tanzu::discover(probe, field).await,
        KindId::Proxmox => proxmox::discover(probe, field).await,
        KindId::Openshift => openshift::discover(probe, field).await,
        KindId::Vsphere => vsphere::discover(probe, field).await,
        KindId::Zededa => zededa::discover(probe, field).await,
        KindId::Zadara => zadara::discover(probe, field).await,
        KindId::Backup => backup::discover(probe, field).await,
        KindId::Billing | KindId::Showback | KindId::Ai => Ok(Vec::new()),
    }
}
