//! Requests signed as AWS has them signed, and what such services refuse: for AWS itself, zCompute and S3.

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use reqwest::Url;
use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::answer::Answer;
use crate::ask::Ask;
use crate::probe::{CONTROL, Probe, host_of};
use crate::{Report, Verdict};

/// Whose signature, and for what: the fields are those of the credential that hold them.
pub(super) struct Signer<'a> {
    pub id: &'a str,
    secret: &'a str,
    session: Option<&'a str>,
    pub region: &'a str,
    pub fields: &'static Fields,
}

/// What a kind calls the parts of a key.
pub(super) struct Fields {
    pub id: &'static str,
    pub secret: &'static str,
    pub region: &'static str,
    /// The address of the service, where the credential names one.
    pub url: Option<&'static str>,
    /// What the service is, with its article: "an S3 service".
    pub server: &'static str,
}

impl<'a> Signer<'a> {
    /// Signs with the key of the credential.
    pub(super) fn of(probe: &Probe<'a>, fields: &'static Fields, region: &'a str) -> Result<Self, Report> {
        Ok(Self { id: probe.text(fields.id)?, secret: probe.secret(fields.secret)?, session: None, region, fields })
    }

    /// Signs with a temporary key instead.
    pub(super) fn temporary(&self, key: &'a TemporaryKey) -> Self {
        Self { id: &key.id, secret: &key.secret, session: Some(&key.session), ..*self }
    }

    /// Signs for another region.
    pub(super) fn within(&self, region: &'a str) -> Self {
        Self { region, ..*self }
    }

    /// Signs with a secret that is nobody's, for a control request.
    pub(super) fn garbled(&self) -> Self {
        Self { secret: CONTROL, ..*self }
    }

    /// Asks an action of one of the services that take forms: STS and EC2.
    pub(super) async fn act(
        &self,
        probe: &Probe<'_>,
        service: &str,
        url: &Url,
        pairs: &[(&str, &str)],
    ) -> Result<Answer, Report> {
        self.send(probe, service, Ask::post(url.clone()).form(pairs)).await
    }

    /// Signs a request and sends it.
    pub(super) async fn send(&self, probe: &Probe<'_>, service: &str, ask: Ask) -> Result<Answer, Report> {
        let signed = self.sign(probe, service, ask).ok_or_else(|| {
            Report::new(
                Verdict::Incomplete,
                format!("No request can be signed with this key. Check {}.", probe.label(self.fields.id)),
            )
            .at(self.fields.id)
        })?;
        probe.send(signed).await
    }

    fn sign(&self, probe: &Probe<'_>, service: &str, mut ask: Ask) -> Option<Ask> {
        // The copies that are made here are wiped by their own type.
        let credentials = Credentials::new(self.id, self.secret, self.session.map(str::to_owned), None, "credenza");
        let identity = credentials.into();
        let mut settings = SigningSettings::default();
        if service == "s3" {
            // S3 takes a path as it is, and wants to be told the hash of the body in a header.
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(service)
            .time(probe.now().into())
            .settings(settings)
            .build()
            .ok()?
            .into();
        let headers = ask.headers.get(CONTENT_TYPE).and_then(|mime| mime.to_str().ok());
        let headers = headers.map(|mime| ("content-type", mime)).into_iter();
        let body = SignableBody::Bytes(ask.body.as_deref().unwrap_or_default());
        let request = SignableRequest::new(ask.method.as_str(), ask.url.as_str(), headers, body).ok()?;
        let (instructions, _) = sign(request, &params).ok()?.into_parts();
        for (name, value) in instructions.headers() {
            let mut value = HeaderValue::from_str(value).ok()?;
            value.set_sensitive(true);
            ask.headers.insert(HeaderName::from_bytes(name.as_bytes()).ok()?, value);
        }
        Some(ask)
    }
}

/// What AssumeRole gives out.
#[derive(Deserialize)]
pub(super) struct TemporaryKey {
    #[serde(rename = "AccessKeyId")]
    pub id: String,
    #[serde(rename = "SecretAccessKey")]
    pub secret: Zeroizing<String>,
    #[serde(rename = "SessionToken")]
    pub session: Zeroizing<String>,
}

/// As whom a key acts, as STS says.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Caller {
    pub arn: String,
    pub account: String,
}

#[derive(Deserialize)]
struct CallerResponse {
    #[serde(rename = "GetCallerIdentityResult")]
    result: Caller,
}

