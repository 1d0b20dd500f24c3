//! Which call tells what can go into which field, kind by kind.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use credenza_model::KindId;

use super::source::Source;

/// The source for a field of a kind.
pub(crate) fn of(kind: KindId, field: &str) -> Option<&'static Source> {
    sources(kind).iter().find(|source| source.field == field)
}

/// The fields of a kind that have a source.
pub(crate) fn fields(kind: KindId) -> &'static [&'static str] {
    static FIELDS: LazyLock<BTreeMap<KindId, Vec<&'static str>>> = LazyLock::new(|| {
        KindId::ALL.iter().map(|kind| (*kind, sources(*kind).iter().map(|source| source.field).collect())).collect()
    });
    FIELDS.get(&kind).map_or(&[], Vec::as_slice)
}

fn sources(kind: KindId) -> &'static [Source] {
    match kind {
        KindId::Aws => AWS,
        KindId::Azure => AZURE,
        KindId::Gcp => GCP,
        KindId::Openstack => OPENSTACK,
        KindId::Tanzu => TANZU,
        KindId::Proxmox => PROXMOX,
        KindId::Openshift => OPENSHIFT,
        KindId::Vsphere => VSPHERE,
        KindId::Zededa => ZEDEDA,
        KindId::Zadara => ZADARA,
        KindId::Backup | KindId::Billing | KindId::Showback | KindId::Ai => &[],
    }
}

const AWS: &[Source] = &[
    Source::json(
        "awsRegion",
        "/api/v1/aws/regions",
        &[
            ("awsAccessKeyId", "awsAccessKeyId"),
            ("awsSecretAccessKey", "awsSecretAccessKey"),
            ("roleArn", "roleArn"),
            ("externalId", "externalId"),
        ],
    )
    .takes_row()
    .gives("region", &["name"]),
    Source::json(
        "importedVpcId",
        "/api/v1/aws/vpc-list",
        &[
            ("awsAccessKeyId", "awsAccessKeyId"),
            ("awsSecretAccessKey", "awsSecretAccessKey"),
            ("roleArn", "roleArn"),
            ("externalId", "externalId"),
            ("awsRegion", "awsRegion"),
            ("ipMode", "ipMode"),
        ],
    )
    .gives("vpcId", &["name", "cidrBlock"]),
    Source::json(
        "subnets",
        "/api/v1/aws/subnet-list",
        &[
            ("awsAccessKeyId", "awsAccessKeyId"),
            ("awsSecretAccessKey", "awsSecretAccessKey"),
            ("roleArn", "roleArn"),
            ("externalId", "externalId"),
            ("awsRegion", "awsRegion"),
            ("vpcId", "importedVpcId"),
        ],
    )
    .gives("subnetId", &["name", "cidr", "zone"]),
    Source::json(
        "efsFileSystemId",
        "/api/v1/aws/efs-file-system-by-vpc-list",
        &[
            ("awsAccessKeyId", "awsAccessKeyId"),
            ("awsSecretAccessKey", "awsSecretAccessKey"),
            ("roleArn", "roleArn"),
            ("externalId", "externalId"),
            ("awsRegion", "awsRegion"),
            ("vpcId", "importedVpcId"),
        ],
    )
    .gives("filesystemId", &["name", "lifecycleState"]),
];

