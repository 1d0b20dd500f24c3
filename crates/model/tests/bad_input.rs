//! Bad input: each gives a sentence at its field, with its code.

mod common;

use common::{judge, judge_typed, sample_with};
use credenza_model::{Code, FieldType, Input, InputError, KindId};

/// A kind, what is typed over its sample, and the field, the code and a part of the sentence that follow.
type Case = (KindId, &'static [(&'static str, &'static str)], &'static str, Code, &'static str);

use Code::{Conflict, ControlCharacter, ExposedSecret, Invalid, NotApplicable, Range, Required, WrongType};
use KindId::{
    Aws, Azure, Backup, Billing, Gcp, Openshift, Openstack, Proxmox, Showback, Tanzu, Vsphere, Zadara, Zededa,
};

#[rustfmt::skip]
const CASES: &[Case] = &[
    // Names.
    (Aws, &[("name", "")], "name", Required, "Cloud Name is required."),
    (Aws, &[("name", "   ")], "name", Required, "Cloud Name is required."),
    (Aws, &[("name", "ab")], "name", Invalid, "3 to 30 characters; this has 2"),
    (Aws, &[("name", "abcdefghijklmnopqrstuvwxyz-3456")], "name", Invalid, "3 to 30 characters; this has 31"),
    (Aws, &[("name", "prod 1")], "name", Invalid, "letters a to z, digits and dashes"),
    (Aws, &[("name", "prod🚀")], "name", Invalid, "letters a to z, digits and dashes"),
    (Aws, &[("name", "überall")], "name", Invalid, "letters a to z, digits and dashes"),
    (Aws, &[("name", "ענן-ראשי")], "name", Invalid, "letters a to z, digits and dashes"),
    (Aws, &[("name", "prod\u{202e}drop")], "name", Invalid, "letters a to z, digits and dashes"),
    (Aws, &[("name", "prod\u{0}")], "name", ControlCharacter, "NUL"),
    (Aws, &[("name", "prod\u{7}bell")], "name", ControlCharacter, "control character"),
    (Aws, &[("name", "prod\tone")], "name", ControlCharacter, "a tab"),
    (Backup, &[("s3Name", "ab")], "s3Name", Invalid, "S3 Name has 3 to 30 characters"),
    (Backup, &[("s3Name", "1234567890123456789012345678901")], "s3Name", Invalid, "this has 31"),
    (Billing, &[("name", "ab")], "name", Invalid, "Name has 3 to 30 characters"),
    // Keys and ids.
    (Aws, &[("awsAccessKeyId", "AROAQ3EGQKJ5R7UEXMPL")], "awsAccessKeyId", Invalid, "role or a user"),
    (Aws, &[("awsAccessKeyId", "akiaq3egqkj5r7uexmpl")], "awsAccessKeyId", Invalid, "begins with AKIA"),
    (Aws, &[("roleArn", "arn:aws:iam::1234:role/x")], "roleArn", Invalid, "arn:aws:iam::123456789012:role/name"),
    (Azure, &[("azureClientId", "not-a-guid")], "azureClientId", Invalid, "Azure Client ID is a GUID"),
    (Azure, &[("azureTenantId", "contoso.onmicrosoft.com")], "azureTenantId", Invalid, "Azure Tenant ID is a GUID"),
    (Azure, &[("azureSubscriptionId", "42")], "azureSubscriptionId", Invalid, "Azure Subscription Id is a GUID"),
    (Azure, &[("azureLocation", "West Atlantis")], "azureLocation", Invalid, "westeurope"),
    (Proxmox, &[("tokenId", "taikun")], "tokenId", Invalid, "user@realm!name"),
    (Proxmox, &[("tokenId", "taikun@pve")], "tokenId", Invalid, "user@realm!name"),
    (Proxmox, &[("tokenId", "taikun!name")], "tokenId", Invalid, "user@realm!name"),
    (Proxmox, &[("tokenId", "taikun@pve!one!two")], "tokenId", Invalid, "user@realm!name"),
    (Proxmox, &[("tokenId", "@pve!name")], "tokenId", Invalid, "user@realm!name"),
    (Proxmox, &[("tokenId", "taikun@pve!credenza=b")], "tokenId", ExposedSecret, "Proxmox Client Secret"),
    (Proxmox, &[("tokenId", "taikun=b")], "tokenId", ExposedSecret, "without a ="),
    (Tanzu, &[("namespace", "Prod_1")], "namespace", Invalid, "small letters, digits and dashes"),
    (Openshift, &[("storageClass", "Fast SSD")], "storageClass", Invalid, "small letters"),
    (Openshift, &[("baseDomain", "https://example.com")], "baseDomain", Invalid, "DNS name"),
    (Openshift, &[("baseDomain", "localhost")], "baseDomain", Invalid, "DNS name"),
    (Openshift, &[("baseDomain", "-a.example.com")], "baseDomain", Invalid, "DNS name"),
    (Billing, &[("prometheusUsername", "a:b")], "prometheusUsername", Invalid, "colon"),
    (Showback, &[("username", "a:b")], "username", Invalid, "colon"),
    (Backup, &[("s3Region", "EU Central")], "s3Region", Invalid, "eu-central-1"),
    (Openstack, &[("openStackContinent", "Atlantis")], "openStackContinent", Invalid, "one of eu, us, as"),
    // Addresses.
    (Openstack, &[("openStackUrl", "https://ana:pw@keystone.example.com/v3")], "openStackUrl", ExposedSecret, "a user or a password"),
    (Openstack, &[("openStackUrl", "ana:pw@keystone.example.com/v3")], "openStackUrl", ExposedSecret, "a user or a password"),
    (Openstack, &[("openStackUrl", "https:///ana:pw@keystone.example.com")], "openStackUrl", ExposedSecret, "a user or a password"),
    (Openstack, &[("openStackUrl", "https:/ana:pw@keystone.example.com")], "openStackUrl", ExposedSecret, "a user or a password"),
    (Openstack, &[("openStackUrl", "https:keystone.example.com")], "openStackUrl", Invalid, "https://"),
    (Openstack, &[("openStackUrl", "ftp://keystone.example.com/v3")], "openStackUrl", Invalid, "https://"),
    (Openstack, &[("openStackUrl", "keystone.example.com")], "openStackUrl", Invalid, "https://"),
    (Openstack, &[("openStackUrl", "https://")], "openStackUrl", Invalid, "https://"),
    (Openstack, &[("openStackUrl", "https:///v3")], "openStackUrl", Invalid, "https://"),
    (Openstack, &[("openStackUrl", "https://keystone example.com/v3")], "openStackUrl", Invalid, "https://"),
    (Openstack, &[("openStackUrl", "javascript:alert(1)")], "openStackUrl", Invalid, "https://"),
    // Networks.
    (Proxmox, &[("publicNetwork.ipAddress", "10.3.0.0")], "publicNetwork.ipAddress", Invalid, "10.3.0.0/24"),
    (Proxmox, &[("publicNetwork.ipAddress", "10.3.0.0/0")], "publicNetwork.ipAddress", Invalid, "from 1 to 32"),
    (Proxmox, &[("publicNetwork.ipAddress", "10.3.0.0/33")], "publicNetwork.ipAddress", Invalid, "from 1 to 32"),
    (Proxmox, &[("publicNetwork.ipAddress", "10.3.0.0/-1")], "publicNetwork.ipAddress", Invalid, "from 1 to 32"),
    (Proxmox, &[("publicNetwork.ipAddress", "10.3.0.0/x")], "publicNetwork.ipAddress", Invalid, "from 1 to 32"),
    (Proxmox, &[("publicNetwork.ipAddress", "10.3.0/24")], "publicNetwork.ipAddress", Invalid, "IPv4 address"),
    (Proxmox, &[("publicNetwork.ipAddress", "fd00::/64")], "publicNetwork.ipAddress", Invalid, "IPv4 address"),
    (Proxmox, &[("publicNetwork.gateway", "10.3.0.300")], "publicNetwork.gateway", Invalid, "IPv4 address"),
    (Proxmox, &[("privateNetwork.gateway", "10.9.0.1")], "privateNetwork.gateway", Invalid, "not inside 10.4.0.0/24"),
    (Vsphere, &[("publicNetwork.beginAllocationRange", "10.2.0.9")], "publicNetwork.beginAllocationRange", Invalid, "not inside 10.3.0.0/24"),
    (Vsphere, &[("publicNetwork.endAllocationRange", "10.3.1.0")], "publicNetwork.endAllocationRange", Invalid, "not inside 10.3.0.0/24"),
    (Zededa, &[("publicNetwork.beginAllocationRange", "10.3.0.220")], "publicNetwork.endAllocationRange", Invalid, "before it starts"),
    (Zededa, &[("publicNetwork.vlanId", "0")], "publicNetwork.vlanId", Range, "between 1 and 4094"),
    (Zededa, &[("privateNetwork.vlanId", "4095")], "privateNetwork.vlanId", Range, "between 1 and 4094"),
    (Zededa, &[("privateNetwork.vlanId", "ten")], "privateNetwork.vlanId", WrongType, "a whole number"),
    (Vsphere, &[("hypervisors", "10.3.0.50")], "publicNetwork.beginAllocationRange", Conflict, "the hypervisor 10.3.0.50"),
    // Numbers and switches.
    (Aws, &[("azCount", "0")], "azCount", Range, "between 1 and 3"),
    (Azure, &[("azCount", "4")], "azCount", Range, "between 1 and 3"),
    (Gcp, &[("azCount", "-1")], "azCount", Range, "between 1 and 3"),
    (Zadara, &[("azCount", "1.5")], "azCount", WrongType, "a whole number"),
    (Zadara, &[("azCount", "99999999999")], "azCount", WrongType, "a whole number"),
    (Tanzu, &[("port", "0")], "port", Range, "between 1 and 65535"),
    (Tanzu, &[("port", "65536")], "port", Range, "between 1 and 65535"),
    (Proxmox, &[("skipTlsFlag", "maybe")], "skipTlsFlag", WrongType, "true or false"),
    // Fields that contradict each other.
    (Vsphere, &[("drsEnabled", "true")], "hypervisors", Conflict, "Hypervisors and DRS exclude each other"),
    (Vsphere, &[("hypervisors", "")], "hypervisors", Required, "unless DRS is on"),
    (Aws, &[("awsAccessKeyId", "")], "awsAccessKeyId", Required, "unless a Role ARN is given"),
    (Aws, &[("awsSecretAccessKey", "")], "awsSecretAccessKey", Required, "unless a Role ARN is given"),
    (Aws, &[("externalId", "acme-1")], "externalId", NotApplicable, "belongs to a role"),
    (Gcp, &[("importProject", "true"), ("billingAccountId", "")], "folderId", NotApplicable, "Import Project"),
    (Gcp, &[("importProject", "true"), ("folderId", "")], "billingAccountId", NotApplicable, "Import Project"),
    (Openstack, &[("applicationCredEnabled", "true"), ("openStackUser", "0123456789abcdef0123456789abcdef")], "openStackDomain", NotApplicable, "Application credentials"),
    (Openstack, &[("openStackImportNetwork", "true")], "openStackInternalSubnetId", Required, "Internal Subnet ID"),
    (Azure, &[("vnetMode", "Existing"), ("existingVirtualNetworkName", "hub")], "existingVirtualNetworkResourceGroupName", Required, "resource group"),
    // Secrets in places that are not kept secret.
    (Proxmox, &[("storage", "-----BEGIN RSA PRIVATE KEY-----")], "storage", ExposedSecret, "wrong field"),
    (Azure, &[("azureClientSecret", "    ")], "azureClientSecret", Invalid, "nothing but spaces"),
    (Azure, &[("azureClientSecret", "a\u{0}b")], "azureClientSecret", ControlCharacter, "NUL"),
];

#[test]
fn each_is_told_at_its_field() {
    for (id, typed, field, code, part) in CASES {
        let kind = id.kind();
        let judged = judge_typed(kind, &sample_with(kind, typed));
        assert_eq!(judged.wrong(), [((*field).to_owned(), *code)], "{id:?} {typed:?}");
        let said = judged.said_of(field);
        assert!(said.contains(part), "{id:?} {typed:?}: {said}");
        assert!(said.ends_with('.'), "a full sentence: {said}");
    }
}

#[test]
fn overlapping_networks_are_told_in_both_orders() {
    for id in [Proxmox, Vsphere, Zededa] {
        for (public, private) in
            [("10.3.0.0/16", "10.3.4.0/24"), ("10.3.4.0/24", "10.3.0.0/16"), ("10.3.4.0/24", "10.3.4.0/24")]
        {
            let kind = id.kind();
            let block = |prefix: &'static str,
                         network: &'static str,
                         start: &'static str,
                         end: &'static str,
                         gateway: &'static str| {
                let field =
                    |name: &str| kind.fields.iter().map(|field| field.id).find(|id| *id == format!("{prefix}.{name}"));
                [
                    (field("ipAddress"), network),
                    (field("gateway"), gateway),
                    (field("beginAllocationRange"), start),
                    (field("endAllocationRange"), end),
                ]
                .map(|(field, text)| (field.unwrap_or_default(), text))
            };
            let mut typed = block("publicNetwork", public, "10.3.4.10", "10.3.4.20", "10.3.4.1").to_vec();
            typed.extend(block("privateNetwork", private, "10.3.4.30", "10.3.4.40", "10.3.4.2"));
            let judged = judge_typed(kind, &sample_with(kind, &typed));
            assert_eq!(
                judged.wrong(),
                [("privateNetwork.ipAddress".to_owned(), Conflict)],
                "{id:?} {public} {private}"
            );
            assert!(judged.said_of("privateNetwork.ipAddress").contains("overlap"), "{id:?}");
        }
    }
}

