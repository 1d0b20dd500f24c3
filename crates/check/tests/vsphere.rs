//! vSphere against doubles of vCenter's REST and SOAP, as their references describe them: "vSphere Automation API" (Session,
//! Datacenter, Datastore, Resource Pool, Host, Network, and its errors) and "vSphere Web Services API" (ServiceInstance,
//! SessionManager, ViewManager, PropertyCollector, and the fault InvalidLogin) at developer.broadcom.com.

#![allow(clippy::unwrap_used, reason = "a panic in a test is a failure with a line number")]

mod support;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::extract::{Query, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use credenza_check::{Report, Verdict};
use credenza_model::KindId;
use serde_json::{Value, json};
use support::{check, checker, credential, serve};

const USER: &str = "taikun@vsphere.local";
/// With what XML and Basic have trouble with.
const PASSWORD: &str = "Canary-<&>\"':ö-0123";
const ID: &str = "Canary-session-b00db39f948d13ea1e59";

/// Which of its ages a vCenter has.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Age {
    /// `/api`, since 7.0.
    New,
    /// `/rest`, 6.5 and 6.7.
    Middle,
    /// SOAP alone.
    Old,
    /// A single host.
    Host,
}

struct VCenter {
    age: Age,
    open: AtomicUsize,
    opened: AtomicUsize,
}

async fn answer(
    State(center): State<Arc<VCenter>>,
    method: Method,
    uri: Uri,
    query: Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: String,
) -> Response {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let path = uri.path();
    if path == "/sdk/vimServiceVersions.xml" {
        return "<?xml version=\"1.0\"?><namespaces version=\"1.0\"><namespace><name>urn:vim25</name></namespace></namespaces>".into_response();
    }
    if path == "/sdk" && method == Method::POST {
        return soap(&center, text("cookie"), &body);
    }
    let path = match center.age {
        Age::New => path.strip_prefix("/api/"),
        Age::Middle => path.strip_prefix("/rest/").map(|path| path.strip_prefix("com/vmware/cis/").unwrap_or(path)),
        Age::Old | Age::Host => None,
    };
    let Some(path) = path else { return (StatusCode::NOT_FOUND, "Not found").into_response() };
    let new = center.age == Age::New;
    let good = |value: Value| if new { Json(value) } else { Json(json!({"value": value})) };
    let fault = |status: u16, word: &str| {
        let messages = json!([{"args": [], "default_message": "in words", "id": "com.vmware.vapi"}]);
        let body = match new {
            true => json!({"error_type": word.to_uppercase(), "messages": messages}),
            false => json!({"type": format!("com.vmware.vapi.std.errors.{word}"), "value": {"messages": messages}}),
        };
        (StatusCode::from_u16(status).unwrap(), Json(body)).into_response()
    };
    if (method.as_str(), path) == ("POST", "session") {
        let pair = |user: &str, password: &str| format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
        let given = text("authorization");
        if given == pair("starting@vsphere.local", PASSWORD) {
            return fault(503, "service_unavailable");
        }
        if given == pair("norights@vsphere.local", PASSWORD) {
            return fault(403, "unauthorized");
        }
        if given == pair("bare@vsphere.local", PASSWORD) {
            return StatusCode::UNAUTHORIZED.into_response();
        }
        if given != pair(USER, PASSWORD) && given != pair("blind@vsphere.local", PASSWORD) {
            return fault(401, "unauthenticated");
        }
        center.open.fetch_add(1, Ordering::SeqCst);
        center.opened.fetch_add(1, Ordering::SeqCst);
        let id = if given == pair(USER, PASSWORD) { ID.to_owned() } else { format!("{ID}-blind") };
        return (if new { StatusCode::CREATED } else { StatusCode::OK }, good(json!(id))).into_response();
    }
    let id = text("vmware-api-session-id");
    if !id.starts_with(ID) {
        return fault(401, "unauthenticated");
    }
    if id != ID && method == Method::GET {
        return good(json!([])).into_response();
    }
    // Everything but the list of datacenters is asked for within one.
    let inside = query.get(if new { "datacenters" } else { "filter.datacenters" }).map(String::as_str);
    match (method.as_str(), path, inside) {
        ("DELETE", "session", _) => {
            center.open.fetch_sub(1, Ordering::SeqCst);
            (if new { StatusCode::NO_CONTENT } else { StatusCode::OK }).into_response()
        }
        ("GET", "vcenter/datacenter", None) => good(json!([{"datacenter": "datacenter-3", "name": "Prague"}, {"datacenter": "datacenter-9", "name": "Brno"}])).into_response(),
        ("GET", "vcenter/resource-pool", Some("datacenter-3")) => good(json!([{"resource_pool": "resgroup-8", "name": "Resources"}, {"resource_pool": "resgroup-9", "name": "taikun"}])).into_response(),
        ("GET", "vcenter/datastore", Some("datacenter-3")) => good(json!([{"datastore": "datastore-1", "name": "vsan-1", "type": "VSAN", "capacity": 9, "free_space": 1}])).into_response(),
        ("GET", "vcenter/host", Some("datacenter-3")) => good(json!([{"host": "host-1", "name": "esxi1.example.com", "connection_state": "CONNECTED", "power_state": "POWERED_ON"}, {"host": "host-2", "name": "esxi2.example.com", "connection_state": "CONNECTED"}])).into_response(),
        ("GET", "vcenter/network", Some("datacenter-3")) => good(json!([{"network": "network-1", "name": "VM Network", "type": "STANDARD_PORTGROUP"}, {"network": "dvportgroup-2", "name": "Internal", "type": "DISTRIBUTED_PORTGROUP"}])).into_response(),
        ("GET", "appliance/system/version", None) => good(json!({"version": "8.0.3.00400", "product": "VMware vCenter Server", "build": "24322831"})).into_response(),
        _ => fault(404, "not_found"),
    }
}