const AZURE: &[Source] = &[
    Source::json(
        "azureSubscriptionId",
        "/api/v1/azure/subscriptions",
        &[
            ("azureClientId", "azureClientId"),
            ("azureClientSecret", "azureClientSecret"),
            ("azureTenantId", "azureTenantId"),
        ],
    )
    .older(&[("clientId", "azureClientId"), ("clientSecret", "azureClientSecret"), ("tenantId", "azureTenantId")])
    .gives("id", &["name"]),
    Source::json(
        "azureLocation",
        "/api/v1/azure/locations",
        &[
            ("azureClientId", "azureClientId"),
            ("azureClientSecret", "azureClientSecret"),
            ("azureTenantId", "azureTenantId"),
            ("azureSubscriptionId", "azureSubscriptionId"),
        ],
    ),
    Source::json(
        "existingVirtualNetworkResourceGroupName",
        "/api/v1/azure/vnet-resource-group-list",
        &[
            ("azureClientId", "azureClientId"),
            ("azureClientSecret", "azureClientSecret"),
            ("azureTenantId", "azureTenantId"),
            ("azureSubscriptionId", "azureSubscriptionId"),
        ],
    )
    .takes_row(),
    Source::json(
        "existingVirtualNetworkName",
        "/api/v1/azure/vnet-list",
        &[
            ("azureClientId", "azureClientId"),
            ("azureClientSecret", "azureClientSecret"),
            ("azureTenantId", "azureTenantId"),
            ("azureSubscriptionId", "azureSubscriptionId"),
            ("resourceGroupName", "existingVirtualNetworkResourceGroupName"),
            ("ipMode", "ipMode"),
        ],
    )
    .takes_row()
    .gives("name", &["addressSpace"]),
    Source::json(
        "subnets",
        "/api/v1/azure/vnet-subnet-list",
        &[
            ("azureClientId", "azureClientId"),
            ("azureClientSecret", "azureClientSecret"),
            ("azureTenantId", "azureTenantId"),
            ("azureSubscriptionId", "azureSubscriptionId"),
            ("resourceGroupName", "existingVirtualNetworkResourceGroupName"),
            ("vnetName", "existingVirtualNetworkName"),
            ("ipMode", "ipMode"),
        ],
    )
    .takes_row()
    .gives("name", &["addressPrefix"]),
    Source::json(
        "importedFileShareId",
        "/api/v1/azure/file-share-list",
        &[
            ("azureClientId", "azureClientId"),
            ("azureClientSecret", "azureClientSecret"),
            ("azureTenantId", "azureTenantId"),
            ("azureSubscriptionId", "azureSubscriptionId"),
            ("resourceGroupName", "importedFileShareResourceGroupName"),
        ],
    )
    .takes_row()
    .gives("id", &["name"]),
];

const GCP: &[Source] = &[
    Source::gcp("billingAccountId", "/api/v1/googlecloud/billing-accounts", &[]).gives("id", &["name"]),
    Source::gcp("region", "/api/v1/googlecloud/regions", &[]),
    Source::gcp(
        "importedVpcName",
        "/api/v1/googlecloud/vpc-list",
        &[("importedGcpProjectId", "importedGcpProjectId"), ("ipMode", "ipMode")],
    )
    .takes_row(),
    Source::gcp(
        "subnets",
        "/api/v1/googlecloud/subnetwork-list",
        &[
            ("importedGcpProjectId", "importedGcpProjectId"),
            ("region", "region"),
            ("networkName", "importedVpcName"),
            ("ipMode", "ipMode"),
        ],
    )
    .takes_row()
    .gives("name", &["ipCidrRange"]),
    Source::gcp(
        "importedFilestoreId",
        "/api/v1/googlecloud/filestore-list",
        &[
            ("importedGcpProjectId", "importedGcpProjectId"),
            ("importedFilestoreProjectId", "importedFilestoreProjectId"),
            ("region", "region"),
        ],
    )
    .takes_row()
    .gives("instanceId", &["name", "tier"]),
];

