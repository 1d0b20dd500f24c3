//! AWS, and zCompute which speaks the same, simulated by moto (PyPI) with its own check of signatures and policies. It
//! has no clock, no regions that are switched off and no keys that are: the doubles of `credenza-check` tell those.

use std::process::Command;

use credenza_check::{Checker, Endpoint, Verdict};
use credenza_model::KindId::{Aws, Zadara};
use reqwest::Client;

use crate::server::{Server, checker, client, expect, place, ports, values};

const REGION: &str = "eu-central-1";

/// The interface by which an account is filled before anybody has to prove anything.
struct Setup {
    client: Client,
    url: String,
}

impl Setup {
    async fn act(&self, service: &str, pairs: &[(&str, &str)]) -> String {
        let body = pairs.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect::<Vec<_>>().join("&");
        self.send(self.client.post(&self.url).body(body), service, "application/x-www-form-urlencoded").await
    }

    async fn send(&self, request: reqwest::RequestBuilder, service: &str, mime: &str) -> String {
        let signature = format!(
            "AWS4-HMAC-SHA256 Credential=setup/20260101/{REGION}/{service}/aws4_request, SignedHeaders=host, Signature=none"
        );
        let answer = request.header("authorization", signature).header("content-type", mime).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{status}: {text}");
        text
    }

    /// A user with a key, who may do what the policy says.
    async fn user(&self, name: &str, policy: Option<&str>) -> (String, String) {
        let act = |pairs: Vec<(&'static str, String)>| async move {
            let pairs: Vec<_> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
            self.act("iam", &pairs).await
        };
        let named = |action: &str| vec![("Action", action.to_owned()), ("UserName", name.to_owned())];
        act(named("CreateUser")).await;
        if let Some(policy) = policy {
            let mut pairs = named("PutUserPolicy");
            pairs.extend([("PolicyName", "all".to_owned()), ("PolicyDocument", policy.to_owned())]);
            act(pairs).await;
        }
        let key = act(named("CreateAccessKey")).await;
        (between(&key, "AccessKeyId"), between(&key, "SecretAccessKey"))
    }
}

const ANYTHING: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"External-Id-Of-Tests"}}}]}"#;

