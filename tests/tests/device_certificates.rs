//! Client certificates at the HTTP door: whom they name, and which are not believed; curl shows them as devices do.
//!
//! Needs `BORDERGATE_BIN` (the built program) and curl; without one of them each test says that it is skipped.

mod command;
mod curl;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::ensure;
use bordergate_tests::{Place, Running, program_or_skip, until};
use curl::{Answer, alert};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer,
    ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams,
    SanType, SerialNumber, date_time_ymd,
};

const CAMERA: &str = "urn:bordergate:source:hn-cam-in-1";
const RECORDER: &str = "urn:bordergate:recorder:nvr-1";
const ADDRESS: &str = "a4:14:37:e5:c2:b0";
const PATIENCE: Duration = Duration::from_secs(30);
/// Number of the certificate that is revoked.
const REVOKED: u64 = 7;

#[tokio::test]
async fn a_certificate_names_its_source_and_opens_no_other() -> anyhow::Result<()> {
    let Some(scene) = Scene::open().await? else {
        return Ok(());
    };
    let camera = scene.shown("camera", &[CAMERA], |_| {})?;
    for path in [
        "/v1/devices",
        "/v1/devices/hn-cam-in-1",
        "/v1/records/hn-cam-in-1",
    ] {
        let answer = scene.post(path, &camera)?;
        ensure!(matches!(answer.status, 200 | 202), "{path}: {answer:?}");
    }
    scene
        .post("/v1/devices/hn-cam-in-2", &camera)?
        .refuses(403, "source.not_yours")?;
    scene
        .post("/v1/admin/sources/hn-cam-in-1/disable", &camera)?
        .refuses(403, "access.forbidden")?;
    // Names of others do not matter; two of ours, or one that we do not know, do.
    let also = scene.shown("also", &["spiffe://elsewhere/camera", CAMERA], |_| {})?;
    ensure!(scene.post("/v1/devices", &also)?.status == 200);
    for (name, uris) in [
        ("two", &[CAMERA, RECORDER][..]),
        ("person", &["urn:bordergate:administrator:someone"]),
    ] {
        let unclear = scene.shown(name, uris, |_| {})?;
        scene
            .post("/v1/devices", &unclear)?
            .refuses(403, "access.certificate")?;
    }
    Ok(())
}

#[tokio::test]
async fn a_recorders_certificate_sends_for_its_cameras_only() -> anyhow::Result<()> {
    let Some(scene) = Scene::open().await? else {
        return Ok(());
    };
    let recorder = scene.shown("recorder", &[RECORDER], |_| {})?;
    let answer = scene.post("/v1/devices", &recorder)?;
    ensure!(!answer.record_id()?.is_empty(), "{answer:?}");
    scene
        .post("/v1/devices/hn-cam-in-1", &recorder)?
        .refuses(403, "source.not_yours")?;
    Ok(())
}

#[tokio::test]
async fn what_no_authority_vouches_for_ends_in_the_handshake() -> anyhow::Result<()> {
    let Some(scene) = Scene::open().await? else {
        return Ok(());
    };
    let strangers = authority("strangers")?;
    let stranger = scene.signed("stranger", &[CAMERA], &strangers, |_| {})?;
    let expired = scene.shown("expired", &[CAMERA], |it| {
        it.not_after = date_time_ymd(2020, 1, 1)
    })?;
    let early = scene.shown("early", &[CAMERA], |it| {
        it.not_before = date_time_ymd(2999, 1, 1)
    })?;
    let server = scene.shown("server", &[CAMERA], |it| {
        it.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    })?;
    let revoked = scene.shown("revoked", &[CAMERA], |it| {
        it.serial_number = Some(SerialNumber::from(REVOKED));
    })?;
    for shown in [stranger, expired, early, server, revoked] {
        // Depending on who is faster, curl hears of it by an alert or by a broken connection; never by an answer.
        let answer = scene.post("/v1/devices", &shown);
        ensure!(answer.is_err(), "{shown:?}: {answer:?}");
    }
    let believed = scene.shown("believed", &[CAMERA], |_| {})?;
    scene.post("/v1/devices", &believed)?.record_id()?;
    Ok(())
}

#[tokio::test]
async fn without_a_certificate_there_are_tokens_and_passwords_and_two_must_agree()
-> anyhow::Result<()> {
    let Some(scene) = Scene::open().await? else {
        return Ok(());
    };
    scene
        .post("/v1/devices", &[])?
        .refuses(401, "access.unauthenticated")?;
    let bearer = |token: &str| {
        [
            "--header".to_owned(),
            format!("Authorization: Bearer {token}"),
        ]
    };
    let own = bearer(&scene.token);
    scene.post("/v1/devices", &own)?.record_id()?;
    let user = ["--user", &format!("hn-cam-in-1:{}", scene.password)].map(str::to_owned);
    let digest = [&["--digest".to_owned()], &user[..]].concat();
    scene.post("/v1/devices", &digest)?.record_id()?;
    let basic = [&["--basic".to_owned()], &user[..]].concat();
    scene.post("/v1/devices", &basic)?.record_id()?;
    for (name, uri, code) in [
        ("own", CAMERA, None),
        (
            "other",
            "urn:bordergate:source:hn-cam-in-2",
            Some("access.conflict"),
        ),
    ] {
        let shown = scene.shown(name, &[uri], |_| {})?;
        for also in [&basic[..], &own] {
            let both = scene.post("/v1/devices", &[&shown[..], also].concat())?;
            match code {
                None => ensure!(!both.record_id()?.is_empty()),
                Some(code) => both.refuses(403, code)?,
            }
        }
    }
    let nameless = scene.shown("nameless", &["https://elsewhere.example/"], |_| {})?;
    scene
        .post("/v1/devices", &nameless)?
        .refuses(401, "access.unauthenticated")?;
    scene
        .post("/v1/devices", &[&nameless[..], &own].concat())?
        .record_id()?;
    Ok(())
}

