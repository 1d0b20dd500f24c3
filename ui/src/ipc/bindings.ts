// Stands where the file that `cargo xtask bindings` generates goes: same names, same shapes.
import { invoke as __TAURI_INVOKE } from "@tauri-apps/api/core";

/** Commands */
export const commands = {
  start: () => typedError<StartView, AppError>(__TAURI_INVOKE("start")),
  keychain: () => typedError<KeychainView, AppError>(__TAURI_INVOKE("keychain")),
  createWorkspace: (name: string, role: Role, organizations: string[]) =>
    typedError<WorkspaceView, AppError>(__TAURI_INVOKE("create_workspace", { name, role, organizations })),
  useWorkspace: (id: string) => typedError<WorkspaceView, AppError>(__TAURI_INVOKE("use_workspace", { id })),
  renameWorkspace: (id: string, name: string) =>
    typedError<WorkspaceView, AppError>(__TAURI_INVOKE("rename_workspace", { id, name })),
  addOrganization: (name: string) => typedError<WorkspaceView, AppError>(__TAURI_INVOKE("add_organization", { name })),
  renameOrganization: (id: string, name: string) =>
    typedError<WorkspaceView, AppError>(__TAURI_INVOKE("rename_organization", { id, name })),
  tabs: (organization: string | null) => typedError<TabView[], AppError>(__TAURI_INVOKE("tabs", { organization })),
  listCredentials: (query: ListQuery) => typedError<Page, AppError>(__TAURI_INVOKE("list_credentials", { query })),
  showCredential: (id: string) => typedError<CredentialView, AppError>(__TAURI_INVOKE("show_credential", { id })),
  checkInput: (kind: KindId, organization: string, id: string | null, input: Input) =>
    typedError<Findings, AppError>(__TAURI_INVOKE("check_input", { kind, organization, id, input })),
  addCredential: (kind: KindId, organization: string, input: Input, draft: boolean) =>
    typedError<Saved, AppError>(__TAURI_INVOKE("add_credential", { kind, organization, input, draft })),
  editCredential: (id: string, version: number, input: Input, draft: boolean) =>
    typedError<Saved, AppError>(__TAURI_INVOKE("edit_credential", { id, version, input, draft })),
  deleteCredentials: (ids: string[]) => typedError<string[], AppError>(__TAURI_INVOKE("delete_credentials", { ids })),
  undoDelete: (id: string) => typedError<CredentialView, AppError>(__TAURI_INVOKE("undo_delete", { id })),
  setLocked: (id: string, locked: boolean) =>
    typedError<CredentialView, AppError>(__TAURI_INVOKE("set_locked", { id, locked })),
  setDefault: (id: string) => typedError<CredentialView, AppError>(__TAURI_INVOKE("set_default", { id })),
  revealSecret: (id: string, field: string) =>
    typedError<string, AppError>(__TAURI_INVOKE("reveal_secret", { id, field })),
  copySecret: (id: string, field: string) => typedError<null, AppError>(__TAURI_INVOKE("copy_secret", { id, field })),
  saveSettings: (settings: Settings) => typedError<null, AppError>(__TAURI_INVOKE("save_settings", { settings })),
};

/* Types */
export type Action = "see" | "add" | "edit" | "delete" | "lock" | "default" | "reveal" | "check" | "filter";
export type AppError = { code: string; field: string | null; problems: Problem[]; message: string };
export type Choice = { value: string; label: string };
export type ColumnView = { id: string; label: string; mono: boolean; numeric: boolean };
export type Condition = { field: string; values: string[] };
export type CredentialView = {
  id: string;
  kind: KindId;
  tab: Tab;
  name: string;
  organization: string;
  organizationId: string;
  state: State;
  locked: boolean;
  default: boolean;
  version: number;
  fields: { [id: string]: Value };
  secrets: { [id: string]: SecretState };
  facts: Facts;
  problems: Problem[];
  usedBy: string[];
  createdAt: string;
  modifiedAt: string;
};
export type Facts = {
  identity: string | null;
  project: string | null;
  fingerprint: string | null;
  expiry: string | null;
};
export type FieldType = "text" | "file" | "url" | "cidr" | "ip" | "int" | "bool" | "choice" | "lookup" | "list";
export type FieldView = {
  id: string;
  label: string;
  type: FieldType;
  required: boolean;
  secret: boolean;
  group: string | null;
  help: string | null;
  placeholder: string | null;
  choices: Choice[];
  shownWhen: Condition | null;
  default: Value | null;
  updatable: boolean;
  min: number | null;
  max: number | null;
};
export type Findings = { problems: Problem[]; warnings: Problem[] };
export type Input = { [fieldId: string]: InputValue };
export type InputValue = string | number | boolean | string[] | null;
export type KeychainView = {
  state: "ready" | "locked" | "absent" | "denied" | "timedOut" | "unreadable";
  message: string;
};
export type KindId =
  | "aws" | "azure" | "gcp" | "openstack" | "tanzu" | "proxmox" | "openshift" | "vsphere" | "zededa" | "zadara"
  | "backup" | "billing" | "showback" | "ai";
