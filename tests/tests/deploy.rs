//! The files of `deploy/` hold together: with each other, with the program, and as a set-up that starts.
//!
//! Needs `BORDERGATE_BIN` (the built program) where the program is asked; those tests say that they are skipped without.
//! Whether the images build and run is for a machine with a container engine.

mod deploy_files;

use std::collections::BTreeSet;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};
use bordergate_tests::{Place, of_repository, program_or_skip, said, until};
use reqwest::{Certificate, StatusCode};
use tempfile::TempDir;

use deploy_files::{compose, dockerfile, hub_toml, instruction, stage_bases, stage_names};

/// Where the containers find the configuration.
const CONFIG_PATH: &str = "/etc/bordergate/hub.toml";
/// Longest wait for a hub to be ready.
const PATIENCE: Duration = Duration::from_secs(60);
/// Where the containers find their secrets.
const SECRETS: &str = "/run/secrets/";

#[test]
fn every_image_is_pinned_to_a_tag_that_stays() -> anyhow::Result<()> {
    let stages: BTreeSet<String> = stage_names(&dockerfile()?);
    let bases = stage_bases(&dockerfile()?);
    let bases = bases.into_iter().filter(|base| !stages.contains(base));
    let services = compose()?.services;
    let images = services.into_values().map(|service| service.image);
    for image in images.chain(bases) {
        let (_, tag) = image
            .rsplit_once(':')
            .with_context(|| format!("{image} has no tag"))?;
        assert!(tag != "latest", "{image} changes under its name");
    }
    Ok(())
}

#[test]
fn the_hub_runs_without_privileges_on_a_file_system_it_cannot_change() -> anyhow::Result<()> {
    let compose = compose()?;
    let hub = &compose.services["hub"];
    assert!(hub.read_only, "read_only");
    assert_eq!(hub.cap_drop, ["ALL"]);
    assert_eq!(hub.security_opt, ["no-new-privileges:true"]);
    Ok(())
}

#[test]
fn the_hub_is_given_its_configuration_and_the_secrets_it_names() -> anyhow::Result<()> {
    let (compose, settings) = (compose()?, hub_toml()?);
    let mount = format!("./hub.toml:{CONFIG_PATH}:ro");
    for name in ["hub", "prepare"] {
        let volumes = &compose.services[name].volumes;
        assert!(volumes.contains(&mount), "{name} mounts {volumes:?}");
    }
    let start = instruction(&dockerfile()?, "CMD")?;
    assert_eq!(
        serde_json::from_str::<Vec<String>>(&start)?,
        ["serve", "--config", CONFIG_PATH]
    );
    let named: BTreeSet<String> = values(&settings)
        .filter_map(|value| Some(value.as_str()?.strip_prefix(SECRETS)?.to_owned()))
        .collect();
    let given: BTreeSet<String> = compose.services["hub"].secrets.iter().cloned().collect();
    assert_eq!(given, named);
    Ok(())
}

#[test]
fn the_hub_publishes_its_two_doors() -> anyhow::Result<()> {
    let (compose, settings) = (compose()?, hub_toml()?);
    let mut ports = Vec::new();
    for door in ["http", "grpc"] {
        let address = settings[door]["address"].as_str().context(door)?;
        let (_, port) = address.rsplit_once(':').context("an address has a port")?;
        ports.push(port.to_owned());
    }
    let published: Vec<String> = ports.iter().map(|port| format!("{port}:{port}")).collect();
    assert_eq!(compose.services["hub"].ports, published);
    assert_eq!(instruction(&dockerfile()?, "EXPOSE")?, ports.join(" "));
    for (name, service) in &compose.services {
        assert!(
            name == "hub" || service.ports.is_empty(),
            "{name} is reachable from outside"
        );
    }
    Ok(())
}

#[test]
fn what_services_use_is_declared() -> anyhow::Result<()> {
    let compose = compose()?;
    for (name, service) in &compose.services {
        for secret in &service.secrets {
            assert!(compose.secrets.contains_key(secret), "{name}: {secret}");
        }
        for network in &service.networks {
            assert!(compose.networks.contains_key(network), "{name}: {network}");
        }
        for volume in &service.volumes {
            let source = volume.split(':').next().unwrap_or_default();
            assert!(
                source.starts_with('.') || compose.volumes.contains_key(source),
                "{name}: {volume}"
            );
        }
        for path in service.environment.values() {
            if let Some(secret) = path.strip_prefix(SECRETS) {
                let given = service.secrets.iter().any(|given| given == secret);
                assert!(given, "{name} reads {secret}");
            }
        }
    }
    Ok(())
}

