//! The rows of the cloud providers.

use credenza_model::KindId;

use super::Told;
use super::networks::Networks;

/// What a provider's rows tell. No secret is in here: Zededa's token is skipped before a row is read.
pub(super) fn told(kind: KindId) -> &'static Told {
    match kind {
        KindId::Aws => &AWS,
        KindId::Azure => &AZURE,
        KindId::Gcp => &GCP,
        KindId::Openstack => &OPENSTACK,
        KindId::Tanzu => &TANZU,
        KindId::Proxmox => &PROXMOX,
        KindId::Openshift => &OPENSHIFT,
        KindId::Vsphere => &VSPHERE,
        KindId::Zededa => &ZEDEDA,
        _ => &ZADARA,
    }
}

static AWS: Told = Told::new(&[
    ("name", "name"),
    ("region", "awsRegion"),
    ("availabilityZonesCount", "azCount"),
    ("vpcMode", "vpcMode"),
    ("importedVpcId", "importedVpcId"),
    ("ipMode", "ipMode"),
    ("sharedFileSystemEnabled", "sharedFileSystemEnabled"),
    ("efsFileSystemId", "efsFileSystemId"),
]);

static AZURE: Told = Told::new(&[
    ("name", "name"),
    ("tenantId", "azureTenantId"),
    ("location", "azureLocation"),
    ("availabilityZonesCount", "azCount"),
    ("vnetDeploymentMode", "vnetMode"),
    ("existingVirtualNetworkResourceGroupName", "existingVirtualNetworkResourceGroupName"),
    ("existingVirtualNetworkName", "existingVirtualNetworkName"),
    ("sharedFileSystemEnabled", "sharedFileSystemEnabled"),
    ("importedFileShareId", "importedFileShareId"),
    ("importedFileShareResourceGroupName", "importedFileShareResourceGroupName"),
]);

static GCP: Told = Told::new(&[
    ("name", "name"),
    ("folderId", "folderId"),
    ("billingAccountId", "billingAccountId"),
    ("region", "region"),
    ("availabilityZonesCount", "azCount"),
    ("ipMode", "ipMode"),
    ("vpcMode", "vpcMode"),
    ("importedGcpProjectId", "importedGcpProjectId"),
    ("importedVpcName", "importedVpcName"),
    ("importedFilestoreId", "importedFilestoreId"),
]);

static OPENSTACK: Told = Told::new(&[
    ("name", "name"),
    ("user", "openStackUser"),
    ("url", "openStackUrl"),
    ("project", "openStackProject"),
    ("domain", "openStackDomain"),
    ("region", "openStackRegion"),
    ("publicNetwork", "openStackPublicNetwork"),
    ("availabilityZone", "openStackAvailabilityZone"),
    ("volumeType", "openStackVolumeType"),
    ("importNetwork", "openStackImportNetwork"),
    ("internalSubnetId", "openStackInternalSubnetId"),
    ("continentName", "openStackContinent"),
    ("applicationCredEnabled", "applicationCredEnabled"),
    ("isAdmin", "isAdmin"),
    ("skipTlsFlag", "skipTlsFlag"),
    ("manilaEnabled", "manilaEnabled"),
    ("manilaStorageType", "manilaStorageType"),
    ("lbProvider", "lbProvider"),
]);

static TANZU: Told = Told::new(&[
    ("name", "name"),
    ("username", "username"),
    ("url", "url"),
    ("namespace", "namespace"),
    ("port", "port"),
    ("volumeType", "volumeType"),
    ("continentName", "tanzuContinent"),
]);

static PROXMOX: Told = Told {
    fields: &[
        ("name", "name"),
        ("url", "url"),
        ("tokenId", "tokenId"),
        ("storage", "storage"),
        ("vmTemplateName", "vmTemplateName"),
        ("hypervisors", "hypervisors"),
        ("continentName", "continent"),
        ("skipTlsFlag", "skipTlsFlag"),
    ],
    networks: Some(Networks { list: "proxmoxNetworks", link: ("bridge", "bridge") }),
};

static OPENSHIFT: Told = Told::new(&[("name", "name"), ("baseDomain", "baseDomain"), ("storageClass", "storageClass")]);

static VSPHERE: Told = Told {
    fields: &[
        ("name", "name"),
        ("username", "username"),
        ("url", "url"),
        ("datacenterName", "datacenterName"),
        ("datacenterId", "datacenterId"),
        ("resourcePool", "resourcePoolName"),
        ("datastore", "datastoreName"),
        ("drsEnabled", "drsEnabled"),
        ("hypervisors", "hypervisors"),
        ("vmTemplateName", "vmTemplateName"),
        ("continentName", "continent"),
        ("skipTlsFlag", "skipTlsFlag"),
    ],
    networks: Some(Networks { list: "vsphereNetworks", link: ("name", "name") }),
};

static ZEDEDA: Told = Told {
    fields: &[
        ("name", "name"),
        ("apiUrl", "apiUrl"),
        ("project", "project"),
        ("edgeNodes", "edgeNodes"),
        ("continentName", "continent"),
    ],
    // Rows call an interface a bridge.
    networks: Some(Networks { list: "zededaNetworks", link: ("bridge", "interface") }),
};

static ZADARA: Told = Told::new(&[
    ("name", "name"),
    ("zadaraApiUrl", "zadaraUrl"),
    ("region", "zadaraRegion"),
    ("availabilityZonesCount", "azCount"),
    ("zadaraVolumeType", "zadaraVolumeType"),
    ("continentName", "zadaraContinent"),
]);
