use super::*;
use crate::report::{Report, ReportFormat, Role, sample};

fn text(report: &Report, metrics: Metrics) -> String {
    sample::text(report, ReportFormat::Prometheus(metrics))
}

/// With long labels, which many series share, said once at the end.
fn folded(text: &str) -> String {
    let mut known: Vec<&str> = Vec::new();
    let mut folded = String::new();
    for line in text.lines() {
        let series = line
            .split_once('{')
            .and_then(|(name, rest)| Some((name, rest.rsplit_once("} ")?)))
            .filter(|(_, (labels, _))| labels.len() > 80);
        match series {
            Some((name, (labels, value))) => {
                let place = known.iter().position(|one| *one == labels);
                let place = place.unwrap_or_else(|| {
                    known.push(labels);
                    known.len() - 1
                });
                folded.push_str(&format!("{name}{{labels {place}}} {value}\n"));
            }
            None => folded.push_str(&format!("{line}\n")),
        }
    }
    for (place, labels) in known.iter().enumerate() {
        folded.push_str(&format!("labels {place}: {labels}\n"));
    }
    folded
}

#[test]
fn native() {
    insta::assert_snapshot!(folded(&text(&sample::report(), Metrics::Native)), @r#"
    # HELP trustpack_cert_not_after The last second of validity, in seconds since 1970.
    # TYPE trustpack_cert_not_after gauge
    trustpack_cert_not_after{labels 0} 1767657600
    trustpack_cert_not_after{labels 1} 1844985600
    # HELP trustpack_cert_not_before The first second of validity, in seconds since 1970.
    # TYPE trustpack_cert_not_before gauge
    trustpack_cert_not_before{labels 0} 1759881600
    trustpack_cert_not_before{labels 1} 1759881600
    # HELP trustpack_cert_expired Whether the last second of validity is over.
    # TYPE trustpack_cert_expired gauge
    trustpack_cert_expired{labels 0} 0
    trustpack_cert_expired{labels 1} 0
    # HELP trustpack_cert_severity The worst that the policy found about it: 0 nothing, 1 note, 2 warning, 3 critical.
    # TYPE trustpack_cert_severity gauge
    trustpack_cert_severity{labels 0} 3
    trustpack_cert_severity{labels 1} 0
    # HELP trustpack_source_up Whether the file or server could be looked at.
    # TYPE trustpack_source_up gauge
    trustpack_source_up{report="",source="gone.example:443"} 0
    trustpack_source_up{report="",source="example.org:443"} 1
    # HELP trustpack_endpoint_tls_info The version and the cipher suite that the server chose.
    # TYPE trustpack_endpoint_tls_info gauge
    trustpack_endpoint_tls_info{labels 2} 1
    # HELP trustpack_endpoint_verified Whether a browser-like client accepts the server.
    # TYPE trustpack_endpoint_verified gauge
    trustpack_endpoint_verified{report="",source="example.org:443"} 1
    # HELP trustpack_endpoint_duration_seconds How long it took to get the certificates of the server.
    # TYPE trustpack_endpoint_duration_seconds gauge
    trustpack_endpoint_duration_seconds{report="",source="example.org:443"} 0.021
    # HELP trustpack_last_run_timestamp_seconds When the check looked, in seconds since 1970.
    # TYPE trustpack_last_run_timestamp_seconds gauge
    trustpack_last_run_timestamp_seconds 1767225600
    # HELP trustpack_series_left_out Certificates and subjects with more time left than those for which there was room.
    # TYPE trustpack_series_left_out gauge
    trustpack_series_left_out 0
    # HELP trustpack_certificates Certificates that were checked.
    # TYPE trustpack_certificates gauge
    trustpack_certificates 2
    # HELP trustpack_revocation_lists Revocation lists that were checked.
    # TYPE trustpack_revocation_lists gauge
    trustpack_revocation_lists 0
    # HELP trustpack_sources Files and servers that were to be checked.
    # TYPE trustpack_sources gauge
    trustpack_sources 2
    # HELP trustpack_sources_failed Files and servers that could not be looked at.
    # TYPE trustpack_sources_failed gauge
    trustpack_sources_failed 1
    # HELP trustpack_findings_critical Critical findings.
    # TYPE trustpack_findings_critical gauge
    trustpack_findings_critical 2
    # HELP trustpack_findings_warning Warnings.
    # TYPE trustpack_findings_warning gauge
    trustpack_findings_warning 0
    # HELP trustpack_findings_note Notes.
    # TYPE trustpack_findings_note gauge
    trustpack_findings_note 0
    labels 0: report="",source="example.org:443",name="1",role="end-entity",serial_number="427",fingerprint_sha256="1111111111111111111111111111111111111111111111111111111111111111",subject_C="",subject_ST="",subject_L="",subject_O="",subject_OU="",subject_CN="example.org",issuer_C="",issuer_ST="",issuer_L="",issuer_O="",issuer_OU="",issuer_CN="Example CA",filepath="",resource="",namespace="",object="",key=""
    labels 1: report="",source="example.org:443",name="2",role="intermediate",serial_number="427",fingerprint_sha256="2222222222222222222222222222222222222222222222222222222222222222",subject_C="",subject_ST="",subject_L="",subject_O="",subject_OU="",subject_CN="Example CA",issuer_C="",issuer_ST="",issuer_L="",issuer_O="",issuer_OU="",issuer_CN="Example CA",filepath="",resource="",namespace="",object="",key=""
    labels 2: report="",source="example.org:443",version="TLSv1.3",cipher="TLS_AES_128_GCM_SHA256"
    "#);
}

#[test]
fn a_revocation_list_has_the_series_of_one() {
    let mut report = sample::report();
    report.subjects.truncate(1);
    report.subjects[0].origin = Origin::File {
        path: "ca.crl".to_owned(),
    };
    report.subjects[0].certificates.truncate(1);
    report.subjects[0].certificates[0].role = Role::Crl;
    let x509 = text(&report, Metrics::X509);
    for series in [
        "x509_crl_next_update{",
        "x509_crl_this_update{",
        "x509_crl_stale{",
    ] {
        assert_eq!(x509.matches(series).count(), 1, "{x509}");
    }
    assert!(
        x509.contains("subject_CN=\"\"") && !x509.contains("x509_cert_"),
        "{x509}"
    );
    assert!(!text(&report, Metrics::SslExporter).contains("ssl_file_cert_not_after{"));
}

#[test]
fn blackbox() {
    insta::assert_snapshot!(text(&sample::report(), Metrics::Blackbox), @r#"
    # HELP probe_success Whether the server did what it was asked for; by default, whether a browser-like client accepts it.
    # TYPE probe_success gauge
    probe_success{target="gone.example:443"} 0
    probe_success{target="example.org:443"} 1
    # HELP probe_ssl_last_chain_info The certificate of the server.
    # TYPE probe_ssl_last_chain_info gauge
    probe_ssl_last_chain_info{fingerprint_sha256="1111111111111111111111111111111111111111111111111111111111111111",subject="CN=example.org",issuer="CN=Example CA",subjectalternative="example.org,www.example.org",serialnumber="01ab",target="example.org:443"} 1
    # HELP probe_tls_version_info The version of TLS that the server chose.
    # TYPE probe_tls_version_info gauge
    probe_tls_version_info{version="TLS 1.3",target="example.org:443"} 1
    # HELP probe_tls_cipher_info The cipher suite that the server chose.
    # TYPE probe_tls_cipher_info gauge
    probe_tls_cipher_info{cipher="TLS_AES_128_GCM_SHA256",target="example.org:443"} 1
    # HELP probe_duration_seconds How long it took to get the certificates of the server.
    # TYPE probe_duration_seconds gauge
    probe_duration_seconds{target="example.org:443"} 0.021
    # HELP probe_ip_protocol 4 or 6.
    # TYPE probe_ip_protocol gauge
    probe_ip_protocol{target="example.org:443"} 4
    # HELP probe_ssl_earliest_cert_expiry When the first of the certificates that the server sends ends, in seconds since 1970.
    # TYPE probe_ssl_earliest_cert_expiry gauge
    probe_ssl_earliest_cert_expiry{target="example.org:443"} 1767657600
    # HELP probe_ssl_last_chain_expiry_timestamp_seconds When the last of the verified chains ends, in seconds since 1970.
    # TYPE probe_ssl_last_chain_expiry_timestamp_seconds gauge
    probe_ssl_last_chain_expiry_timestamp_seconds{target="example.org:443"} 1767657600
    # HELP trustpack_last_run_timestamp_seconds When the check looked, in seconds since 1970.
    # TYPE trustpack_last_run_timestamp_seconds gauge
    trustpack_last_run_timestamp_seconds 1767225600
    # HELP trustpack_series_left_out Certificates and subjects with more time left than those for which there was room.
    # TYPE trustpack_series_left_out gauge
    trustpack_series_left_out 0
    "#);
}

#[test]
fn one_target_has_no_label() {
    let mut report = sample::report();
    report.subjects.truncate(1);
    let text = text(&report, Metrics::Blackbox);
    assert!(text.contains("\nprobe_success 1\n"), "{text}");
    assert!(!text.contains("target="), "{text}");
}

#[test]
fn ssl_exporter() {
    insta::assert_snapshot!(folded(&text(&places(), Metrics::SslExporter)), @r#"
    # HELP ssl_file_cert_not_after When a certificate in a file ends, in seconds since 1970.
    # TYPE ssl_file_cert_not_after gauge
    ssl_file_cert_not_after{labels 0} 1767312000
    # HELP ssl_file_cert_not_before When a certificate in a file begins, in seconds since 1970.
    # TYPE ssl_file_cert_not_before gauge
    ssl_file_cert_not_before{labels 0} 1759881600
    # HELP ssl_kubernetes_cert_not_after When a certificate in Kubernetes ends, in seconds since 1970.
    # TYPE ssl_kubernetes_cert_not_after gauge
    ssl_kubernetes_cert_not_after{labels 1} 1767312000
    # HELP ssl_kubernetes_cert_not_before When a certificate in Kubernetes begins, in seconds since 1970.
    # TYPE ssl_kubernetes_cert_not_before gauge
    ssl_kubernetes_cert_not_before{labels 1} 1759881600
    # HELP ssl_kubeconfig_cert_not_after When a certificate in a kubeconfig file ends, in seconds since 1970.
    # TYPE ssl_kubeconfig_cert_not_after gauge
    ssl_kubeconfig_cert_not_after{labels 2} 1767312000
    # HELP ssl_kubeconfig_cert_not_before When a certificate in a kubeconfig file begins, in seconds since 1970.
    # TYPE ssl_kubeconfig_cert_not_before gauge
    ssl_kubeconfig_cert_not_before{labels 2} 1759881600
    # HELP ssl_cert_not_after When a certificate that the server sends ends, in seconds since 1970.
    # TYPE ssl_cert_not_after gauge
    ssl_cert_not_after{labels 3} 1767657600
    ssl_cert_not_after{labels 4} 1844985600
    # HELP ssl_cert_not_before When a certificate that the server sends begins, in seconds since 1970.
    # TYPE ssl_cert_not_before gauge
    ssl_cert_not_before{labels 3} 1759881600
    ssl_cert_not_before{labels 4} 1759881600
    # HELP ssl_verified_cert_not_after When a certificate of a verified chain ends, in seconds since 1970.
    # TYPE ssl_verified_cert_not_after gauge
    ssl_verified_cert_not_after{labels 5} 1767657600
    ssl_verified_cert_not_after{labels 6} 1844985600
    # HELP ssl_verified_cert_not_before When a certificate of a verified chain begins, in seconds since 1970.
    # TYPE ssl_verified_cert_not_before gauge
    ssl_verified_cert_not_before{labels 5} 1759881600
    ssl_verified_cert_not_before{labels 6} 1759881600
    # HELP ssl_probe_success Whether the server answered.
    # TYPE ssl_probe_success gauge
    ssl_probe_success 1
    # HELP ssl_prober How the certificates were got.
    # TYPE ssl_prober gauge
    ssl_prober{prober="tcp"} 1
    # HELP ssl_tls_version_info The version of TLS that the server chose.
    # TYPE ssl_tls_version_info gauge
    ssl_tls_version_info{version="TLS 1.3"} 1
    # HELP trustpack_last_run_timestamp_seconds When the check looked, in seconds since 1970.
    # TYPE trustpack_last_run_timestamp_seconds gauge
    trustpack_last_run_timestamp_seconds 1767225600
    # HELP trustpack_series_left_out Certificates and subjects with more time left than those for which there was room.
    # TYPE trustpack_series_left_out gauge
    trustpack_series_left_out 0
    labels 0: file="/srv/a.pem",serial_no="427",issuer_cn="Example CA",cn="a.example",dnsnames=",a.example,www.a.example,",ips="",emails="",ou=""
    labels 1: namespace="prod",secret="tls",key="tls.crt",serial_no="427",issuer_cn="Example CA",cn="a.example",dnsnames=",a.example,www.a.example,",ips="",emails="",ou=""
    labels 2: kubeconfig="admin.conf",name="tls",type="user",serial_no="427",issuer_cn="Example CA",cn="a.example",dnsnames=",a.example,www.a.example,",ips="",emails="",ou=""
    labels 3: serial_no="427",issuer_cn="Example CA",cn="example.org",dnsnames=",example.org,www.example.org,",ips="",emails="",ou=""
    labels 4: serial_no="427",issuer_cn="Example CA",cn="Example CA",dnsnames="",ips="",emails="",ou=""
    labels 5: chain_no="0",serial_no="427",issuer_cn="Example CA",cn="example.org",dnsnames=",example.org,www.example.org,",ips="",emails="",ou=""
    labels 6: chain_no="0",serial_no="427",issuer_cn="Example CA",cn="Example CA",dnsnames="",ips="",emails="",ou=""
    "#);
}

#[test]
fn x509() {
    insta::assert_snapshot!(folded(&text(&places(), Metrics::X509)), @r#"
    # HELP x509_cert_not_after The last second of validity, in seconds since 1970.
    # TYPE x509_cert_not_after gauge
    x509_cert_not_after{labels 0} 1767312000
    x509_cert_not_after{labels 1} 1767312000
    x509_cert_not_after{labels 2} 1767312000
    x509_cert_not_after{labels 3} 1767657600
    x509_cert_not_after{labels 4} 1844985600
    # HELP x509_cert_not_before The first second of validity, in seconds since 1970.
    # TYPE x509_cert_not_before gauge
    x509_cert_not_before{labels 0} 1759881600
    x509_cert_not_before{labels 1} 1759881600
    x509_cert_not_before{labels 2} 1759881600
    x509_cert_not_before{labels 3} 1759881600
    x509_cert_not_before{labels 4} 1759881600
    # HELP x509_cert_expired Whether the last second of validity is over.
    # TYPE x509_cert_expired gauge
    x509_cert_expired{labels 0} 0
    x509_cert_expired{labels 1} 0
    x509_cert_expired{labels 2} 0
    x509_cert_expired{labels 3} 0
    x509_cert_expired{labels 4} 0
    # HELP x509_source_up Whether it could be read.
    # TYPE x509_source_up gauge
    x509_source_up{source_kind="file",source_name="/srv/a.pem"} 1
    x509_source_up{source_kind="kube-secret",source_name="list: Secret prod/tls"} 1
    x509_source_up{source_kind="kubeconfig",source_name="admin.conf"} 1
    # HELP trustpack_last_run_timestamp_seconds When the check looked, in seconds since 1970.
    # TYPE trustpack_last_run_timestamp_seconds gauge
    trustpack_last_run_timestamp_seconds 1767225600
    # HELP trustpack_series_left_out Certificates and subjects with more time left than those for which there was room.
    # TYPE trustpack_series_left_out gauge
    trustpack_series_left_out 0
    labels 0: serial_number="427",subject_C="",subject_ST="",subject_L="",subject_O="",subject_OU="",subject_CN="a.example",issuer_C="",issuer_ST="",issuer_L="",issuer_O="",issuer_OU="",issuer_CN="Example CA",filename="a.pem",filepath="/srv/a.pem",embedded_kind="",embedded_key="",secret_namespace="",secret_name="",secret_key="",configmap_namespace="",configmap_name="",configmap_key="",cabundle_resource_kind="",cabundle_resource_name="",cabundle_entry=""
    labels 1: serial_number="427",subject_C="",subject_ST="",subject_L="",subject_O="",subject_OU="",subject_CN="a.example",issuer_C="",issuer_ST="",issuer_L="",issuer_O="",issuer_OU="",issuer_CN="Example CA",filename="",filepath="",embedded_kind="",embedded_key="",secret_namespace="prod",secret_name="tls",secret_key="tls.crt",configmap_namespace="",configmap_name="",configmap_key="",cabundle_resource_kind="",cabundle_resource_name="",cabundle_entry=""
    labels 2: serial_number="427",subject_C="",subject_ST="",subject_L="",subject_O="",subject_OU="",subject_CN="a.example",issuer_C="",issuer_ST="",issuer_L="",issuer_O="",issuer_OU="",issuer_CN="Example CA",filename="admin.conf",filepath="admin.conf",embedded_kind="user",embedded_key="client-certificate-data",secret_namespace="",secret_name="",secret_key="",configmap_namespace="",configmap_name="",configmap_key="",cabundle_resource_kind="",cabundle_resource_name="",cabundle_entry=""
    labels 3: serial_number="427",subject_C="",subject_ST="",subject_L="",subject_O="",subject_OU="",subject_CN="example.org",issuer_C="",issuer_ST="",issuer_L="",issuer_O="",issuer_OU="",issuer_CN="Example CA",filename="",filepath="",embedded_kind="",embedded_key="",secret_namespace="",secret_name="",secret_key="",configmap_namespace="",configmap_name="",configmap_key="",cabundle_resource_kind="",cabundle_resource_name="",cabundle_entry=""
    labels 4: serial_number="427",subject_C="",subject_ST="",subject_L="",subject_O="",subject_OU="",subject_CN="Example CA",issuer_C="",issuer_ST="",issuer_L="",issuer_O="",issuer_OU="",issuer_CN="Example CA",filename="",filepath="",embedded_kind="",embedded_key="",secret_namespace="",secret_name="",secret_key="",configmap_namespace="",configmap_name="",configmap_key="",cabundle_resource_kind="",cabundle_resource_name="",cabundle_entry=""
    "#);
}

#[test]
fn nothing_verified_means_no_series_and_no_sentinel() {
    let mut report = sample::report();
    let connection = report.subjects[0].connection.as_mut().unwrap();
    connection.verified_chains.clear();
    connection.protocol = None;
    let text = text(&report, Metrics::Blackbox);
    assert!(!text.contains("last_chain_expiry") && !text.contains("version_info"));
    assert!(text.contains("probe_success{target=\"example.org:443\"} 0"));
    assert!(text.contains("probe_ssl_earliest_cert_expiry{target=\"example.org:443\"} "));
}

/// A certificate in each kind of place, and a server.
fn places() -> Report {
    let object = |resource: &str, key: &str| Origin::Kubernetes {
        resource: resource.to_owned(),
        namespace: "prod".to_owned(),
        name: "tls".to_owned(),
        key: key.to_owned(),
    };
    let mut report = sample::report();
    report.subjects.truncate(1);
    for (subject, origin) in [
        (
            "/srv/a.pem",
            Origin::File {
                path: "/srv/a.pem".to_owned(),
            },
        ),
        ("list: Secret prod/tls", object("Secret", "tls.crt")),
        (
            "admin.conf",
            object("Config", "users.admin.client-certificate-data"),
        ),
    ] {
        report.subjects.push(SubjectReport {
            subject: subject.to_owned(),
            origin,
            certificates: vec![sample::line(
                "1",
                "a.example",
                Role::EndEntity,
                86_400,
                None,
            )],
            ..SubjectReport::default()
        });
    }
    report
}

#[test]
fn no_series_stands_twice() {
    let mut report = sample::report();
    report.subjects.truncate(1);
    let twice = report.subjects[0].certificates[0].clone();
    let mut other = twice.clone();
    other.fingerprint = "f".repeat(64);
    report.subjects[0].origin = Origin::Other;
    report.subjects[0].certificates = vec![twice.clone(), twice, other];
    for metrics in [Metrics::Native, Metrics::SslExporter, Metrics::X509] {
        let text = text(&report, metrics);
        let mut names: Vec<&str> = text
            .lines()
            .filter_map(|line| Some(line.rsplit_once(' ')?.0))
            .collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all, "{text}");
    }
    assert!(text(&report, Metrics::X509).contains(",discriminator=\"ffffffff\"} "));
}

#[test]
fn success_is_what_the_server_was_asked_for() {
    use crate::report::Wanted;
    let success = |wanted, has_chain: bool, is_accepted: bool| {
        let mut report = sample::report();
        let server = report.subjects.first_mut().unwrap();
        server.failed = false;
        let connection = server.connection.as_mut().unwrap();
        connection.wanted = wanted;
        if !has_chain {
            connection.presented.clear();
        }
        if !is_accepted {
            connection.verified_chains.clear();
        }
        report.subjects.truncate(1);
        text(&report, Metrics::Blackbox).contains("\nprobe_success 1\n")
    };
    assert!(success(Wanted::Accepted, true, true));
    assert!(!success(Wanted::Accepted, true, false));
    assert!(success(Wanted::Presented, true, false));
    assert!(!success(Wanted::Presented, false, false));
    assert!(success(Wanted::Connected, false, false));
}