fn envelope(status: StatusCode, body: &str) -> Response {
    let whole = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soapenv:Envelope xmlns:soapenc=\"http://schemas.xmlsoap.org/soap/encoding/\" \
         xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n<soapenv:Body>\n{body}\n</soapenv:Body>\n</soapenv:Envelope>"
    );
    let cookie = "vmware_soap_session=\"52c8Canary-soap-session\"; Path=/; HttpOnly; Secure;";
    (status, [(header::CONTENT_TYPE, "text/xml; charset=utf-8"), (header::SET_COOKIE, cookie)], whole).into_response()
}

fn soap(center: &VCenter, cookie: &str, body: &str) -> Response {
    let fault = |name: &str, words: &str| {
        envelope(
            StatusCode::INTERNAL_SERVER_ERROR,
            &format!(
                "<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>{words}</faultstring><detail>\
                 <{name}Fault xmlns=\"urn:vim25\" xsi:type=\"{name}\"></{name}Fault></detail></soapenv:Fault>"
            ),
        )
    };
    let good = |call: &str, value: &str| {
        envelope(StatusCode::OK, &format!("<{call}Response xmlns=\"urn:vim25\">{value}</{call}Response>"))
    };
    let has = |part: &str| body.contains(part);
    if has("<RetrieveServiceContent ") {
        let api = if center.age == Age::Host { "HostAgent" } else { "VirtualCenter" };
        return good(
            "RetrieveServiceContent",
            &format!(
                "<returnval><rootFolder type=\"Folder\">group-d1</rootFolder><propertyCollector type=\"PropertyCollector\">propertyCollector\
             </propertyCollector><viewManager type=\"ViewManager\">ViewManager</viewManager><about><name>VMware vCenter Server</name>\
             <fullName>VMware vCenter Server 6.0.0 build-1</fullName><vendor>VMware, Inc.</vendor><version>6.0.0</version><build>1</build>\
             <apiType>{api}</apiType><apiVersion>6.0</apiVersion></about><sessionManager type=\"SessionManager\">SessionManager\
             </sessionManager></returnval>"
            ),
        );
    }
    if has("<Login ") {
        assert_ne!(center.age, Age::Host, "no password goes to a host that is no vCenter");
        let user = |name: &str| has(&format!("<userName>{name}</userName>"));
        let password = has("<password>Canary-&lt;&amp;&gt;&quot;&apos;:ö-0123</password>");
        return match () {
            () if user("expired@vsphere.local") => {
                fault("PasswordExpired", "Cannot complete login: the password has expired.")
            }
            () if user("norights@vsphere.local") => {
                fault("NoPermission", "Permission to perform this operation was denied.")
            }
            () if user(USER) && password => {
                center.open.fetch_add(1, Ordering::SeqCst);
                center.opened.fetch_add(1, Ordering::SeqCst);
                good(
                    "Login",
                    "<returnval><key>52c8</key><userName>taikun</userName><fullName>Taikun</fullName></returnval>",
                )
            }
            () => fault("InvalidLogin", "Cannot complete login due to an incorrect user name or password."),
        };
    }
    if cookie != "vmware_soap_session=\"52c8Canary-soap-session\"" {
        return fault("NotAuthenticated", "The session is not authenticated.");
    }
    if has("<Logout ") {
        center.open.fetch_sub(1, Ordering::SeqCst);
        return good("Logout", "");
    }
    if has("<CreateContainerView ") {
        let sort = body.split("<type>").nth(1).unwrap().split('<').next().unwrap();
        let inside = has("<container type=\"Datacenter\">datacenter-3</container>");
        assert!(inside || has("<container type=\"Folder\">group-d1</container>"), "{body}");
        return good(
            "CreateContainerView",
            &format!("<returnval type=\"ContainerView\">view-{sort}-{inside}</returnval>"),
        );
    }
    let object = |id: &str, name: &str, more: &str| {
        format!(
            "<objects><obj type=\"X\">{id}</obj><propSet><name>name</name><val xsi:type=\"xsd:string\">{name}</val></propSet>{more}</objects>"
        )
    };
    let template =
        |is: bool| format!("<propSet><name>config.template</name><val xsi:type=\"xsd:boolean\">{is}</val></propSet>");
    if has("<ContinueRetrievePropertiesEx ") {
        assert!(has("<token>t&amp;1</token>"), "{body}");
        let rest = object("vm-3", "ubuntu-24.04", &template(true));
        return good("ContinueRetrievePropertiesEx", &format!("<returnval>{rest}</returnval>"));
    }
    assert!(has("<RetrievePropertiesEx ") && has("<path>view</path>") && has("<pathSet>name</pathSet>"), "{body}");
    let view = body.split("<obj type=\"ContainerView\">view-").nth(1).unwrap().split('<').next().unwrap();
    let found = match view {
        "Datacenter-false" => object("datacenter-3", "Prague", ""),
        "ResourcePool-true" => object("resgroup-9", "taikun", ""),
        "Datastore-true" => object("datastore-1", "vsan-1", ""),
        "HostSystem-true" => object("host-1", "esxi1.example.com", "") + &object("host-2", "esxi2.example.com", ""),
        "Network-true" => object("network-1", "VM Network", "") + &object("dvportgroup-2", "Internal", ""),
        // Machines come in two pages; one that is being made has no settings yet.
        "VirtualMachine-true" => {
            "<token>t&amp;1</token>".to_owned()
                + &object("vm-1", "web-1", &template(false))
                + &object("vm-2", "new", "")
        }
        // An empty answer is one without a value.
        _ => return good("RetrievePropertiesEx", ""),
    };
    good("RetrievePropertiesEx", &format!("<returnval>{found}</returnval>"))
}