const OPENSTACK: &[Source] = &[
    Source::json(
        "openStackProject",
        "/api/v1/openstack/projects",
        &[
            ("openStackUser", "openStackUser"),
            ("openStackPassword", "openStackPassword"),
            ("openStackUrl", "openStackUrl"),
            ("openStackDomain", "openStackDomain"),
            ("applicationCredEnabled", "applicationCredEnabled"),
            ("isAdmin", "isAdmin"),
        ],
    )
    .gives("name", &["id"]),
    Source::json(
        "openStackRegion",
        "/api/v1/openstack/regions",
        &[
            ("openStackUser", "openStackUser"),
            ("openStackPassword", "openStackPassword"),
            ("openStackUrl", "openStackUrl"),
            ("openStackDomain", "openStackDomain"),
            ("applicationCredEnabled", "applicationCredEnabled"),
            ("isAdmin", "isAdmin"),
        ],
    ),
    Source::json(
        "openStackPublicNetwork",
        "/api/v1/openstack/networks",
        &[
            ("openStackUser", "openStackUser"),
            ("openStackPassword", "openStackPassword"),
            ("openStackUrl", "openStackUrl"),
            ("openStackDomain", "openStackDomain"),
            ("applicationCredEnabled", "applicationCredEnabled"),
            ("isAdmin", "isAdmin"),
            ("openStackRegion", "openStackRegion"),
        ],
    )
    .wants_project()
    .gives("name", &["id"]),
    Source::json(
        "openStackAvailabilityZone",
        "/api/v1/openstack/zones",
        &[
            ("openStackUser", "openStackUser"),
            ("openStackPassword", "openStackPassword"),
            ("openStackUrl", "openStackUrl"),
            ("openStackDomain", "openStackDomain"),
            ("applicationCredEnabled", "applicationCredEnabled"),
            ("isAdmin", "isAdmin"),
            ("openStackRegion", "openStackRegion"),
            ("openstackProject", "openStackProject"),
        ],
    ),
    Source::json(
        "openStackVolumeType",
        "/api/v1/openstack/volumes",
        &[
            ("openStackUser", "openStackUser"),
            ("openStackPassword", "openStackPassword"),
            ("openStackUrl", "openStackUrl"),
            ("openStackDomain", "openStackDomain"),
            ("applicationCredEnabled", "applicationCredEnabled"),
            ("isAdmin", "isAdmin"),
            ("openStackRegion", "openStackRegion"),
            ("openstackProject", "openStackProject"),
        ],
    ),
    Source::json(
        "manilaStorageType",
        "/api/v1/openstack/storage-types",
        &[
            ("openStackUser", "openStackUser"),
            ("openStackPassword", "openStackPassword"),
            ("openStackUrl", "openStackUrl"),
            ("openStackDomain", "openStackDomain"),
            ("applicationCredEnabled", "applicationCredEnabled"),
            ("isAdmin", "isAdmin"),
            ("openStackRegion", "openStackRegion"),
            ("openstackProject", "openStackProject"),
        ],
    ),
    Source::json(
        "openStackInternalSubnetId",
        "/api/v1/openstack/subnets",
        &[
            ("openStackUser", "openStackUser"),
            ("openStackPassword", "openStackPassword"),
            ("openStackUrl", "openStackUrl"),
            ("openStackDomain", "openStackDomain"),
            ("applicationCredEnabled", "applicationCredEnabled"),
            ("openStackRegion", "openStackRegion"),
            ("openStackProject", "openStackProject"),
        ],
    )
    .wants_project()
    .gives("id", &["name", "cidr"]),
];

const TANZU: &[Source] = &[Source::json(
    "volumeType",
    "/api/v1/tanzu/storage-list",
    &[("username", "username"), ("url", "url"), ("password", "password"), ("namespace", "namespace"), ("port", "port")],
)];

const PROXMOX: &[Source] = &[
    Source::json(
        "hypervisors",
        "/api/v1/proxmox/hypervisor-list",
        &[("url", "url"), ("tokenId", "tokenId"), ("tokenSecret", "tokenSecret")],
    )
    .takes_row(),
    Source::json(
        "storage",
        "/api/v1/proxmox/storage-list",
        &[("url", "url"), ("tokenId", "tokenId"), ("tokenSecret", "tokenSecret")],
    ),
    Source::json(
        "vmTemplateName",
        "/api/v1/proxmox/vm-template-list",
        &[("url", "url"), ("tokenId", "tokenId"), ("tokenSecret", "tokenSecret")],
    )
    .takes_row(),
    Source::json(
        "publicNetwork.bridge",
        "/api/v1/proxmox/bridge-list",
        &[("url", "url"), ("tokenId", "tokenId"), ("tokenSecret", "tokenSecret"), ("hypervisor", "hypervisors")],
    ),
    Source::json(
        "privateNetwork.bridge",
        "/api/v1/proxmox/bridge-list",
        &[("url", "url"), ("tokenId", "tokenId"), ("tokenSecret", "tokenSecret"), ("hypervisor", "hypervisors")],
    ),
];

