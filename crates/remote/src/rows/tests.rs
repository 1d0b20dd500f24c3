use super::*;

/// A row with the properties that every kind needs, and these.
fn row(kind: KindId, properties: &str) -> Result<Row, String> {
    let name = kind.kind().name_field;
    let json = format!(r#"{{"id": 7, "{name}": "a name", {properties}}}"#);
    read(kind, &Json::parse(json.as_bytes()).unwrap()).map(|(row, _)| row).map_err(|odd| odd.0)
}

fn told(row: &Row, field: &str) -> Option<Option<Value>> {
    row.values.0.get(field).cloned()
}

fn text(text: &str) -> Option<Option<Value>> {
    Some(Some(Value::Text(text.into())))
}

#[test]
fn what_is_told_empty_is_not_what_is_not_told() {
    let aws = row(
        KindId::Aws,
        r#""region": "eu-west-1", "vpcMode": "Sideways", "importedVpcId": null, "ipMode": "", "sharedFileSystemEnabled": false"#,
    );
    let aws = aws.unwrap();
    assert_eq!(told(&aws, "awsRegion"), text("eu-west-1"));
    assert_eq!(told(&aws, "vpcMode"), text("Sideways"), "a word that is not known stays");
    for field in ["importedVpcId", "ipMode", "sharedFileSystemEnabled"] {
        assert_eq!(told(&aws, field), Some(None), "{field}");
    }
    for field in ["azCount", "efsFileSystemId", "awsAccessKeyId"] {
        assert_eq!(told(&aws, field), None, "{field}");
    }
    assert_eq!(told(&aws, "name"), text("a name"));
}

#[test]
fn continents_become_codes() {
    for (name, code) in [
        ("Europe", "eu"),
        ("EU", "eu"),
        ("America", "us"),
        ("North America", "us"),
        ("Asia", "as"),
        ("Oceania", "Oceania"),
    ] {
        let row = row(KindId::Zadara, &format!(r#""continentName": "{name}", "availabilityZonesCount": 2"#)).unwrap();
        assert_eq!(told(&row, "zadaraContinent"), text(code));
        assert_eq!(told(&row, "azCount"), Some(Some(Value::Int(2))));
    }
}

#[test]
fn networks_are_told_apart() {
    let entry = |address: &str, private: bool, virtual_: bool| {
        format!(
            r#"{{"bridge": "eth-{address}", "ipAddress": "{address}", "netMask": 24, "gateway": null, "vlanId": 103,
                "isPrivate": {private}, "isVirtualLbNetwork": {virtual_}}}"#
        )
    };
    let list =
        [entry("10.9.0.0", false, true), entry("10.4.0.0", true, false), entry("10.3.0.0", false, false)].join(",");
    let zededa =
        row(KindId::Zededa, &format!(r#""zededaNetworks": [{list}], "edgeNodes": [{{"id": 1, "name": "edge-1"}}]"#))
            .unwrap();
    assert_eq!(told(&zededa, "publicNetwork.ipAddress"), text("10.3.0.0/24"));
    assert_eq!(told(&zededa, "publicNetwork.interface"), text("eth-10.3.0.0"));
    assert_eq!(told(&zededa, "publicNetwork.vlanId"), Some(Some(Value::Int(103))));
    assert_eq!(told(&zededa, "publicNetwork.gateway"), Some(None));
    assert_eq!(told(&zededa, "privateNetwork.ipAddress"), text("10.4.0.0/24"));
    assert_eq!(told(&zededa, "edgeNodes"), Some(Some(Value::List(vec!["edge-1".into()]))));
    let none = row(KindId::Proxmox, r#""proxmoxNetworks": null, "hypervisors": []"#).unwrap();
    assert_eq!(told(&none, "publicNetwork.bridge"), Some(None));
    assert_eq!(told(&none, "hypervisors"), Some(None));
    assert_eq!(told(&row(KindId::Proxmox, r#""x": 1"#).unwrap(), "publicNetwork.bridge"), None);
    let odd = r#""vsphereNetworks": [{"ipAddress": "10.0.0.0", "netMask": 99, "isPrivate": false}]"#;
    assert_eq!(row(KindId::Vsphere, odd).unwrap_err(), "netMask is no prefix length");
}

#[test]
fn no_secret_is_kept_of_a_row() {
    for (kind, secret) in [(KindId::Zededa, "apiToken"), (KindId::Showback, "password")] {
        let row = row(kind, &format!(r#""{secret}": "canary""#)).unwrap();
        assert!(!format!("{row:?}").contains("canary"), "{kind:?}");
        assert_eq!(told(&row, secret), None);
    }
}

#[test]
fn people_are_texts_or_objects() {
    let name = |person: &str| row(KindId::Aws, &format!(r#""createdBy": {person}"#)).map(|row| row.created_by);
    let person = |id: Option<&str>, name: &str| Ok(Some(Person { id: id.map(str::to_owned), name: name.to_owned() }));
    assert_eq!(name(r#""Ann""#), person(None, "Ann"));
    assert_eq!(name(r#"{"userId": "u", "displayName": "Ann", "isRobot": false}"#), person(Some("u"), "Ann"));
    assert_eq!(name(r#"{"userId": "u", "displayName": null}"#), person(Some("u"), "u"));
    assert_eq!(name("{}"), Ok(None));
    assert_eq!(name("null"), Ok(None));
    assert!(name("5").is_err());
}

#[test]
fn users_of_a_row_are_named() {
    let used = |properties: &str| row(KindId::Billing, properties).map(|row| row.used_by);
    assert_eq!(
        used(r#""projects": [{"id": 1, "name": "shop"}, {"id": 2, "name": null}]"#),
        Ok(vec!["shop".into(), "#2".into()])
    );
    assert_eq!(
        used(r#""rules": [{"prometheusRuleId": 1, "prometheusRuleName": "cpu"}, {"prometheusRuleId": 2}]"#),
        Ok(vec!["cpu".into(), "#2".into()])
    );
    assert_eq!(used(r#""rules": [{"id": 1, "name": "cpu"}]"#), Ok(vec!["cpu".into()]));
    assert_eq!(used(r#""rules": null"#), Ok(Vec::new()));
    let many: Vec<String> = (0..300).map(|id| format!(r#"{{"id": {id}, "name": "p{id}"}}"#)).collect();
    let many = used(&format!(r#""projects": [{}]"#, many.join(","))).unwrap();
    assert_eq!((many.len(), many.last().map(String::as_str)), (LIST_ITEMS, Some("and 45 more")));
}

#[test]
fn what_comes_with_taikun_is_built_in() {
    let ai = Json::parse(br#"{"id": 1, "name": null, "type": "Taikun", "url": "https://ai"}"#).unwrap();
    let Ok((ai, _)) = read(KindId::Ai, &ai) else { panic!() };
    assert!(ai.built_in);
    assert_eq!(ai.name, "Taikun");
    assert_eq!(ai.notes, [("type".to_owned(), "Taikun".to_owned()), ("url".to_owned(), "https://ai".to_owned())]);
    assert_eq!(told(&ai, "url"), None);
    assert!(!row(KindId::Ai, r#""type": "OpenAi""#).unwrap().built_in);
    assert!(row(KindId::Backup, r#""isInfra": true"#).unwrap().built_in);
}