fn escaped(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn between(xml: &str, element: &str) -> String {
    let (_, rest) = xml.split_once(&format!("<{element}>")).unwrap();
    rest.split_once("</").unwrap().0.to_owned()
}

#[tokio::test]
async fn keys_roles_and_rights_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let [port] = ports();
    let mut command = Command::new(place("moto").join("bin/python"));
    command
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/servers/run_moto.py"))
        .arg(port.to_string())
        .current_dir(dir.path());
    let mut server = Server::start(&command, dir);
    server.answers(port, "/moto-api/", &[200]);

    let url = format!("http://127.0.0.1:{port}/");
    let aws = checker(&[(Endpoint::AwsSts, &url), (Endpoint::AwsEc2, &url), (Endpoint::AwsEfs, &url)]);
    // As it starts, anybody may do anything, whatever the signature.
    expect(&aws, Aws, &[], Verdict::Unproven, Some("awsSecretAccessKey")).await;
    expect(&aws, Zadara, &[("zadaraUrl", &url)], Verdict::Unproven, Some("zadaraSecretAccessKey")).await;

    let setup = Setup { client: client(), url: url.clone() };
    let (id, secret) = setup.user("taikun", Some(ANYTHING)).await;
    let (bare_id, bare_secret) = setup.user("bare", None).await;
    let role = setup
        .act("iam", &[("Action", "CreateRole"), ("RoleName", "taikun"), ("AssumeRolePolicyDocument", TRUST)])
        .await;
    let role = between(&role, "Arn");
    let policy =
        [("Action", "PutRolePolicy"), ("RoleName", "taikun"), ("PolicyName", "all"), ("PolicyDocument", ANYTHING)];
    setup.act("iam", &policy).await;
    let network =
        setup.act("ec2", &[("Action", "CreateVpc"), ("Version", "2016-11-15"), ("CidrBlock", "10.7.0.0/16")]).await;
    let network = between(&network, "vpcId");
    let subnet =
        [("Action", "CreateSubnet"), ("Version", "2016-11-15"), ("VpcId", &network), ("CidrBlock", "10.7.1.0/24")];
    let subnet = between(&setup.act("ec2", &subnet).await, "subnetId");
    let system = setup.client.post(format!("{url}2015-02-01/file-systems")).body(r#"{"CreationToken":"homes"}"#);
    let system = setup.send(system, "elasticfilesystem", "application/json").await;
    // It refuses every signature of such a request, so that it can only be asked for while it takes any.
    let systems = values(&aws, Aws, "efsFileSystemId", &[]).await;
    assert!(systems.len() == 1 && system.contains(&systems[0]), "{systems:?} {system}");
    // From here on every request has to prove itself.
    let lock = setup.client.post(format!("{url}moto-api/reset-auth")).header("content-type", "text/plain").body("0");
    assert!(lock.send().await.unwrap().status().is_success());

    let key = [("awsAccessKeyId", id.as_str()), ("awsSecretAccessKey", secret.as_str())];
    let bare = [("awsAccessKeyId", bare_id.as_str()), ("awsSecretAccessKey", bare_secret.as_str())];
    let report = expect(&aws, Aws, &key, Verdict::Works, None).await;
    assert!(report.identity.as_ref().is_some_and(|arn| arn.ends_with(":user/taikun")), "{report:?}");
    assert!(
        report.details.iter().any(|detail| detail.label == "May list regions" && detail.value == "yes"),
        "{report:?}"
    );
    let report = expect(&aws, Aws, &bare, Verdict::Works, None).await;
    assert!(
        report.details.iter().any(|detail| detail.label == "May list regions" && detail.value == "no"),
        "{report:?}"
    );

    let wrong = [key[0], ("awsSecretAccessKey", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")];
    expect(&aws, Aws, &wrong, Verdict::WrongSecret, Some("awsSecretAccessKey")).await;
    let unknown = [("awsAccessKeyId", "AKIANOBODYKNOWSTHIS1"), key[1]];
    expect(&aws, Aws, &unknown, Verdict::UnknownIdentity, Some("awsAccessKeyId")).await;

    let assuming = [key[0], key[1], ("roleArn", role.as_str()), ("externalId", "External-Id-Of-Tests")];
    let report = expect(&aws, Aws, &assuming, Verdict::Works, None).await;
    assert!(report.identity.as_ref().is_some_and(|arn| arn.contains(":assumed-role/taikun/")), "{report:?}");
    let another = [key[0], key[1], ("roleArn", role.as_str()), ("externalId", "Another-Id-Of-Tests")];
    expect(&aws, Aws, &another, Verdict::NotEnoughRights, Some("roleArn")).await;
    let without = [bare[0], bare[1], ("roleArn", role.as_str()), ("externalId", "External-Id-Of-Tests")];
    expect(&aws, Aws, &without, Verdict::NotEnoughRights, Some("roleArn")).await;

    assert!(values(&aws, Aws, "awsRegion", &key).await.contains(&REGION.to_owned()));
    assert!(values(&aws, Aws, "importedVpcId", &key).await.contains(&network));
    let chosen = [key[0], key[1], ("vpcMode", "Import"), ("importedVpcId", network.as_str())];
    assert_eq!(values(&aws, Aws, "subnets", &chosen).await, [format!("{subnet}:Private")]);
    zcompute(&checker(&[]), &url, &id, &secret, &bare_id, &bare_secret).await;
}

/// The same, where a zCompute cloud has it, with the path in the signature.
async fn zcompute(checker: &Checker, url: &str, id: &str, secret: &str, bare_id: &str, bare_secret: &str) {
    let key =
        [("zadaraUrl", url), ("zadaraAccessKeyId", id), ("zadaraSecretAccessKey", secret), ("zadaraRegion", REGION)];
    let report = expect(checker, Zadara, &key, Verdict::Works, None).await;
    assert!(report.identity.as_ref().is_some_and(|arn| arn.ends_with(":user/taikun")), "{report:?}");
    let wrong = [key[0], key[1], ("zadaraSecretAccessKey", "another-Oox2-zadara-secret"), key[3]];
    expect(checker, Zadara, &wrong, Verdict::WrongSecret, Some("zadaraSecretAccessKey")).await;
    let unknown = [key[0], ("zadaraAccessKeyId", "AKIANOBODYKNOWSTHIS1"), key[2], key[3]];
    expect(checker, Zadara, &unknown, Verdict::UnknownIdentity, Some("zadaraAccessKeyId")).await;
    let bare = [key[0], ("zadaraAccessKeyId", bare_id), ("zadaraSecretAccessKey", bare_secret), key[3]];
    let report = expect(checker, Zadara, &bare, Verdict::Works, None).await;
    assert!(
        report.details.iter().any(|detail| detail.label == "May list regions" && detail.value == "no"),
        "{report:?}"
    );
    assert!(values(checker, Zadara, "zadaraRegion", &key).await.contains(&REGION.to_owned()));
}