#[test]
fn a_service_waits_for_what_can_come_about() -> anyhow::Result<()> {
    let services = compose()?.services;
    for (name, service) in &services {
        for (target, dependency) in &service.depends_on {
            let awaited = services
                .get(target)
                .with_context(|| format!("{name} waits for {target}"))?;
            let can_come = match dependency.condition.as_str() {
                "service_healthy" => awaited.healthcheck.is_some(),
                "service_completed_successfully" => awaited.restart.is_none(),
                "service_started" => true,
                _ => false,
            };
            assert!(can_come, "{name}: {target} {}", dependency.condition);
        }
    }
    Ok(())
}

#[test]
fn the_hub_finds_kafka_and_the_database_under_their_names() -> anyhow::Result<()> {
    let (compose, settings) = (compose()?, hub_toml()?);
    let brokers = settings["kafka"]["brokers"].as_str().context("brokers")?;
    let advertised = &compose.services["kafka"].environment["KAFKA_ADVERTISED_LISTENERS"];
    assert_eq!(advertised, &format!("PLAINTEXT://{brokers}"));
    let postgres = &compose.services["postgres"].environment;
    let (user, database) = (&postgres["POSTGRES_USER"], &postgres["POSTGRES_DB"]);
    let url = settings["database"]["url"].as_str().context("url")?;
    assert_eq!(url, format!("postgres://{user}@postgres/{database}"));
    Ok(())
}

#[test]
fn the_image_is_the_program_alone_and_not_run_by_root() -> anyhow::Result<()> {
    let steps = dockerfile()?;
    assert!(stage_bases(&steps).len() > 1, "more than one stage");
    let user = instruction(&steps, "USER")?;
    assert!(!matches!(user.as_str(), "0" | "root"), "runs as {user}");
    assert_eq!(instruction(&steps, "ENTRYPOINT")?, r#"["bordergate"]"#);
    let build = steps
        .iter()
        .find(|(word, rest)| word == "RUN" && rest.contains("cargo build"));
    let (_, build) = build.context("no cargo build")?;
    for flag in ["--locked", "--release", "--features kafka-tls"] {
        assert!(build.contains(flag), "{flag} is not in {build:?}");
    }
    let copied = |target: &str| {
        let mut steps = steps.iter();
        steps.any(|(word, rest)| word == "COPY" && rest.ends_with(target))
    };
    assert!(copied(" /usr/local/bin/bordergate"));
    Ok(())
}

#[test]
fn the_image_is_built_with_the_compiler_that_the_workspace_names() -> anyhow::Result<()> {
    let text = std::fs::read_to_string(of_repository("Cargo.toml"))?;
    let manifest: toml::Table = toml::from_str(&text)?;
    let version = manifest["workspace"]["package"]["rust-version"]
        .as_str()
        .context("rust-version")?;
    let bases = stage_bases(&dockerfile()?);
    assert!(
        bases[0].starts_with(&format!("rust:{version}-")),
        "{} is not Rust {version}",
        bases[0]
    );
    Ok(())
}

#[test]
fn secrets_stay_out_of_the_image_and_of_the_repository() -> anyhow::Result<()> {
    for (file, folders) in [
        (".dockerignore", ["deploy/secrets", "deploy/certs"]),
        ("deploy/.gitignore", ["secrets", "certs"]),
    ] {
        let text = std::fs::read_to_string(of_repository(file))?;
        for folder in folders {
            let ignored = text
                .lines()
                .any(|line| line.trim().trim_matches('/') == folder);
            assert!(ignored, "{file} does not name {folder}");
        }
    }
    Ok(())
}

#[test]
fn every_key_of_the_configuration_is_documented_by_the_program() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let mut asked = Command::new(program);
    let documented = documented_keys(&said(asked.args(["check-config", "--keys"]).output()?)?);
    // Also the keys that the file only offers, in a comment.
    let offered = std::fs::read_to_string(of_repository("deploy/hub.toml"))?;
    for key in documented_keys(&offered) {
        assert!(documented.contains(&key), "{key} is not known");
    }
    Ok(())
}

#[test]
fn the_configuration_passes_its_check() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let mut settings = hub_toml()?;
    // With brokers named the check would ask them.
    settings.remove("kafka").context("a section for Kafka")?;
    let copy = Copy::of(settings)?;
    let mut check = Command::new(program);
    let answer = said(
        check
            .args(["check-config", "--config", &copy.path])
            .output()?,
    )?;
    assert_eq!(answer, "the configuration is fine");
    Ok(())
}

