//! Who may do what.

use credenza_model::KindId;
use credenza_taikun::Membership;
use serde_json::json;

use crate::client::{Client, aws, current};

#[test]
fn members_see_nothing() {
    let (taikun, ..) = current();
    let member = Client::of(&taikun, "member@test");
    for path in [
        "/api/v1/aws/list",
        "/api/v1/s3credentials/list",
        "/showback/v1/showbackcredentials",
        "/api/v1/ai-credential/list",
    ] {
        member.get(path).expect(403);
    }
    member.get("/api/v1/users/userinfo").expect(200);
    assert_eq!(member.get("/api/v1/organizations/list").expect(200).json().as_array().unwrap().len(), 1);
}

#[test]
fn managers_see_their_own_organizations() {
    let (taikun, first, second) = current();
    let world = taikun.world();
    world.add_row(KindId::Aws, first, aws("mine", first));
    let other = world.add_row(KindId::Aws, second, aws("theirs", second));
    let manager = Client::of(&taikun, "manager@test");
    assert_eq!(manager.get("/api/v1/aws/list").expect(200).data().len(), 1);
    manager.get(&format!("/api/v1/aws/list?OrganizationId={second}")).expect(403);
    manager.post("/api/v1/aws/create", &aws("new", second)).expect(403);
    manager.post("/api/v1/cloudcredentials/lockmanager", &json!({ "id": other, "mode": "lock" })).expect(403);
    manager.delete(&format!("/api/v1/cloudcredentials/{other}")).expect(403);
    world.set_role("manager@test", second, Membership::Manager);
    assert_eq!(manager.get("/api/v1/aws/list").expect(200).data().len(), 2);
    world.remove_role("manager@test", first);
    world.remove_role("manager@test", second);
    manager.get("/api/v1/aws/list").expect(403);
}

#[test]
fn some_things_are_for_partners() {
    let (taikun, first, _) = current();
    let (manager, partner) = (Client::of(&taikun, "manager@test"), Client::of(&taikun, "partner@test"));
    let billing = json!({
        "name": "bills", "prometheusUsername": "u", "prometheusPassword": "p", "prometheusUrl": "https://p.example",
        "organizationId": first,
    });
    manager.get("/api/v1/opscredentials/list").expect(403);
    manager.post("/api/v1/opscredentials", &billing).expect(403);
    partner.post("/api/v1/opscredentials", &billing).expect(200);
    partner.get("/api/v1/opscredentials/list").expect(200);
    manager.delete("/api/v1/opscredentials/1").expect(403);
    manager.get("/api/v1/organizations").expect(403);
    let proxmox = json!({ "name": "metal", "tokenSecret": "s", "organizationId": first });
    manager.post("/api/v1/proxmox/create", &proxmox).expect(403);
    partner.post("/api/v1/proxmox/create", &proxmox).expect(200);
    let row = manager.get("/api/v1/proxmox/list").expect(200).data().remove(0);
    manager.post("/api/v1/proxmox/update", &json!({ "id": row["id"], "name": "metal-two" })).expect(200);
}

#[test]
fn accounts_do_not_see_each_other() {
    let (taikun, ..) = current();
    let world = taikun.world();
    let foreign = world.add_organization_of("rival", "Rival");
    let id = world.add_row(KindId::Aws, foreign, aws("foreign", foreign));
    let partner = Client::of(&taikun, "partner@test");
    assert!(partner.get("/api/v1/aws/list").expect(200).data().is_empty());
    partner.delete(&format!("/api/v1/cloudcredentials/{id}")).expect(404);
    let refused = partner.post("/api/v1/aws/create", &aws("new", foreign)).expect(400);
    assert!(refused.text.contains("existing organization"));
}