export type KindTotal = { kind: KindId; total: number };
export type KindView = {
  id: KindId;
  tab: Tab;
  label: string;
  summary: string;
  mark: string;
  addRole: Role;
  canLock: boolean;
  canDefault: boolean;
  fields: FieldView[];
  columns: ColumnView[];
  rights: { manager: Action[]; partner: Action[]; member: Action[] };
};
export type ListQuery = {
  tab: Tab | null;
  kind: KindId | null;
  organization: string | null;
  search: string | null;
  state: State | null;
  sort: string | null;
  descending: boolean;
  limit: number;
  offset: number;
};
export type OrganizationView = { id: string; name: string };
export type Page = { total: number; items: CredentialView[] };
export type Problem = { field: string; code: string; message: string };
export type Role = "member" | "manager" | "partner";
export type Saved = { credential: CredentialView; warnings: Problem[] };
export type SecretState = "set" | "unset" | "account";
export type Settings = { tab: Tab; theme: "system" | "light" | "dark"; columns: { [tab: string]: string[] } };
export type StartView = {
  current: WorkspaceView | null;
  workspaces: WorkspaceView[];
  settings: Settings;
  version: string;
};
export type State = "draft" | "ready" | "synced" | "changed" | "conflict";
export type Tab = "cloud" | "backup" | "billing" | "showback" | "ai";
export type TabView = { tab: Tab; open: boolean; reason: string | null; total: number; kinds: KindTotal[] };
export type Value = string | number | boolean | string[];
export type WorkspaceView = {
  id: string;
  name: string;
  role: Role;
  organizations: OrganizationView[];
  current: boolean;
};

/* Constants */
const field = (id: string, label: string, more: Partial<FieldView> = {}): FieldView => ({
  id, label, type: "text", required: true, secret: false, group: "Cloud settings", help: null, placeholder: null,
  choices: [], shownWhen: null, default: null, updatable: true, min: null, max: null, ...more,
});
const optional = { required: false };
const secret = { secret: true };
const named = (label = "Cloud Name") => field("name", label, { help: "3–30 letters, digits and dashes", min: 3, max: 30 });
const continents: Choice[] = [
  { value: "eu", label: "Europe" }, { value: "us", label: "America" }, { value: "as", label: "Asia" },
];
const pick = (...values: string[]): Choice[] => values.map((value) => ({ value, label: value }));
const column = (id: string, label: string, more: Partial<ColumnView> = {}): ColumnView => ({
  id, label, mono: false, numeric: false, ...more,
});
const mono = { mono: true };
const network = (block: "publicNetwork" | "privateNetwork", first: FieldView[]): FieldView[] => {
  const more = { group: block === "publicNetwork" ? "Public network" : "Private network" };
  return [
    field(`${block}.ipAddress`, "Network Address and Mask", { ...more, type: "cidr", placeholder: "10.0.0.0/24" }),
    field(`${block}.gateway`, "Gateway", { ...more, type: "ip" }),
    field(`${block}.beginAllocationRange`, "Allocation Range start", { ...more, type: "ip" }),
    field(`${block}.endAllocationRange`, "Allocation Range end", { ...more, type: "ip" }),
    ...first.map((one) => ({ ...one, ...more, id: `${block}.${one.id}` })),
  ];
};
const everyone: Action[] = ["see", "add", "edit", "delete", "lock", "default", "reveal", "check"];
const kind = (
  id: KindId, label: string, summary: string, mark: string, fields: FieldView[], columns: ColumnView[],
  more: Partial<KindView> = {},
): KindView => ({
  id, tab: "cloud", label, summary, mark, addRole: "manager", canLock: true, canDefault: true, fields, columns,
  rights: { manager: everyone, partner: [...everyone, "filter"], member: [] }, ...more,
});
const byPartner: Partial<KindView> = {
  addRole: "partner",
  rights: {
    manager: everyone.filter((action) => action !== "add"), partner: [...everyone, "filter"], member: [],
  },
};
const zones = (label: string) =>
  field("azCount", label, { type: "int", min: 1, max: 3, default: 1, ...optional });