#[test]
fn the_check_opens_every_file_that_the_configuration_names() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let mut settings = hub_toml()?;
    settings.remove("kafka").context("a section for Kafka")?;
    let copy = Copy::of(settings)?;
    for (file, key) in [
        ("hub.key", "http.tls_certificate"),
        ("password", "database.password_file"),
    ] {
        let path = copy.folder.path().join(file);
        let kept = std::fs::read(&path)?;
        std::fs::write(&path, "")?;
        let mut check = Command::new(&program);
        let ended = check
            .args(["check-config", "--config", &copy.path])
            .output()?;
        let words = String::from_utf8_lossy(&ended.stdout).into_owned();
        assert_eq!(ended.status.code(), Some(1), "{words}");
        for named in [key, file] {
            assert!(words.contains(named), "{named} is not in: {words}");
        }
        std::fs::write(&path, kept)?;
    }
    Ok(())
}

#[tokio::test]
async fn the_doors_speak_tls_and_ask_for_a_token_on_loopback_too() -> anyhow::Result<()> {
    let Some(program) = program_or_skip() else {
        return Ok(());
    };
    let mut settings = hub_toml()?;
    for section in ["kafka", "database"] {
        settings.remove(section).context(section)?;
    }
    let copy = Copy::of(settings)?;
    let place = Place::new(&program, &[])?;
    let client = reqwest::Client::builder()
        .tls_certs_only([Certificate::from_pem(copy.certificate_pem.as_bytes())?])
        .build()?;
    let tables = of_repository("seeds/reference").display().to_string();
    place
        .command(&["seed", &tables, "--config", &copy.path])
        .await?;
    let mut hub = place.start("serve", &["serve", "--config", &copy.path])?;
    let ready = format!("https://{}/readyz", place.http());
    until("the hub is ready", PATIENCE, async || {
        ensure!(hub.is_running()?, "{}", hub.output());
        let answer = client.get(&ready).send().await;
        Ok(answer.is_ok_and(|answer| answer.status().is_success()))
    })
    .await?;
    let gates = format!("https://{}/v1/gates", place.http());
    let response = client.get(&gates).send().await?;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let plain = client
        .get(format!("http://{}/healthz", place.http()))
        .send();
    assert!(plain.await.is_err(), "answers without TLS");

    let mut partner =
        bordergate_exchange::client::Settings::new(format!("https://{}", place.grpc()));
    partner.authority_pem = Some(copy.certificate_pem.into_bytes());
    let partner = bordergate_exchange::client::Client::new(partner)?;
    let refusal = partner.pull(&Default::default()).await.err();
    let refusal = refusal.context("the feed is told without a token")?;
    assert_eq!(refusal.code(), tonic::Code::Unauthenticated, "{refusal:?}");
    Ok(())
}

/// A copy of the configuration whose certificate and key exist.
struct Copy {
    path: String,
    certificate_pem: String,
    folder: TempDir,
}

impl Copy {
    fn of(mut settings: toml::Table) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let at = |name: &str| folder.path().join(name).display().to_string();
        let made = rcgen::generate_simple_self_signed(["localhost".into(), "127.0.0.1".into()])?;
        let certificate_pem = made.cert.pem();
        std::fs::write(at("hub.pem"), &certificate_pem)?;
        std::fs::write(at("hub.key"), made.signing_key.serialize_pem())?;
        for door in ["http", "grpc"] {
            let door = settings.get_mut(door).and_then(toml::Value::as_table_mut);
            let door = door.context("a section per door")?;
            door.insert("tls_certificate".to_owned(), at("hub.pem").into());
            door.insert("tls_key".to_owned(), at("hub.key").into());
        }
        if let Some(database) = settings
            .get_mut("database")
            .and_then(toml::Value::as_table_mut)
        {
            std::fs::write(at("password"), "of a test")?;
            std::fs::set_permissions(at("password"), Permissions::from_mode(0o600))?;
            database.insert("password_file".to_owned(), at("password").into());
        }
        std::fs::write(at("hub.toml"), toml::to_string(&settings)?)?;
        Ok(Self {
            path: at("hub.toml"),
            certificate_pem,
            folder,
        })
    }
}

/// Returns the value of every key of every section.
fn values(settings: &toml::Table) -> impl Iterator<Item = &toml::Value> {
    let sections = settings.values().filter_map(toml::Value::as_table);
    sections.flat_map(toml::Table::values)
}

/// Returns the dotted name of every key that a configuration sets, or shows in a comment.
fn documented_keys(text: &str) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let mut section = "";
    for line in text.lines() {
        let line = line.trim_start_matches("# ");
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']');
        } else if let Some((name, _)) = line.split_once(" =")
            && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        {
            keys.insert(format!("{section}.{name}"));
        }
    }
    keys
}