#[test]
fn more_than_a_field_takes_is_refused_in_every_field_of_text() {
    for id in KindId::ALL {
        for field in id.kind().fields {
            if matches!(field.ty, FieldType::Bool | FieldType::Int(..)) {
                continue;
            }
            // Five megabytes where it is cheap to try them, one byte too many elsewhere.
            let bytes = if id.kind().name_field == field.id { 5 << 20 } else { field.max_bytes() + 1 };
            let judged = judge_typed(id.kind(), &[(field.id, "x".repeat(bytes))]);
            assert!(judged.wrong().contains(&(field.id.to_owned(), Code::TooLarge)), "{id:?} {}", field.id);
            assert!(judged.said_of(field.id).contains(field.label), "{id:?} {}", field.id);
            assert!(judged.values.get(field.id).is_none() && judged.reading.secrets.get(field.id).is_none());
        }
    }
    let judged = judge_typed(Openshift.kind(), &[("kubeConfig", "x".repeat(5 << 20))]);
    assert_eq!(judged.wrong(), [("kubeConfig".to_owned(), Code::TooLarge)]);
}

#[test]
fn a_nul_is_refused_in_every_field_that_takes_text() {
    for id in KindId::ALL {
        for field in id.kind().fields {
            let judged = judge_typed(id.kind(), &[(field.id, "a\0b".to_owned())]);
            assert!(judged.reading.refusals.iter().any(|refusal| refusal.field == field.id), "{id:?} {}", field.id);
        }
    }
}

