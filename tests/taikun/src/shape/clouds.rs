//! The clouds that are rented: keys, regions and zones.

use credenza_model::KindId;
use serde_json::{Map, Value, json};

use super::{Adds, As, Shape, Takes, continent, text};

const IP: Takes = Takes::Word(&["Ipv4", "DualStack"]);
const VPC: Takes = Takes::Word(&["Create", "Import"]);

pub(super) static AWS: Shape = Shape {
    kind: KindId::Aws,
    cloud: "AWS",
    list: "/api/v1/aws/list",
    create: "/api/v1/aws/create",
    name: "name",
    takes: &[
        ("name", Takes::Text),
        ("awsAccessKeyId", Takes::Text),
        ("awsSecretAccessKey", Takes::Text),
        ("roleArn", Takes::Text),
        ("externalId", Takes::Text),
        ("awsRegion", Takes::Text),
        ("azCount", Takes::Number),
        ("vpcMode", VPC),
        ("importedVpcId", Takes::Text),
        ("privateOnly", Takes::Flag),
        ("ipMode", IP),
        (
            "subnets",
            Takes::Objects(&[("awsSubnetId", Takes::Text), ("subnetType", Takes::Word(&["Public", "Private"]))]),
        ),
        ("sharedFileSystemEnabled", Takes::Flag),
        ("efsFileSystemId", Takes::Text),
    ],
    secrets: &["awsSecretAccessKey", "externalId"],
    update: ("/api/v1/aws/update", &["name", "awsAccessKeyId", "awsSecretAccessKey", "roleArn", "externalId"]),
    shows: &[
        ("region", "awsRegion", As::Text),
        ("availabilityZonesCount", "azCount", As::Number(1)),
        ("efsFileSystemId", "efsFileSystemId", As::Maybe),
        ("sharedFileSystemEnabled", "sharedFileSystemEnabled", As::Flag),
        ("vpcMode", "vpcMode", As::Word("Create")),
        ("ipMode", "ipMode", As::Word("Ipv4")),
        ("importedVpcId", "importedVpcId", As::Maybe),
    ],
    extra: |given, row| {
        let region = text(given, "awsRegion").unwrap_or_default();
        row.insert("availabilityZones".into(), zones(given, |letter| format!("{region}{letter}")));
        row.insert("continentName".into(), json!(continent_of_region(region)));
        let efs = text(given, "efsFileSystemId").map(|id| format!("files-of-{id}"));
        row.insert("efsFileSystemName".into(), json!(efs));
        row.insert("importedVpcCidr".into(), json!(text(given, "importedVpcId").map(|_| "10.20.0.0/16")));
    },
    newer: &[
        "roleArn",
        "externalId",
        "vpcMode",
        "importedVpcId",
        "importedVpcCidr",
        "privateOnly",
        "ipMode",
        "subnets",
        "sharedFileSystemEnabled",
        "efsFileSystemId",
        "efsFileSystemName",
    ],
    adds: Adds::Managers,
    legacy_only: false,
};

pub(super) static AZURE: Shape = Shape {
    kind: KindId::Azure,
    cloud: "AZURE",
    list: "/api/v1/azure/list",
    create: "/api/v1/azure/create",
    name: "name",
    takes: &[
        ("name", Takes::Text),
        ("azureClientId", Takes::Text),
        ("azureClientSecret", Takes::Text),
        ("azureTenantId", Takes::Text),
        ("azureSubscriptionId", Takes::Text),
        ("azureLocation", Takes::Text),
        ("azCount", Takes::Number),
        ("ipMode", IP),
        ("vnetMode", Takes::Word(&["Create", "Existing", "Import"])),
        ("existingVirtualNetworkResourceGroupName", Takes::Text),
        ("existingVirtualNetworkName", Takes::Text),
        ("subnets", Takes::Objects(&[("subnetName", Takes::Text)])),
        ("sharedFileSystemEnabled", Takes::Flag),
        ("importedFileShareId", Takes::Text),
        ("importedFileShareResourceGroupName", Takes::Text),
    ],
    secrets: &["azureClientSecret"],
    update: ("/api/v1/azure/update", &["name", "azureClientId", "azureClientSecret"]),
    shows: &[
        ("tenantId", "azureTenantId", As::Text),
        ("location", "azureLocation", As::Text),
        ("availabilityZonesCount", "azCount", As::Number(1)),
        ("vnetDeploymentMode", "vnetMode", As::Word("Create")),
        ("existingVirtualNetworkResourceGroupName", "existingVirtualNetworkResourceGroupName", As::Maybe),
        ("existingVirtualNetworkName", "existingVirtualNetworkName", As::Maybe),
        ("sharedFileSystemEnabled", "sharedFileSystemEnabled", As::Flag),
        ("importedFileShareId", "importedFileShareId", As::Maybe),
        ("importedFileShareResourceGroupName", "importedFileShareResourceGroupName", As::Maybe),
    ],
    extra: |given, row| {
        let count = zone_count(given);
        row.insert("availabilityZones".into(), (1..=count).map(|zone| json!(zone.to_string())).collect());
        let location = text(given, "azureLocation").unwrap_or_default();
        row.insert("continentName".into(), json!(continent_of_region(location)));
        let share = text(given, "importedFileShareId").map(|id| id.rsplit('/').next().unwrap_or(id).to_owned());
        row.insert("importedFileShareName".into(), json!(share));
    },
    newer: &[
        "ipMode",
        "vnetMode",
        "vnetDeploymentMode",
        "existingVirtualNetworkResourceGroupName",
        "existingVirtualNetworkName",
        "subnets",
        "sharedFileSystemEnabled",
        "importedFileShareId",
        "importedFileShareName",
        "importedFileShareResourceGroupName",
    ],
    adds: Adds::Managers,
    legacy_only: false,
};

