//! What a demonstration begins with, and the sample rows of every kind.

use credenza_model::{FieldType, KindId};
use serde_json::{Map, Value, json};

use crate::shape::Shape;
use crate::world::{Access, User, World};

/// The fields of a create call, `organizationId` apart, for the program's own sample of a kind: what
/// [`World::add_row`] takes.
pub fn sample(kind: KindId) -> Value {
    Value::Object(fields(kind))
}

/// [`sample`] as a map.
pub(crate) fn fields(kind: KindId) -> Map<String, Value> {
    let shape = Shape::of(kind);
    let kind = kind.kind();
    let mut fields = Map::new();
    for (id, text) in kind.sample {
        let Some(field) = kind.field(id) else { continue };
        let value = match field.ty {
            FieldType::Int(..) => json!(text.parse::<i64>().unwrap_or_default()),
            FieldType::Bool => json!(*text == "true"),
            FieldType::List => text.split(',').collect(),
            _ => json!(text),
        };
        match id.split_once('.') {
            Some((block, part)) => {
                let block = fields.entry(block).or_insert_with(|| json!({}));
                let (address, mask) = text.split_once('/').unwrap_or((text, ""));
                if field.ty == FieldType::Cidr {
                    block[part] = json!(address);
                    block["netMask"] = json!(mask.parse::<i64>().unwrap_or(24));
                } else {
                    block[part] = value;
                }
            }
            None if shape.field(id).is_some() => {
                fields.insert((*id).into(), value);
            }
            None => {}
        }
    }
    fields
}

/// Two organizations, a person of each role, a robot, and a few rows of every kind: one that is locked, one that is the
/// default, one that is in use, one of the other organization.
pub(crate) fn demo(world: &World) {
    if !world.organizations().is_empty() {
        return;
    }
    let (first, second) = (world.add_organization("Acme"), world.add_organization("Beta Works"));
    let owner = User { access: Access::AccountOwner, ..User::new("owner@example.com", "demo") };
    world.add_user(owner);
    world.add_user(User::new("partner@example.com", "demo").partner());
    world.add_user(User::new("manager@example.com", "demo").manager_of(first).member_of(second));
    world.add_user(User::new("member@example.com", "demo").member_of(first));
    world.add_user(
        User::new("careful@example.com", "demo")
            .manager_of(first)
            .second_factor("123456", &["recovery-one", "recovery-two"]),
    );
    world.add_robot("DEMOROBOTKEY", "demo-robot-secret", "demo-robot", Some(first));
    world.add_token("DEMOUSERKEY", "demo-user-secret", "manager@example.com");
    world.add_built_in("Taikun AI");
    for shape in Shape::of_generation(world.options().generation) {
        rows(world, shape, first, second);
    }
}

fn rows(world: &World, shape: &Shape, first: i32, second: i32) {
    let kind = shape.kind;
    let named = |suffix: &str, flags: Value| {
        let mut fields = fields(kind);
        fields.insert(shape.name.into(), json!(format!("{}-{suffix}", kind.as_str())));
        if let Value::Object(flags) = flags {
            fields.extend(flags);
        }
        Value::Object(fields)
    };
    world.add_row(kind, first, named("main", json!({ "isDefault": kind != KindId::Showback })));
    world.add_row(kind, first, named("frozen", json!({ "isLocked": kind != KindId::Ai })));
    let used = world.add_row(kind, first, named("in-use", json!({})));
    match kind {
        KindId::Billing | KindId::Showback => world.attach_rule(kind, used, "cpu-hours"),
        _ => world.attach_project(kind, used, "web-shop"),
    }
    world.add_row(kind, second, named("other", json!({})));
    if matches!(kind, KindId::Backup | KindId::Openstack) {
        world.add_row(kind, first, named("infra", json!({ "isInfra": true })));
    }
}