type Authority = CertifiedIssuer<'static, KeyPair>;

/// A hub over TLS that believes the certificates of one authority.
struct Scene {
    place: Place,
    authority: Authority,
    token: String,
    password: String,
    _hub: Running,
    _files: tempfile::TempDir,
}

impl Scene {
    async fn open() -> anyhow::Result<Option<Self>> {
        let Some(program) =
            program_or_skip().filter(|_| command::has_or_skip("curl", &["--version"]))
        else {
            return Ok(None);
        };
        let files = tempfile::tempdir()?;
        let file = |name: &str| files.path().join(name).display().to_string();
        let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()])?;
        let authority = authority("devices")?;
        std::fs::write(file("hub.pem"), own.cert.pem())?;
        std::fs::write(file("hub.key"), own.signing_key.serialize_pem())?;
        std::fs::write(file("ca.pem"), authority.pem())?;
        std::fs::write(file("crl.pem"), revoked(&authority)?)?;
        let variable = |key: &str, name: &str| (format!("BORDERGATE__HTTP__{key}"), file(name));
        let mut environment = vec![
            variable("TLS_CERTIFICATE", "hub.pem"),
            variable("TLS_KEY", "hub.key"),
            variable("TLS_CLIENT_CA", "ca.pem"),
            variable("TLS_CLIENT_CRL", "crl.pem"),
        ];
        environment.push((
            "BORDERGATE__ACCESS__TOKENS_ON_LOOPBACK".to_owned(),
            "true".to_owned(),
        ));
        let place = Place::new(&program, &environment)?;
        place.command(&["check-config"]).await?;
        place.seed("seeds/reference").await?;
        let camera = [
            "--format",
            "hikvision-anpr",
            "--gate",
            "huu-nghi",
            "--device-serial",
            ADDRESS,
        ];
        let camera = [
            &["sources", "add", "nvr-cam", "--recorder", "nvr-1"],
            &camera[..],
        ]
        .concat();
        place.command(&camera).await?;
        let token = place.said(&["tokens", "add", "source", "hn-cam-in-1"])?;
        let password = place.said(&["logins", "add", "source", "hn-cam-in-1"])?;
        let _hub = place.start("serve", &["serve"])?;
        std::fs::copy(file("hub.pem"), place.folder().join("hub.pem"))?;
        let scene = Self {
            place,
            authority,
            token,
            password,
            _hub,
            _files: files,
        };
        until("the hub answers", PATIENCE, async || {
            Ok(scene.post("/healthz", &[]).is_ok())
        })
        .await?;
        Ok(Some(scene))
    }

    /// Makes a certificate for a device and returns the words by which curl shows it.
    fn shown(
        &self,
        name: &str,
        uris: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> anyhow::Result<Vec<String>> {
        self.signed(name, uris, &self.authority, change)
    }

    fn signed(
        &self,
        name: &str,
        uris: &[&str],
        authority: &Authority,
        change: impl FnOnce(&mut CertificateParams),
    ) -> anyhow::Result<Vec<String>> {
        let mut wanted = CertificateParams::new(Vec::new())?;
        for uri in uris {
            wanted
                .subject_alt_names
                .push(SanType::URI((*uri).try_into()?));
        }
        wanted.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        change(&mut wanted);
        let key = KeyPair::generate()?;
        let certificate = wanted.signed_by(&key, authority)?;
        let file = |end: &str| self.place.folder().join(format!("{name}.{end}"));
        let (pem, secret): (PathBuf, PathBuf) = (file("pem"), file("key"));
        std::fs::write(&pem, certificate.pem())?;
        std::fs::write(&secret, key.serialize_pem())?;
        let words = [
            "--cert",
            &pem.display().to_string(),
            "--key",
            &secret.display().to_string(),
        ];
        Ok(words.map(str::to_owned).to_vec())
    }

    fn post(&self, path: &str, more: &[String]) -> anyhow::Result<Answer> {
        let url = format!("https://{}{path}", self.place.http());
        let ca = self.place.folder().join("hub.pem").display().to_string();
        let mut words = vec!["--cacert", &ca, "--header", "Content-Type: application/xml"];
        words.extend(more.iter().map(String::as_str));
        let body = alert(ADDRESS, "29C-123.45", "2026-11-12T08:15:00+07:00");
        curl::post(&self.place, &url, body.as_bytes(), &words)
    }
}

fn authority(name: &str) -> anyhow::Result<Authority> {
    let mut wanted = CertificateParams::new(Vec::new())?;
    wanted
        .distinguished_name
        .push(rcgen::DnType::CommonName, name);
    wanted.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    wanted.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(CertifiedIssuer::self_signed(wanted, KeyPair::generate()?)?)
}

/// Returns the authority's list of revoked certificates, as PEM.
fn revoked(authority: &Authority) -> anyhow::Result<String> {
    let list = CertificateRevocationListParams {
        this_update: date_time_ymd(2026, 1, 1),
        next_update: date_time_ymd(2096, 1, 1),
        crl_number: SerialNumber::from(1),
        issuing_distribution_point: None,
        revoked_certs: vec![RevokedCertParams {
            serial_number: SerialNumber::from(REVOKED),
            revocation_time: date_time_ymd(2026, 1, 1),
            reason_code: None,
            invalidity_date: None,
        }],
        key_identifier_method: KeyIdMethod::Sha256,
    };
    Ok(list.signed_by(authority)?.pem()?)
}