export const kinds = [
  kind("aws", "Amazon Web Services", "Access keys or a role", "AW", [
    named(),
    field("awsAccessKeyId", "Access Key ID", { ...optional, help: "Or a role ARN below" }),
    field("awsSecretAccessKey", "Secret Access Key", { ...secret, ...optional }),
    field("roleArn", "Role ARN", { ...optional, placeholder: "arn:aws:iam::123456789012:role/taikun" }),
    field("externalId", "External ID", { ...optional, ...secret }),
    field("awsRegion", "Region", {
      type: "lookup",
      choices: pick("eu-central-1", "eu-west-1", "eu-west-2", "eu-north-1", "us-east-1", "us-east-2", "us-west-2", "ap-south-1"),
    }),
    zones("Availability Zone"),
    field("vpcMode", "VPC", { type: "choice", choices: pick("Create", "Import"), default: "Create", ...optional, group: "Network" }),
    field("ipMode", "IP mode", {
      type: "choice", choices: [{ value: "Ipv4", label: "IPv4" }, { value: "DualStack", label: "Dual stack" }],
      ...optional, group: "Network",
    }),
    field("importedVpcId", "VPC ID", { shownWhen: { field: "vpcMode", values: ["Import"] }, group: "Network" }),
    field("subnets", "Subnets", { type: "list", ...optional, shownWhen: { field: "vpcMode", values: ["Import"] }, group: "Network" }),
    field("privateOnly", "Private subnets only", { type: "bool", ...optional, group: "Network" }),
    field("sharedFileSystemEnabled", "Shared file system", { type: "bool", ...optional, group: "Storage" }),
    field("efsFileSystemId", "EFS file system ID", {
      ...optional, shownWhen: { field: "sharedFileSystemEnabled", values: ["true"] }, group: "Storage",
    }),
  ], [column("awsRegion", "Region"), column("azCount", "Zones", { numeric: true }), column("awsAccessKeyId", "Access Key ID", mono), column("vpcMode", "VPC")]),
  kind("azure", "Microsoft Azure", "Service principal", "AZ", [
    named(),
    field("azureClientId", "Azure Client ID"),
    field("azureClientSecret", "Azure Client Secret", secret),
    field("azureTenantId", "Azure Tenant ID"),
    field("azureSubscriptionId", "Azure Subscription Id"),
    field("azureLocation", "Location", { type: "lookup", choices: pick("westeurope", "northeurope", "germanywestcentral", "eastus") }),
    zones("Availability Zone"),
  ], [column("azureLocation", "Location"), column("azureTenantId", "Tenant", mono), column("azureSubscriptionId", "Subscription", mono)]),
  kind("gcp", "Google Cloud", "Service account key", "GC", [
    named(),
    field("config", "Config file", { type: "file", ...secret, help: "The service account's JSON key" }),
    field("importProject", "Import Project", { type: "bool", ...optional, help: "Without folder and billing account" }),
    field("folderId", "Folder ID", { shownWhen: { field: "importProject", values: ["false"] } }),
    field("billingAccountId", "Billing Account", { shownWhen: { field: "importProject", values: ["false"] } }),
    field("region", "Region", { type: "lookup", choices: pick("europe-west1", "europe-west3", "us-central1") }),
    zones("Zone Count"),
    field("vpcMode", "VPC", { type: "choice", choices: pick("Create", "Import"), default: "Create", ...optional, group: "Network" }),
    field("importedVpcName", "VPC name", { shownWhen: { field: "vpcMode", values: ["Import"] }, group: "Network" }),
    field("subnets", "Subnets", { type: "list", ...optional, shownWhen: { field: "vpcMode", values: ["Import"] }, group: "Network" }),
  ], [column("region", "Region"), column("project", "Project"), column("folderId", "Folder ID", mono), column("billingAccountId", "Billing Account", mono)]),
  kind("openstack", "OpenStack", "User or application credential", "OS", [
    named(),
    field("openStackUrl", "URL", { type: "url", placeholder: "https://keystone.example.com:5000/v3" }),
    field("applicationCredEnabled", "Application credentials", { type: "bool", ...optional }),
    field("openStackUser", "User"),
    field("openStackPassword", "Password", secret),
    field("openStackDomain", "Domain", { shownWhen: { field: "applicationCredEnabled", values: ["false"] } }),
    field("openStackProject", "Project", { type: "lookup" }),
    field("openStackRegion", "Region", { type: "lookup" }),
    field("openStackPublicNetwork", "Public Network", { type: "lookup" }),
    field("openStackAvailabilityZone", "Availability Zone", optional),
    field("openStackVolumeType", "Volume Types", optional),
    field("openStackImportNetwork", "Import Network", { type: "bool", ...optional }),
    field("openStackInternalSubnetId", "Internal Subnet ID", { shownWhen: { field: "openStackImportNetwork", values: ["true"] } }),
    field("openStackContinent", "Continent", { type: "choice", choices: continents, ...optional }),
    field("lbProvider", "Load balancer", { type: "choice", choices: pick("amphora", "ovn"), ...optional }),
    field("isAdmin", "Admin", { type: "bool", ...optional }),
    field("skipTlsFlag", "Skip TLS verification", { type: "bool", ...optional }),
  ], [column("openStackUrl", "URL", mono), column("openStackProject", "Project"), column("openStackRegion", "Region"), column("openStackDomain", "Domain")]),
  kind("tanzu", "VMware Tanzu", "Supervisor account", "TZ", [
    named(),
    field("url", "URL", { type: "url" }), field("username", "User"), field("password", "Password", secret),
    field("namespace", "Namespace"), field("port", "Port", { type: "int", ...optional, min: 1, max: 65535 }),
    field("volumeType", "Volume Type"), field("tanzuContinent", "Continent", { type: "choice", choices: continents }),
  ], [column("url", "URL", mono), column("namespace", "Namespace"), column("port", "Port", { numeric: true })], byPartner),
  kind("proxmox", "Proxmox", "API token", "PX", [
    named(),
    field("url", "Proxmox API Host", { type: "url", placeholder: "https://host:8006/api2/json" }),
    field("tokenId", "Proxmox Client ID", { placeholder: "user@realm!name" }),
    field("tokenSecret", "Proxmox Client Secret", secret),
    field("storage", "Storage", { type: "lookup" }),
    field("vmTemplateName", "VM Template Name", { type: "lookup" }),
    field("hypervisors", "Hypervisors", { type: "list", help: "Names, separated by commas" }),
    field("continent", "Continent", { type: "choice", choices: continents, ...optional }),
    field("skipTlsFlag", "Skip TLS verification", { type: "bool", ...optional }),
    ...network("publicNetwork", [field("bridge", "Bridge")]),
    ...network("privateNetwork", [field("bridge", "Bridge")]),
  ], [column("url", "API Host", mono), column("hypervisors", "Hypervisors"), column("storage", "Storage"), column("vmTemplateName", "VM Template")], byPartner),
  kind("openshift", "Red Hat OpenShift", "Kubeconfig and pull secret", "OC", [
    named(),
    field("kubeConfig", "Kubeconfig File", { type: "file", ...secret }),
    field("pullSecret", "Pull Secret", { type: "file", ...secret }),
    field("storageClass", "Storage Class", { type: "lookup" }),
    field("baseDomain", "Base Domain"),
  ], [column("baseDomain", "Base Domain", mono), column("storageClass", "Storage Class")]),
  kind("vsphere", "VMware vSphere", "vCenter account", "VS", [
    named(),
    field("url", "API URL", { type: "url" }), field("username", "Username"), field("password", "Password", secret),
    field("datacenterName", "Datacenter", { type: "lookup" }), field("datacenterId", "Datacenter ID", optional),
    field("resourcePoolName", "Resource Pool", { type: "lookup" }), field("datastoreName", "Datastore", { type: "lookup" }),
    field("drsEnabled", "DRS", { type: "bool", ...optional }),
    field("hypervisors", "Hypervisors", { type: "list", shownWhen: { field: "drsEnabled", values: ["false"] } }),
    field("vmTemplateName", "VM Templates", { type: "lookup" }),
    field("continent", "Region", { type: "choice", choices: continents, ...optional }),
    field("skipTlsFlag", "Skip TLS verification", { type: "bool", ...optional }),
    ...network("publicNetwork", [field("name", "Network Name")]),
    ...network("privateNetwork", [field("name", "Network Name")]),
  ], [column("url", "API URL", mono), column("datacenterName", "Datacenter"), column("datastoreName", "Datastore")]),
  kind("zededa", "ZEDEDA", "API token", "ZE", [
    named(),
    field("apiUrl", "API URL", { type: "url" }), field("apiToken", "API Token", secret),
    field("project", "Project", { type: "lookup", ...optional }), field("edgeNodes", "Edge Node", { type: "list" }),
    field("continent", "Continent", { type: "choice", choices: continents, ...optional }),
    ...network("publicNetwork", [field("interface", "Interface Name"), field("vlanId", "VLAN ID", { type: "int", min: 1, max: 4094, ...optional })]),
    ...network("privateNetwork", [field("interface", "Interface Name"), field("vlanId", "VLAN ID", { type: "int", min: 1, max: 4094, ...optional })]),
  ], [column("apiUrl", "API URL", mono), column("project", "Project"), column("edgeNodes", "Edge Node")]),
  kind("zadara", "Zadara", "zCompute keys", "ZA", [
    named(),
    field("zadaraUrl", "Zadara API URL", { type: "url" }), field("zadaraAccessKeyId", "Zadara Key ID"),
    field("zadaraSecretAccessKey", "Secret Access Key", secret),
    field("zadaraRegion", "Region", { type: "lookup", choices: pick("symphony") }), zones("Zadara Zone Count"),
    field("zadaraVolumeType", "Zadara Volume Type", { type: "lookup", choices: pick("io1", "io2", "gp2", "gp3", "sc1", "st1") }),
    field("zadaraContinent", "Continent", { type: "choice", choices: continents, ...optional }),
  ], [column("zadaraUrl", "API URL", mono), column("zadaraRegion", "Region"), column("zadaraVolumeType", "Volume Type")]),
  kind("backup", "Backup", "An S3 bucket's keys", "S3", [
    field("s3Name", "S3 Name", { group: null, min: 3, max: 30, help: "3–30 characters" }),
    field("s3AccessKeyId", "S3 Access Key ID", { group: null }),
    field("s3SecretKey", "S3 Secret Key", { ...secret, group: null }),
    field("s3Endpoint", "S3 Endpoint", { type: "url", group: null, updatable: false, placeholder: "https://s3.eu-central-1.amazonaws.com" }),
    field("s3Region", "S3 Region", { group: null, updatable: false }),
  ], [
    column("id", "ID", { numeric: true }), column("organization", "Organization"), column("s3AccessKeyId", "S3 Access Key ID", mono),
    column("s3Endpoint", "S3 Endpoint", mono), column("s3Name", "S3 Name"), column("s3Region", "S3 Region"),
    column("usedBy", "Associated Projects"), column("createdBy", "Created By"), column("modifiedAt", "Last Modified"),
    column("modifiedBy", "Last Modified By"),
  ], { tab: "backup" }),
  kind("billing", "Billing", "A Prometheus source", "PR", [
    field("name", "Name", { group: null, min: 3, max: 30 }), field("prometheusUsername", "Username", { group: null }),
    field("prometheusPassword", "Password", { ...secret, group: null }),
    field("prometheusUrl", "URL", { type: "url", group: null, placeholder: "https://prometheus.example.com" }),
  ], [
    column("name", "Name"), column("organization", "Organization"), column("prometheusUsername", "Username", mono),
    column("prometheusUrl", "URL", mono), column("usedBy", "Rules"), column("createdBy", "Created By"),
    column("modifiedAt", "Last Modified"), column("modifiedBy", "Last Modified By"),
  ], {
    tab: "billing", addRole: "partner", rights: { manager: [], partner: [...everyone, "filter"], member: [] },
  }),
  kind("showback", "Showback", "A Prometheus source", "SB", [
    field("name", "Name", { group: null }), field("url", "URL of the source", { type: "url", group: null }),
    field("username", "Username", { group: null }), field("password", "Password", { ...secret, group: null }),
  ], [
    column("name", "Name"), column("organization", "Organization"), column("url", "URL of the source", mono),
    column("username", "Username", mono), column("usedBy", "Rules"), column("createdAt", "Created"), column("modifiedAt", "Last Modified"),
  ], { tab: "showback", canDefault: false }),
  kind("ai", "AI", "An OpenAI key", "AI", [
    field("name", "Name", { group: null }), field("apiKey", "OpenAI API Key", { ...secret, group: null }),
    field("url", "URL", { type: "url", ...optional, group: null, help: "Kept only here", placeholder: "https://api.openai.com/v1" }),
  ], [column("name", "Name"), column("organization", "Organization"), column("url", "URL", mono), column("usedBy", "Projects")],
  { tab: "ai", canLock: false, canDefault: false }),
];

/* Tauri Specta runtime */
async function typedError<T, E>(
  result: Promise<T>,
): Promise<{ status: "ok"; data: T } | { status: "error"; error: E }> {
  try {
    return { status: "ok", data: await result };
  } catch (e) {
    if (e instanceof Error) throw e;
    return { status: "error", error: e as any };
  }
}