#[test]
fn wrong_json_types_are_refused_at_their_field() {
    for id in KindId::ALL {
        for field in id.kind().fields {
            let wrong: &[&str] = match field.ty {
                FieldType::Bool => &["1", "\"perhaps\"", "[]", "[true]"],
                FieldType::Int(..) => &["true", "1.5", "\"one\"", "[1]", "1e300", "99999999999999999999"],
                FieldType::List => &["1", "true", "[1]", "[[\"a\"]]", "[null]", "[{}]"],
                _ => &["1", "1.5", "true", "[]", "[\"a\"]"],
            };
            for json in wrong {
                let json = format!("{{\"{}\": {json}}}", field.id);
                let Ok(input) = Input::from_json(json.as_bytes()) else { panic!("{json} is JSON") };
                let judged = judge(id.kind(), input);
                assert_eq!(judged.wrong(), [(field.id.to_owned(), WrongType)], "{id:?} {json}");
                assert!(judged.said_of(field.id).contains(field.label), "{id:?} {json}");
            }
        }
    }
}

#[test]
fn an_unknown_field_is_named_and_the_near_one_with_it() {
    let of = |id: KindId, field: &str| judge_typed(id.kind(), &[(field, "x".to_owned())]).said_of(field);
    assert_eq!(of(Aws, "aws_region"), "Amazon Web Services has no field aws_region. Did you mean awsRegion?");
    assert_eq!(
        of(Aws, "secretAccessKey"),
        "Amazon Web Services has no field secretAccessKey. Did you mean awsSecretAccessKey?"
    );
    assert!(of(Proxmox, "colour").contains("credenza kinds"));
    assert!(of(Proxmox, "organizationId").contains("has no field organizationId"));
    let turned = judge_typed(Aws.kind(), &[("a\u{202e}b", "x".to_owned())]);
    assert!(!turned.messages().concat().contains('\u{202e}'));
}

#[test]
fn broken_json_is_told_by_its_place_and_never_quoted() {
    let cases: [(&[u8], InputError); 6] = [
        (b"{\"name\": canary}", InputError::Broken { line: 1, column: 10 }),
        (b"", InputError::Broken { line: 1, column: 0 }),
        (b"[1, 2]", InputError::NotAnObject),
        (b"\"canary\"", InputError::NotAnObject),
        (b"{\"a\": 1, \"a\": 2}", InputError::Repeated("a".into())),
        (b"{\"a\": {\"b\": 1}, \"a.b\": 2}", InputError::Repeated("a.b".into())),
    ];
    for (json, expected) in cases {
        let error = Input::from_json(json).err();
        assert_eq!(error.as_ref(), Some(&expected));
        assert!(!error.map(|error| error.to_string()).unwrap_or_default().contains("canary"));
    }
    assert_eq!(Input::from_json(&vec![b' '; 33 << 20]).err(), Some(InputError::TooLarge));
    assert!(Input::from_json(&b"{\"a\":".repeat(100_000)).is_err(), "deep nesting ends in an error, not in a crash");
}