/// Asks STS as whom a key acts, which needs no right at all.
pub(super) async fn caller(probe: &Probe<'_>, signer: &Signer<'_>, sts: &Url) -> Result<(Caller, Answer), Report> {
    let answer = signer.act(probe, "sts", sts, WHO).await?;
    match answer.status.is_success().then(|| answer.xml::<CallerResponse>()).flatten() {
        Some(response) => Ok((response.result, answer)),
        None => Err(refused(probe, signer, &answer, sts)),
    }
}

/// Whether a service refuses a secret that is nobody's; else nothing is proved of any.
pub(super) async fn prove(probe: &Probe<'_>, signer: &Signer<'_>, sts: &Url) -> Result<(), Report> {
    let control = signer.garbled().act(probe, "sts", sts, WHO).await;
    probe.proved(control, refuses, signer.fields.secret)
}

/// Whether an answer refuses what a request was signed with.
pub(super) fn refuses(answer: &Answer) -> bool {
    const SECRET: &[&str] = &[
        "SignatureDoesNotMatch",
        "InvalidSignatureException",
        "AuthFailure",
        "InvalidClientTokenId",
        "InvalidAccessKeyId",
        "UnrecognizedClientException",
        "Unauthorized",
        "NotAuthorized",
    ];
    Refusal::of(answer).is_some_and(|refusal| SECRET.contains(&refusal.code.as_str()) && !refusal.is_skew())
}

const WHO: &[(&str, &str)] = &[("Action", "GetCallerIdentity"), ("Version", "2011-06-15")];

/// One region that EC2 knows.
#[derive(Deserialize)]
pub(super) struct Region {
    #[serde(rename = "regionName")]
    pub name: String,
}

#[derive(Deserialize)]
struct Regions {
    #[serde(rename = "regionInfo", default)]
    info: Items<Region>,
}

/// A list, as EC2 writes one.
#[derive(Deserialize)]
pub(super) struct Items<T> {
    #[serde(rename = "item", default = "Vec::new")]
    pub item: Vec<T>,
}

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self { item: Vec::new() }
    }
}

/// The regions of an account, or the answer that refused them.
pub(super) fn regions(answer: &Answer) -> Option<Vec<Region>> {
    let regions: Regions = answer.status.is_success().then(|| answer.xml()).flatten()?;
    (!regions.info.item.is_empty()).then_some(regions.info.item)
}

pub(super) const REGIONS: &[(&str, &str)] = &[("Action", "DescribeRegions"), ("Version", EC2)];

/// The version of EC2's interface.
pub(super) const EC2: &str = "2016-11-15";

/// What such a service says when it refuses. STS wraps it once, EC2 twice, S3 not at all.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Refusal {
    pub code: String,
    pub message: String,
    pub region: String,
    errors: Option<Wrapped>,
    error: Option<Box<Refusal>>,
}

#[derive(Deserialize)]
struct Wrapped {
    #[serde(rename = "Error")]
    error: Box<Refusal>,
}

impl Refusal {
    pub(super) fn of(answer: &Answer) -> Option<Self> {
        let mut refusal: Refusal = answer.xml()?;
        while let Some(inner) = refusal.errors.take().map(|wrapped| wrapped.error).or(refusal.error.take()) {
            refusal = *inner;
        }
        (!refusal.code.is_empty()).then_some(refusal)
    }

    /// Whether the key is right and only the right is missing.
    pub(super) fn is_denial(&self) -> bool {
        matches!(
            self.code.as_str(),
            "AccessDenied"
                | "AccessDeniedException"
                | "UnauthorizedOperation"
                | "Client.UnauthorizedOperation"
                | "AllAccessDisabled"
        )
    }

    /// Whether it is the secret that is refused, and so the key's id that is known.
    pub(super) fn is_signature(&self) -> bool {
        matches!(self.code.as_str(), "SignatureDoesNotMatch" | "InvalidSignatureException")
    }

    fn is_skew(&self) -> bool {
        let said = |text: &str| self.message.contains(text);
        matches!(self.code.as_str(), "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture")
            || said("Signature expired")
            || said("Signature not yet current")
            || said("Date is too old")
    }
}