async fn vcenter(age: Age) -> (String, Arc<VCenter>) {
    let center = Arc::new(VCenter { age, open: AtomicUsize::new(0), opened: AtomicUsize::new(0) });
    (serve(Router::new().fallback(answer).with_state(center.clone())).await, center)
}

/// Checks, and that every session that was made was ended.
async fn report(age: Age, changes: &[(&str, &str)]) -> Report {
    let (url, center) = vcenter(age).await;
    let mut all = vec![("url", url.as_str()), ("password", PASSWORD)];
    all.extend(changes);
    let report = check(KindId::Vsphere, &all, &[]).await;
    assert_eq!(center.open.load(Ordering::SeqCst), 0, "a session is left: {report:?}");
    assert!(!format!("{report:?}").contains("Canary"), "{report:?}");
    report
}

#[tokio::test]
async fn every_age_of_vcenter_lets_the_right_password_in() {
    for (age, version) in [(Age::New, "8.0.3.00400"), (Age::Middle, "8.0.3.00400"), (Age::Old, "6.0.0")] {
        let report = report(age, &[]).await;
        assert_eq!(report.verdict, Verdict::Works, "{report:?}");
        assert_eq!(report.identity.as_deref(), Some(USER));
        let details: Vec<_> = report.details.iter().map(|detail| detail.value.as_str()).collect();
        assert_eq!(details, ["Prague (datacenter-3)", version]);
    }
}

#[tokio::test]
async fn every_age_of_vcenter_refuses_a_wrong_one() {
    for age in [Age::New, Age::Middle, Age::Old] {
        for change in [("password", "Canary-another"), ("username", "nobody@vsphere.local")] {
            let report = report(age, &[change]).await;
            assert_eq!(
                (report.verdict, report.field),
                (Verdict::WrongIdentityOrSecret, Some("password")),
                "{report:?}"
            );
        }
        let report = report(age, &[("username", "norights@vsphere.local")]).await;
        assert_eq!((report.verdict, report.field), (Verdict::NotEnoughRights, Some("username")), "{report:?}");
    }
    // A refusal without a body is one where a vCenter is.
    let bare = report(Age::New, &[("username", "bare@vsphere.local")]).await;
    assert_eq!(bare.verdict, Verdict::WrongIdentityOrSecret, "{bare:?}");
    let expired = report(Age::Old, &[("username", "expired@vsphere.local")]).await;
    assert_eq!((expired.verdict, expired.field), (Verdict::Expired, Some("password")), "{expired:?}");
    let starting = report(Age::New, &[("username", "starting@vsphere.local")]).await;
    assert_eq!(starting.verdict, Verdict::ProviderFailed, "{starting:?}");
}

