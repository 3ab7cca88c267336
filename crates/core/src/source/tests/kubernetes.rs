//! Objects of Kubernetes and kubeconfig files.

use serde_json::json;

use super::*;

fn secret(namespace: &str, name: &str, data: &serde_json::Value) -> serde_json::Value {
    json!({
        "apiVersion": "v1", "data": data, "kind": "Secret",
        "metadata": { "name": name, "namespace": namespace }, "type": "Opaque",
    })
}

#[test]
fn a_list_of_secrets_is_read_as_kubectl_prints_it() {
    let password = base64("correct horse battery staple");
    let list = json!({
        "apiVersion": "v1",
        "items": [
            secret("shop", "tls", &json!({ "tls.crt": base64(pem("a")), "tls.key": base64("-----BEGIN OPENSSH PRIVATE KEY-----\n"), "password": password })),
            secret("shop", "der", &json!({ "ca": base64(der("b")) })),
        ],
        "kind": "List",
        "metadata": { "resourceVersion": "" },
    });
    let (opened, lines) = open_all(
        "stdin",
        serde_json::to_string_pretty(&list).unwrap().as_bytes(),
    );
    assert_eq!(
        lines,
        [
            "stdin: Secret shop/tls: tls.crt (1)",
            "stdin: Secret shop/der: ca (1)"
        ]
    );
    assert_eq!(opened.kind, Kind::Kubernetes);
    assert_eq!((opened.members, opened.passed_over), (2, 2));
}

#[test]
fn a_member_knows_its_object() {
    let text = secret("shop", "tls", &json!({ "tls.crt": base64(pem("a")) })).to_string();
    let (_, items) = open_with("a.json", text.as_bytes(), &Budget::default());
    let [Item::Member(member)] = items.as_slice() else {
        panic!("{items:?}")
    };
    let origin = Origin::Kubernetes {
        resource: "Secret".to_owned(),
        namespace: "shop".to_owned(),
        name: "tls".to_owned(),
        key: "tls.crt".to_owned(),
    };
    assert_eq!(member.origin, origin);
    assert!(member.promised);
}

#[test]
fn manifests_in_yaml_are_read_document_by_document() {
    let text = format!(
        "# comment\n---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: s\n  namespace: shop\nstringData:\n  ca.crt: |\n{}data:\n  tls.crt: {}\n\
         ---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c}}\ndata:\n  bundle: |\n{}binaryData:\n  der: {}\n\
         --- # the last\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\nmetadata:\n  name: hook\nwebhooks:\n- clientConfig:\n    caBundle: {}\n- clientConfig:\n    caBundle: Cg==\n",
        indented(&pem("a"), 4),
        base64(pem("b")),
        indented(&pem("c"), 4),
        base64(der("d")),
        base64(pem("e")),
    );
    let (opened, lines) = open_all("all", text.as_bytes());
    assert_eq!(
        lines,
        [
            "all: Secret shop/s: ca.crt (1)",
            "all: Secret shop/s: tls.crt (1)",
            "all: ConfigMap c: bundle (1)",
            "all: ConfigMap c: der (1)",
            "all: ValidatingWebhookConfiguration hook: webhooks[0].clientConfig.caBundle (1)",
        ]
    );
    assert_eq!(opened.passed_over, 1);
    let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert_eq!(open_all("all", windows.as_bytes()).1, lines);
    let utf16: Vec<u8> = windows.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(open_all("all", &utf16).1, lines);
}