const OPENSHIFT: &[Source] = &[Source::openshift("storageClass", "/api/v1/openshift/storage-class", &[])];

const VSPHERE: &[Source] = &[
    Source::json(
        "datacenterName",
        "/api/v1/vsphere/datacenter-list",
        &[("url", "url"), ("username", "username"), ("password", "password")],
    )
    .gives("name", &["datacenter"]),
    Source::json(
        "datacenterId",
        "/api/v1/vsphere/datacenter-list",
        &[("url", "url"), ("username", "username"), ("password", "password")],
    )
    .gives("datacenter", &["name"]),
    Source::json(
        "datastoreName",
        "/api/v1/vsphere/datastore-list",
        &[("url", "url"), ("username", "username"), ("password", "password"), ("datacenterId", "datacenterId")],
    )
    .gives("name", &["type"]),
    Source::json(
        "resourcePoolName",
        "/api/v1/vsphere/resource-pool-list",
        &[("url", "url"), ("username", "username"), ("password", "password"), ("datacenterId", "datacenterId")],
    )
    .gives("name", &["resourcePool"]),
    Source::json(
        "hypervisors",
        "/api/v1/vsphere/hypervisor-list",
        &[("url", "url"), ("username", "username"), ("password", "password"), ("datacenterId", "datacenterId")],
    )
    .takes_row(),
    Source::json(
        "vmTemplateName",
        "/api/v1/vsphere/vm-template-list",
        &[("url", "url"), ("username", "username"), ("password", "password"), ("datacenterId", "datacenterId")],
    ),
    Source::json(
        "publicNetwork.name",
        "/api/v1/vsphere/network-list",
        &[("url", "url"), ("username", "username"), ("password", "password"), ("datacenterId", "datacenterId")],
    )
    .gives("name", &["type"]),
    Source::json(
        "privateNetwork.name",
        "/api/v1/vsphere/network-list",
        &[("url", "url"), ("username", "username"), ("password", "password"), ("datacenterId", "datacenterId")],
    )
    .gives("name", &["type"]),
];

const ZEDEDA: &[Source] = &[
    Source::json("project", "/api/v1/zededa/projects", &[("apiUrl", "apiUrl"), ("apiToken", "apiToken")])
        .gives("name", &["id"]),
    Source::json(
        "edgeNodes",
        "/api/v1/zededa/edge-nodes",
        &[("apiUrl", "apiUrl"), ("apiToken", "apiToken"), ("project", "project")],
    )
    .gives("name", &["id"]),
    Source::json(
        "publicNetwork.interface",
        "/api/v1/zededa/interfaces",
        &[("apiUrl", "apiUrl"), ("apiToken", "apiToken"), ("project", "project"), ("edgeNode", "edgeNodes")],
    ),
    Source::json(
        "privateNetwork.interface",
        "/api/v1/zededa/interfaces",
        &[("apiUrl", "apiUrl"), ("apiToken", "apiToken"), ("project", "project"), ("edgeNode", "edgeNodes")],
    ),
];

const ZADARA: &[Source] = &[
    Source::json(
        "zadaraRegion",
        "/api/v1/zadara/regions",
        &[
            ("url", "zadaraUrl"),
            ("zadaraAccessKeyId", "zadaraAccessKeyId"),
            ("zadaraSecretAccessKey", "zadaraSecretAccessKey"),
        ],
    )
    .gives("region", &["name"]),
    Source::get("zadaraVolumeType", "/api/v1/zadara/volume-types", &[]),
];