pub(super) static GCP: Shape = Shape {
    kind: KindId::Gcp,
    cloud: "GOOGLE",
    list: "/api/v1/googlecloud/list",
    create: "/api/v1/googlecloud/create",
    name: "name",
    takes: &[
        ("name", Takes::Text),
        ("config", Takes::Text),
        ("importProject", Takes::Flag),
        ("folderId", Takes::Text),
        ("billingAccountId", Takes::Text),
        ("region", Takes::Text),
        ("azCount", Takes::Count),
        ("ipMode", IP),
        ("vpcMode", VPC),
        ("importedGcpProjectId", Takes::Text),
        ("importedVpcName", Takes::Text),
        ("subnets", Takes::Texts),
        ("importedFilestoreId", Takes::Text),
        ("importedFilestoreProjectId", Takes::Text),
    ],
    secrets: &["config"],
    update: ("", &[]),
    shows: &[
        ("folderId", "folderId", As::Maybe),
        ("billingAccountId", "billingAccountId", As::Maybe),
        ("availabilityZonesCount", "azCount", As::Number(1)),
        ("region", "region", As::Text),
        ("vpcMode", "vpcMode", As::Word("Create")),
        ("ipMode", "ipMode", As::Word("Ipv4")),
        ("importedGcpProjectId", "importedGcpProjectId", As::Maybe),
        ("importedVpcName", "importedVpcName", As::Maybe),
        ("importedFilestoreId", "importedFilestoreId", As::Maybe),
    ],
    extra: |given, row| {
        let region = text(given, "region").unwrap_or_default();
        row.insert("zones".into(), zones(given, |letter| format!("{region}-{letter}")));
        row.insert("continentName".into(), json!(continent_of_region(region)));
        let billing = text(given, "billingAccountId").map(|_| "Billing account");
        row.insert("billingAccountName".into(), json!(billing));
        row.insert("projectId".into(), json!(project_of_key(given)));
        row.insert("partnerName".into(), json!("Demo"));
        row.insert("partnerLogo".into(), Value::Null);
        let filestore = text(given, "importedFilestoreId");
        row.insert("sharedFileSystemEnabled".into(), json!(filestore.is_some()));
        row.insert("importedFilestoreName".into(), json!(filestore.map(|id| format!("{id}-share"))));
    },
    newer: &[
        "ipMode",
        "vpcMode",
        "importedGcpProjectId",
        "importedVpcName",
        "subnets",
        "importedFilestoreId",
        "importedFilestoreName",
        "importedFilestoreProjectId",
        "sharedFileSystemEnabled",
    ],
    adds: Adds::Managers,
    legacy_only: false,
};

pub(super) static ZADARA: Shape = Shape {
    kind: KindId::Zadara,
    cloud: "ZADARA",
    list: "/api/v1/zadara/list",
    create: "/api/v1/zadara/create",
    name: "name",
    takes: &[
        ("name", Takes::Text),
        ("zadaraUrl", Takes::Text),
        ("zadaraAccessKeyId", Takes::Text),
        ("zadaraSecretAccessKey", Takes::Text),
        ("zadaraRegion", Takes::Text),
        ("azCount", Takes::Count),
        ("zadaraVolumeType", Takes::Text),
        ("zadaraContinent", Takes::Text),
    ],
    secrets: &["zadaraSecretAccessKey"],
    update: ("/api/v1/zadara/update", &["name", "zadaraAccessKeyId", "zadaraSecretAccessKey"]),
    shows: &[
        ("region", "zadaraRegion", As::Text),
        ("availabilityZonesCount", "azCount", As::Number(1)),
        ("zadaraApiUrl", "zadaraUrl", As::Text),
        ("zadaraVolumeType", "zadaraVolumeType", As::Text),
    ],
    extra: |given, row| {
        let region = text(given, "zadaraRegion").unwrap_or_default();
        row.insert("availabilityZones".into(), zones(given, |letter| format!("{region}-{letter}")));
        row.insert("continentName".into(), json!(text(given, "zadaraContinent").map(continent)));
    },
    newer: &[],
    adds: Adds::Managers,
    legacy_only: false,
};

fn zone_count(given: &Map<String, Value>) -> i64 {
    given.get("azCount").and_then(Value::as_i64).unwrap_or(1).clamp(1, 3)
}

fn zones(given: &Map<String, Value>, name: impl Fn(char) -> String) -> Value {
    ('a'..='c').take(usize::try_from(zone_count(given)).unwrap_or(1)).map(|letter| json!(name(letter))).collect()
}

/// A continent by the name of a region, as far as names tell.
fn continent_of_region(region: &str) -> Option<&'static str> {
    let words = [
        ("europe", "Europe"),
        ("eu-", "Europe"),
        ("us-", "America"),
        ("us", "America"),
        ("ca-", "America"),
        ("sa-", "America"),
        ("asia", "Asia"),
        ("ap-", "Asia"),
    ];
    words.iter().find(|(word, _)| region.contains(word)).map(|(_, name)| *name)
}

fn project_of_key(given: &Map<String, Value>) -> Option<String> {
    let key: Value = serde_json::from_str(text(given, "config")?).ok()?;
    key.get("project_id")?.as_str().map(str::to_owned)
}
