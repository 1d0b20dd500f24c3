//! Microsoft Azure: an app registration and one subscription.

use crate::kind::{Column, Kind, Subject, Tab};
use crate::rules::{self, IP_MODES};
use crate::wire::{Call, Wire};
use crate::{Access, Choice, Code, Facts, Field, Findings, KindId, Reading, SecretMap, Value, Values};

pub(super) static KIND: Kind = Kind {
    id: KindId::Azure,
    tab: Tab::Cloud,
    label: "Microsoft Azure",
    summary: "An app registration and a subscription",
    mark: "AZ",
    name_field: "name",
    access: Access::MANAGERS,
    fields: &[
        Field::text("name", "Cloud Name").required().updatable().shape(rules::cloud_name).group("Cloud settings"),
        Field::text("azureClientId", "Azure Client ID")
            .required()
            .updatable()
            .shape(client_id)
            .placeholder("6731de76-14a6-49ae-97bc-6eba6914391e")
            .help("The application (client) ID, called appId by the Azure command line.")
            .group("Cloud settings"),
        Field::secret("azureClientSecret", "Azure Client Secret")
            .required()
            .updatable()
            .help("The secret's value, which Azure shows once.")
            .group("Cloud settings"),
        Field::text("azureTenantId", "Azure Tenant ID")
            .required()
            .shape(tenant_id)
            .placeholder("72f988bf-86f1-41af-91ab-2d7cd011db47")
            .group("Cloud settings"),
        Field::text("azureSubscriptionId", "Azure Subscription Id")
            .required()
            .shape(subscription_id)
            .placeholder("b1f3c2a4-5d6e-4f70-8192-a3b4c5d6e7f8")
            .group("Cloud settings"),
        Field::lookup("azureLocation", "Location", LOCATIONS).required().shape(location).group("Cloud settings"),
        Field::int("azCount", "Zone Count", 1, 3)
            .default("1")
            .help("How many zones to spread over, 1 to 3.")
            .group("Cloud settings"),
        Field::choice("ipMode", "IP Mode", IP_MODES).group("Network"),
        Field::choice("vnetMode", "Virtual network", VNET_MODES).group("Network"),
        Field::text("existingVirtualNetworkResourceGroupName", "Virtual network resource group")
            .required()
            .shown_when("vnetMode", &["Existing", "Import"])
            .group("Network"),
        Field::text("existingVirtualNetworkName", "Virtual network name")
            .required()
            .shown_when("vnetMode", &["Existing", "Import"])
            .group("Network"),
        Field::list("subnets", "Subnets")
            .required()
            .shown_when("vnetMode", &["Import"])
            .help("The names of the subnets.")
            .group("Network"),
        Field::switch("sharedFileSystemEnabled", "Shared file system").group("Shared file system"),
        Field::text("importedFileShareId", "File Share ID")
            .shown_when("sharedFileSystemEnabled", &["true"])
            .group("Shared file system"),
        Field::text("importedFileShareResourceGroupName", "File Share resource group")
            .shown_when("sharedFileSystemEnabled", &["true"])
            .group("Shared file system"),
    ],
    columns: &[
        Column::new("azureTenantId", "Tenant ID").mono(),
        Column::new("azureLocation", "Location"),
        Column::new("azCount", "Zones").numeric(),
        Column::new("vnetMode", "Virtual network"),
        Column::new("existingVirtualNetworkResourceGroupName", "Network resource group"),
        Column::new("existingVirtualNetworkName", "Network name"),
        Column::new("importedFileShareId", "File Share ID").mono(),
        Column::new("importedFileShareResourceGroupName", "File Share resource group"),
    ],
    rules: &[secret_value, tenant_is_not_client, known_location],
    tidy: &[location_by_its_short_name],
    value_facts,
    secret_facts: |_: &SecretMap| Facts::default(),
    wire: Wire::cloud(
        "/api/v1/azure/list",
        Call::post("/api/v1/azure/create"),
        Some(Call::post("/api/v1/azure/update")),
    ),
    sample: &[
        ("name", "azure-prod"),
        ("azureClientId", "6731de76-14a6-49ae-97bc-6eba6914391e"),
        ("azureClientSecret", "xK28Q~sample.Tf0nV3bLr9-mWc7YdUe1sHpGaZ2"),
        ("azureTenantId", "4f8a1c0e-93b7-4f0a-9a55-0d2f6b7c8e91"),
        ("azureSubscriptionId", "b1f3c2a4-5d6e-4f70-8192-a3b4c5d6e7f8"),
        ("azureLocation", "westeurope"),
        ("azCount", "1"),
    ],
};