/// What a refusal of a signed request means.
pub(super) fn refused(probe: &Probe<'_>, signer: &Signer<'_>, answer: &Answer, url: &Url) -> Report {
    let fields = signer.fields;
    let (id, secret, region) = (probe.label(fields.id), probe.label(fields.secret), probe.label(fields.region));
    let unexpected = || {
        let report = probe.unexpected(answer, url, fields.server);
        match fields.url {
            Some(field) => report.at(field),
            None => report,
        }
    };
    let Some(refusal) = Refusal::of(answer) else { return unexpected() };
    if refusal.is_skew() {
        return probe.clock_skew(answer.clock_ahead());
    }
    let elsewhere = |sentence: String| Report::new(Verdict::WrongScope, sentence).at(fields.region);
    if !refusal.region.is_empty() && refusal.region != signer.region && refusal.code == "AuthorizationHeaderMalformed" {
        let there = probe.clean(&refusal.region);
        return elsewhere(format!(
            "The server is in the region {there}, not in {}. Put {there} into {region}.",
            signer.region
        ));
    }
    match refusal.code.as_str() {
        "SignatureDoesNotMatch" | "InvalidSignatureException"
            if refusal.message.contains("Credential should be scoped to a valid region") =>
        {
            elsewhere(format!("The server is not in the region {}. Correct {region}.", signer.region))
        }
        "SignatureDoesNotMatch" | "InvalidSignatureException" => Report::new(
            Verdict::WrongSecret,
            match fields.url {
                None => format!("The key {} is known, but {secret} is another. Enter it again.", signer.id),
                Some(url) => format!(
                    "The key {} is known, but {secret} is another. Enter it again; if it is right, something before the server \
                     changes the host or the path of {}.",
                    signer.id,
                    probe.label(url)
                ),
            },
        )
        .at(fields.secret),
        "InvalidClientTokenId" | "InvalidAccessKeyId" | "UnrecognizedClientException" => Report::new(
            Verdict::UnknownIdentity,
            format!(
                "No active key {} is known there. Check {id}, and whether the key was deleted or switched off.",
                signer.id
            ),
        )
        .at(fields.id),
        "AuthFailure" | "Unauthorized" | "InvalidToken" | "InvalidSecurity" | "NotAuthorized" => Report::new(
            Verdict::WrongIdentityOrSecret,
            format!("The server refuses {id} or {secret}, and does not say which. Check both."),
        )
        .at(fields.secret),
        "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" => {
            Report::new(Verdict::Expired, format!("The key {} has expired. Make a new one.", signer.id)).at(fields.id)
        }
        "Blocked" | "AccountProblem" | "NotSignedUp" | "PendingVerification" | "UserSuspended" | "InvalidPayer" => {
            let why = quoted(probe, &refusal);
            Report::new(Verdict::Disabled, format!("The account of this key is switched off{why}. Ask its owner."))
                .at(fields.id)
        }
        "OptInRequired" | "RegionDisabledException" => elsewhere(format!(
            "The region {} is not switched on for this account. Switch it on, or choose another in {region}.",
            signer.region
        )),
        "IllegalLocationConstraintException" | "InvalidRegionName" | "AuthorizationHeaderMalformed" => elsewhere(
            format!("The server refuses the region {}{}. Correct {region}.", signer.region, quoted(probe, &refusal)),
        ),
        "Throttling"
        | "ThrottlingException"
        | "RequestLimitExceeded"
        | "SlowDown"
        | "TooManyRequests"
        | "TooManyRequestsException"
        | "RequestThrottled"
        | "RequestThrottledException" => probe.rate_limited(answer, url),
        _ if refusal.is_denial() => {
            let why = quoted(probe, &refusal);
            Report::new(Verdict::NotEnoughRights, format!("The key is right, but may not do this{why}. Give it the right.")).at(fields.id)
        }
        _ if matches!(answer.code(), 300..=399 | 429 | 500..) => unexpected(),
        code => Report::new(
            Verdict::ProviderFailed,
            format!(
                "The host {} refuses the request with {}{}. Nothing is known of the credential; try again later.",
                host_of(url),
                probe.clean(code),
                quoted(probe, &refusal)
            ),
        ),
    }
}

/// The server's own words, for the middle of a sentence.
fn quoted(probe: &Probe<'_>, refusal: &Refusal) -> String {
    let words = probe.clean(&refusal.message);
    let words = words.trim_end_matches('.');
    if words.is_empty() { String::new() } else { format!(" ({words})") }
}
