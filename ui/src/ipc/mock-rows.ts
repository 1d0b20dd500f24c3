/// Rows that look like somebody's real infrastructure, always the same ones for a given number.
import type { CredentialView, KindId, KindView, OrganizationView, SecretState, State, Value } from "./client";

type Seed = [KindId, string, State, string, { [id: string]: Value }, number?];

const seeds: Seed[] = [
  ["aws", "aws-prod", "synced", "AKIA…7QPL", { awsAccessKeyId: "AKIAIOSFODNN7EXA7QPL", awsRegion: "eu-central-1", azCount: 3, vpcMode: "Create" }, 4],
  ["aws", "aws-sandbox", "draft", "AKIA…M2XD", { awsAccessKeyId: "AKIAIOSFODNN7EXAM2XD", awsRegion: "us-east-1" }],
  ["azure", "azure-westeurope", "synced", "8e15c4c4…3f4b", { azureClientId: "8e15c4c4-0c1d-4e6a-9a51-2b1f6f9a3f4b", azureTenantId: "72f988bf-86f1-41af-91ab-2d7cd011db47", azureSubscriptionId: "3f2504e0-4f89-11d3-9a0c-0305e82c3301", azureLocation: "westeurope" }, 2],
  ["gcp", "gcp-analytics", "synced", "robot@acme-prod", { region: "europe-west1", folderId: "583947201934", billingAccountId: "01B3A2-5C7D8E-9F0A1B" }, 1],
  ["openstack", "os-prague-1", "changed", "taikun", { openStackUrl: "https://keystone.prg1.example.com:5000/v3", openStackUser: "taikun", openStackDomain: "Default", openStackProject: "prod", openStackRegion: "PRG1", openStackPublicNetwork: "public", openStackVolumeType: "ssd", lbProvider: "ovn" }, 7],
  ["openshift", "ocp-core", "synced", "kube-admin", { baseDomain: "ocp.example.com", storageClass: "ceph-rbd" }, 3],
  ["proxmox", "pve-brno", "conflict", "taikun@pve!ccm", { url: "https://pve.brno.example.com:8006/api2/json", tokenId: "taikun@pve!ccm", storage: "local-lvm", vmTemplateName: "ubuntu-22", hypervisors: ["pve1", "pve2"], "publicNetwork.ipAddress": "78.128.1.0/24", "publicNetwork.gateway": "78.128.1.1", "publicNetwork.beginAllocationRange": "78.128.1.20", "publicNetwork.endAllocationRange": "78.128.1.90", "publicNetwork.bridge": "vmbr0", "privateNetwork.ipAddress": "10.3.2.0/24", "privateNetwork.gateway": "10.3.2.1", "privateNetwork.beginAllocationRange": "10.3.2.10", "privateNetwork.endAllocationRange": "10.3.2.200", "privateNetwork.bridge": "vmbr1" }, 2],
  ["vsphere", "vc-dc0", "synced", "administrator@vsphere.local", { url: "https://vc.example.com", username: "administrator@vsphere.local", datacenterName: "DC0", datastoreName: "vsan", resourcePoolName: "pool-a", drsEnabled: true }, 5],
  ["tanzu", "tanzu-lab", "draft", "ops@vsphere.local", { url: "https://tanzu.example.com", username: "ops@vsphere.local", namespace: "team-a" }],
  ["zadara", "zadara-tlv", "ready", "6f1c…09ab", { zadaraUrl: "https://compute.zadara.example.com", zadaraAccessKeyId: "6f1c8a09ab", zadaraRegion: "symphony" }, 1],
  ["zededa", "edge-fleet", "draft", "token", { apiUrl: "https://zcontrol.example.com", edgeNodes: ["node-1"] }],
  ["backup", "nightly-eu", "synced", "AKIA…BKUP", { s3Name: "nightly-eu", s3AccessKeyId: "AKIAIOSFODNN7EXABKUP", s3Endpoint: "https://s3.eu-central-1.amazonaws.com", s3Region: "eu-central-1" }, 3],
  ["billing", "prometheus-main", "ready", "scraper", { name: "prometheus-main", prometheusUsername: "scraper", prometheusUrl: "https://prometheus.example.com" }, 2],
  ["showback", "showback-eu", "ready", "reader", { url: "https://prom.showback.example.com", username: "reader" }],
  ["ai", "assistant", "ready", "sk-…9f2a", {}],
];
const places = ["brno", "dr", "edge", "gov", "lab", "ml", "vienna", "team-a", "staging", "web"];
const owners = ["billing", "edge-a", "edge-b", "ingest", "web", "web-staging", "tools"];

export function sampleRows(count: number, organizations: OrganizationView[], kinds: readonly KindView[]): CredentialView[] {
  const rows: CredentialView[] = [];
  if (!organizations.length) return rows;
  const now = Date.now();
  for (let at = 0; at < count; at++) {
    const [id, name, state, identity, fields, used = 0] = seeds[at % seeds.length]!;
    const kind = kinds.find((one) => one.id === id);
    if (!kind) continue;
    const round = Math.floor(at / seeds.length);
    const organization = organizations[(at * 7 + round) % organizations.length]!;
    const full = round === 0 ? name : `${name.split("-")[0]}-${places[(at + round) % places.length]}${round > 3 ? `-${round}` : ""}`;
    const secrets = Object.fromEntries(
      kind.fields.filter((field) => field.secret)
        .map((field): [string, SecretState] => [field.id, state === "draft" ? "unset" : at % 5 === 3 ? "account" : "set"]),
    );
    const nameField = kind.nameField;
    rows.push({
      id: `c${at}`, kind: id, tab: kind.tab, name: full, organization: organization.name, organizationId: organization.id,
      state: round === 0 ? state : (["synced", "ready", "draft", "synced", "changed"] as const)[(at + round) % 5]!,
      locked: at % 9 === 0 || at === 7, default: at % 6 === 0, version: 1,
      fields: { ...fields, [nameField]: full }, secrets,
      facts: {
        identity, project: id === "gcp" ? "acme-prod" : null,
        fingerprint: id === "gcp" ? "SHA256:2f:9c:41:aa" : null, expiry: id === "openshift" ? "2027-03-01T00:00:00Z" : null,
      },
      problems: state === "draft" && round === 0
        ? kind.fields.filter((field) => field.secret && field.required)
          .map((field) => ({ field: field.id, code: "required", message: `${field.label} is missing.` }))
        : [],
      accountId: state === "synced" ? 4100 + at : null,
      usedBy: owners.slice(0, used), trouble: null, note: "", check: null, expiresByHand: null,
      expires: id === "openshift" ? "2027-03-01T00:00:00Z" : null, expiresFrom: id === "openshift" ? "itself" : null,
      account: state === "synced" ? { createdBy: "admin@example.com", modifiedBy: at % 2 ? "kim@example.com" : "admin@example.com" } : {},
      createdAt: new Date(now - (at + 30) * 86_400_000).toISOString(),
      modifiedAt: new Date(now - (at + 1) * 3_700_000).toISOString(),
    });
  }
  const odd = rows[8];
  if (odd && count > 12) {
    // One row is as unlucky as names get: a bidi override, a control character, and too long for any column.
    odd.name = "lab\u202Egnp.exe\u0007-with-a-very-long-name-from-elsewhere";
    odd.fields["name"] = odd.name;
  }
  return rows;
}