#[test]
fn a_kubeconfig_names_its_clusters_and_users_and_its_files_are_told() {
    let text = format!(
        "apiVersion: v1\nkind: Config\nclusters:\n- cluster:\n    certificate-authority-data: {}\n    server: https://k\n  name: prod\n- name: test\n  cluster:\n    certificate-authority: /etc/ca.crt\nusers:\n- name: admin\n  user:\n    client-certificate-data: {}\n    client-key-data: {}\n",
        base64(pem("ca")),
        base64(pem("admin")),
        base64("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
    );
    let (_, lines) = open_all("config", text.as_bytes());
    assert_eq!(
        lines,
        [
            "config: Config prod: cluster.certificate-authority-data (1)",
            "config: Config test: cluster.certificate-authority -/> /etc/ca.crt",
            "config: Config admin: user.client-certificate-data (1)",
            "config: Config admin: user.client-key-data (0)",
        ]
    );
    // as Cluster API keeps it
    let kept = secret(
        "capi",
        "prod-kubeconfig",
        &json!({ "value": base64(&text) }),
    )
    .to_string();
    let (_, items) = open_with("-", kept.as_bytes(), &Budget::default());
    assert_eq!(
        lines_of_members(&items)[0],
        "-: Secret capi/prod-kubeconfig: value: Config prod: cluster.certificate-authority-data"
    );
    let Item::Member(member) = &items[0] else {
        panic!("{items:?}")
    };
    let Origin::Kubernetes { resource, key, .. } = &member.origin else {
        panic!("{member:?}")
    };
    assert_eq!(resource, "Secret");
    assert_eq!(
        key,
        "value: Config prod: cluster.certificate-authority-data"
    );
}

fn lines_of_members(items: &[Item]) -> Vec<&str> {
    let name = |item| match item {
        &Item::Member(Member { ref name, .. }) => Some(name.as_str()),
        _ => None,
    };
    items.iter().filter_map(name).collect()
}

#[test]
fn what_should_hold_a_certificate_and_does_not_is_told_without_its_value() {
    let text = json!([
        secret("a", "bad", &json!({ "tls.crt": "hunter2!", "other": "hunter2!" })),
        secret("a", "none", &json!({ "ca.crt": base64("hunter2"), "keystore.p12": base64("hunter2"), "secret.key": base64("hunter2") })),
        { "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "t" }, "type": "kubernetes.io/tls", "data": { "tls.crt": "", "ca.crt": "" } },
        { "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "u" }, "type": "kubernetes.io/tls" },
        secret("a", "sops", &json!({ "tls.crt": "ENC[AES256_GCM,data:hunter2,type:str]", "x": "ENC[AES256_GCM,data:hunter2]" })),
        secret("a", "template", &json!({ "tls.crt": "${TLS_CRT}", "x": "{{ .Values.hunter2 }}" })),
    ]);
    let (_, lines) = open_all("x.json", text.to_string().as_bytes());
    assert_eq!(
        lines,
        [
            "x.json: Secret a/bad: other ! not base64: character 8 is none of it",
            "x.json: Secret a/bad: tls.crt ! not base64: character 8 is none of it",
            "x.json: Secret a/none: ca.crt ! neither a certificate nor a store, where one is expected",
            "x.json: Secret a/none: keystore.p12 ! neither a certificate nor a store, where one is expected",
            "x.json: Secret t: tls.crt ! empty, where a certificate is expected",
            "x.json: Secret u: tls.crt ! there is no \"tls.crt\", which a Secret of type kubernetes.io/tls must have",
            "x.json: Secret a/sops: tls.crt ! encrypted (SOPS), which is not opened here",
        ]
    );
    assert!(!lines.concat().contains("hunter2"));
}

#[test]
fn what_repeats_an_object_is_passed_over() {
    let applied = secret("a", "s", &json!({ "tls.crt": base64(pem("a")) })).to_string();
    let applied = format!("{applied}-----BEGIN CERTIFICATE-----");
    let mut object = secret("a", "s", &json!({ "tls.crt": base64(pem("a")) }));
    object["metadata"]["annotations"] =
        json!({ "kubectl.kubernetes.io/last-applied-configuration": applied });
    let (_, lines) = open_all("x.json", object.to_string().as_bytes());
    assert_eq!(lines, ["x.json: Secret a/s: tls.crt (1)"]);
}

#[test]
fn items_of_a_typed_list_are_what_it_lists() {
    let text = format!(
        "{{\"kind\":\"SecretList\",\"apiVersion\":\"v1\",\"items\":[{{\"metadata\":{{\"name\":\"s\"}},\"data\":{{\"ca\":\"{}\"}}}}]}}",
        base64(der("a"))
    );
    assert_eq!(open_all("x", text.as_bytes()).1, ["x: Secret s: ca (1)"]);
}

#[test]
fn documents_of_json_may_stand_behind_each_other_and_a_cut_keeps_what_was_read() {
    let one = secret("a", "s", &json!({ "ca": base64(der("a")) })).to_string();
    let text = format!("{one}\n{one}\n");
    assert_eq!(open_all("x", text.as_bytes()).1.len(), 2);
    for length in one.len()..text.len() {
        let (_, items) = open_with("x.json", &text.as_bytes()[..length], &Budget::default());
        assert_eq!(
            lines(&items)[0],
            "x: Secret a/s: ca (1)".replace("x:", "x.json:"),
            "at {length}"
        );
    }
    for length in 0..one.len() {
        let _ = open_with("x.json", &one.as_bytes()[..length], &Budget::default());
    }
}

#[test]
fn base64_that_is_cut_off_is_told() {
    let text = secret("a", "s", &json!({ "tls.crt": "LS0tL" })).to_string();
    let (_, lines) = open_all("x.json", text.as_bytes());
    let expected = "x.json: Secret a/s: tls.crt ! not base64: it is not whole at its end";
    assert_eq!(lines, [expected]);
}

#[test]
fn a_kubeconfig_with_many_users_takes_no_longer_for_each() {
    let entry = |number| json!({ "name": format!("u{number}"), "user": { "client-certificate-data": "eA==" } });
    let users: Vec<_> = (0..20_000).map(entry).collect();
    let text = json!({ "apiVersion": "v1", "kind": "Config", "users": users }).to_string();
    let (_, lines) = open_all("config", text.as_bytes());
    assert_eq!(lines.len(), 20_000);
    assert!(
        lines[19_999].starts_with("config: Config u19999: user.client-certificate-data ! neither")
    );
}

#[test]
fn a_hundred_thousand_items_are_read_one_by_one() {
    let item = |ca: &str| secret("a", "s", &json!({ "ca": ca })).to_string();
    let (with, without) = (item(&base64(der("a"))), item("eA=="));
    let items: Vec<&str> = (0..100_000)
        .map(|number| match number % 100 {
            0 => with.as_str(),
            _ => without.as_str(),
        })
        .collect();
    let text = format!(
        "{{\"apiVersion\":\"v1\",\"items\":[{}],\"kind\":\"List\"}}",
        items.join(",")
    );
    let mut members = 0_usize;
    let opened = open("x", text.as_bytes(), &Budget::default(), &mut |_| {
        members += 1
    });
    let opened = opened.unwrap().unwrap();
    assert_eq!((opened.members, opened.passed_over), (1_000, 99_000));
    assert_eq!(members, 1_000);
}