/// Whether the virtual network is made, used as it is, or taken over with its subnets.
const VNET_MODES: &[Choice] = &[
    Choice { value: "Create", label: "Create a new one" },
    Choice { value: "Existing", label: "Use an existing one" },
    Choice { value: "Import", label: "Import an existing one" },
];

/// The public locations by the names that the API takes; a newer one is typed in freely.
#[rustfmt::skip]
const LOCATIONS: &[&str] = &[
    "australiacentral", "australiaeast", "australiasoutheast", "austriaeast", "belgiumcentral", "brazilsouth",
    "canadacentral", "canadaeast", "centralindia", "centralus", "chilecentral", "eastasia", "eastus", "eastus2",
    "francecentral", "germanywestcentral", "indonesiacentral", "israelcentral", "italynorth", "japaneast", "japanwest",
    "koreacentral", "koreasouth", "malaysiawest", "mexicocentral", "newzealandnorth", "northcentralus", "northeurope",
    "norwayeast", "polandcentral", "qatarcentral", "southafricanorth", "southcentralus", "southeastasia", "southindia",
    "spaincentral", "swedencentral", "switzerlandnorth", "switzerlandwest", "uaenorth", "uksouth", "ukwest",
    "westcentralus", "westeurope", "westindia", "westus", "westus2", "westus3",
];

/// The portal shows "West Europe" for what the API calls `westeurope`.
fn location_by_its_short_name(reading: &mut Reading) {
    let Some(Some(Value::Text(typed))) = reading.changes.0.get_mut("azureLocation") else { return };
    let short: String = typed.chars().filter(|c| *c != ' ').map(|c| c.to_ascii_lowercase()).collect();
    if short != *typed && LOCATIONS.contains(&short.as_str()) {
        let note = format!("Location: read as {short}.");
        *typed = short;
        reading.note("azureLocation", note);
    }
}

/// Azure lists a secret's ID beside its value, and the ID stays readable for ever: it is what people copy later.
fn secret_value(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.fresh.expose("azureClientSecret").is_some_and(|secret| rules::guid("", secret.trim()).is_ok()) {
        findings.warn(
            "azureClientSecret",
            Code::Suspicious,
            "Azure Client Secret looks like the secret's ID, not its value. The value is the column beside it.",
        );
    }
}

fn tenant_is_not_client(subject: &Subject<'_>, findings: &mut Findings) {
    let id = |field| subject.values.text(field).map(str::to_ascii_lowercase);
    if id("azureTenantId").is_some_and(|tenant| Some(tenant) == id("azureClientId")) {
        findings.warn(
            "azureTenantId",
            Code::Suspicious,
            "Azure Tenant ID is the same as Azure Client ID; one of the two was probably pasted twice.",
        );
    }
}

fn known_location(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.values.text("azureLocation").is_some_and(|location| !LOCATIONS.contains(&location)) {
        findings.warn(
            "azureLocation",
            Code::Suspicious,
            "This location is not among those known here; check its spelling.",
        );
    }
}

fn client_id(id: &str) -> Result<(), String> {
    rules::guid("Azure Client ID", id)
}

fn tenant_id(id: &str) -> Result<(), String> {
    rules::guid("Azure Tenant ID", id)
}

fn subscription_id(id: &str) -> Result<(), String> {
    rules::guid("Azure Subscription Id", id)
}

/// The name that the API takes, not the one that the portal shows ("West Europe").
fn location(location: &str) -> Result<(), String> {
    let formed = location.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if formed { Ok(()) } else { Err("Location is a short name such as westeurope, without spaces.".into()) }
}

fn value_facts(values: &Values) -> Facts {
    Facts {
        identity: rules::fact(values, "azureClientId"),
        project: rules::fact(values, "azureSubscriptionId"),
        ..Facts::default()
    }
}