#[tokio::test]
async fn what_the_credential_names_has_to_be_there() {
    for age in [Age::New, Age::Middle, Age::Old] {
        for (field, value, there) in [
            ("datacenterName", "London", "Prague"),
            ("datacenterId", "datacenter-4", "datacenter-3"),
            ("resourcePoolName", "gone", "taikun"),
            ("datastoreName", "gone", "vsan-1"),
            ("hypervisors", "esxi1.example.com,esxi9.example.com", "esxi2.example.com"),
            ("publicNetwork.name", "gone", "VM Network"),
            ("privateNetwork.name", "gone", "Internal"),
        ] {
            let report = report(age, &[(field, value)]).await;
            assert_eq!((report.verdict, report.field), (Verdict::WrongScope, Some(field)), "{report:?}");
            assert!(report.message.contains(there), "{report:?}");
        }
    }
    for (field, value) in [
        ("datacenterId", "datacenter-3"),
        ("hypervisors", "ESXI1.example.com"),
        ("resourcePoolName", "Cluster/Resources/taikun"),
    ] {
        assert_eq!(report(Age::New, &[(field, value)]).await.verdict, Verdict::Works, "{field}");
    }
    let blind = report(Age::New, &[("username", "blind@vsphere.local")]).await;
    assert_eq!((blind.verdict, blind.field), (Verdict::NotEnoughRights, Some("username")), "{blind:?}");
}

#[tokio::test]
async fn a_host_alone_and_anything_else_are_no_vcenter() {
    let report = report(Age::Host, &[]).await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongServer, Some("url")), "{report:?}");
    assert!(report.message.contains("ESXi"), "{report:?}");
    let url = serve(Router::new().fallback(|| async { StatusCode::UNAUTHORIZED })).await;
    let report = check(KindId::Vsphere, &[("url", &url)], &[]).await;
    assert_eq!((report.verdict, report.field), (Verdict::WrongServer, Some("url")), "{report:?}");
    let url = serve(Router::new()).await;
    assert_eq!(check(KindId::Vsphere, &[("url", &url)], &[]).await.verdict, Verdict::WrongServer);
}

#[tokio::test]
async fn addresses_are_taken_as_people_have_them() {
    let (url, _) = vcenter(Age::New).await;
    for path in ["/", "/ui/", "/sdk", "/ui/#/home?x=1"] {
        let url = format!("{url}{path}");
        let report = check(KindId::Vsphere, &[("url", &url), ("password", PASSWORD)], &[]).await;
        assert_eq!(report.verdict, Verdict::Works, "{path}: {report:?}");
    }
    for field in ["url", "username", "password", "datacenterName"] {
        let report = check(KindId::Vsphere, &[("url", &url), ("password", PASSWORD), (field, "")], &[]).await;
        assert_eq!((report.verdict, report.field), (Verdict::Incomplete, Some(field)), "{report:?}");
    }
}

#[tokio::test]
async fn vcenter_lists_what_can_go_into_its_fields() {
    for age in [Age::New, Age::Middle, Age::Old] {
        let (url, center) = vcenter(age).await;
        let found = async |field: &str, datacenter: &str| {
            let empty =
                ["name", "resourcePoolName", "datastoreName", "hypervisors", "vmTemplateName", "publicNetwork.name"];
            let mut changes = vec![("url", url.as_str()), ("password", PASSWORD), ("datacenterName", datacenter)];
            changes.extend(empty.map(|field| (field, "")));
            let (values, secrets) = credential(KindId::Vsphere, &changes);
            let found = checker(&[]).discover(KindId::Vsphere, field, &values, &secrets).await.unwrap();
            found.into_iter().map(|one| one.label).collect::<Vec<_>>()
        };
        assert_eq!(found("datacenterName", "").await[0], "Prague");
        assert_eq!(found("datacenterId", "").await[0], "datacenter-3 (Prague)");
        assert!(found("resourcePoolName", "Prague").await.contains(&"taikun".to_owned()));
        assert_eq!(found("datastoreName", "Prague").await, ["vsan-1"]);
        assert_eq!(found("hypervisors", "Prague").await, ["esxi1.example.com", "esxi2.example.com"]);
        assert_eq!(found("privateNetwork.name", "Prague").await, ["VM Network", "Internal"]);
        assert_eq!(found("vmTemplateName", "Prague").await, ["ubuntu-24.04"], "and no machine that is none");
        assert_eq!(center.open.load(Ordering::SeqCst), 0, "a session is left");
        assert_eq!(center.opened.load(Ordering::SeqCst), 7);
    }
}
