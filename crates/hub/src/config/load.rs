//! Where settings come from: file, then environment, then flags; the later one wins.

use std::path::Path;

use anyhow::{Context, bail};
use config::{Config, Environment, File, FileFormat};

use super::Settings;

/// Reads the settings.
///
/// `file` is a TOML file that must exist when named. Environment variables are
/// `BORDERGATE__SECTION__KEY`. `overrides` are `section.key` and value, from flags.
///
/// # Errors
/// When the file cannot be read, a key is unknown or a value does not fit; names the key and the file.
pub fn load(file: Option<&Path>, overrides: &[(String, String)]) -> anyhow::Result<Settings> {
    let mut builder = Config::builder();
    if let Some(file) = file {
        if !file.is_file() {
            bail!("configuration file {} does not exist", file.display());
        }
        builder = builder.add_source(File::from(file).format(FileFormat::Toml));
    }
    builder = builder.add_source(
        Environment::with_prefix("BORDERGATE")
            .prefix_separator("__")
            .separator("__")
            .try_parsing(true),
    );
    for (key, value) in overrides {
        builder = builder
            .set_override(key, value.as_str())
            .with_context(|| format!("flag for {key}"))?;
    }
    let merged = builder.build().context("cannot read the configuration")?;
    merged
        .try_deserialize()
        .context("the configuration has an unknown key or a value that does not fit")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::config::keys;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::Builder::new()
            .suffix(".toml")
            .tempfile()
            .expect("a temporary file");
        file.write_all(text.as_bytes()).expect("written");
        file
    }

    #[test]
    fn a_flag_beats_the_file() {
        let file = file("[http]\naddress = \"127.0.0.1:9000\"\n");
        let from_file = load(Some(file.path()), &[]).expect("loads");
        assert_eq!(from_file.http.address.port(), 9000);
        let flags = [("http.address".to_owned(), "127.0.0.1:9001".to_owned())];
        assert_eq!(
            load(Some(file.path()), &flags)
                .expect("loads")
                .http
                .address
                .port(),
            9001
        );
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let file = file("[http]\nadress = \"127.0.0.1:9000\"\n");
        let error = load(Some(file.path()), &[]).expect_err("a typing error");
        assert!(format!("{error:#}").contains("adress"), "{error:#}");
    }

    #[test]
    fn kafka_is_spoken_to_in_the_same_words_whosever_it_is() {
        let words = "security_protocol = \"ssl\"\nca_file = \"ca.pem\"\nusername = \"hub\"\n";
        let section = format!("brokers = \"b:9092\"\n{words}");
        let both = file(&format!("[kafka]\n{section}[[bridge]]\n{section}"));
        let settings = load(Some(both.path()), &[]).expect("loads");
        let (own, foreign) = (&settings.kafka.security, &settings.bridge[0].security);
        assert_eq!(own, foreign);
        assert_eq!(own.security_protocol, "ssl");
        assert_eq!(own.ca_file.as_deref(), Some(Path::new("ca.pem")));
        assert_eq!(settings.kafka.brokers.as_deref(), Some("b:9092"));
        for section in ["[kafka]", "[[bridge]]"] {
            let wrong = file(&format!("{section}\nsecurity_protocoll = \"ssl\"\n"));
            let error = load(Some(wrong.path()), &[]).expect_err("a typing error");
            assert!(
                format!("{error:#}").contains("security_protocoll"),
                "{error:#}"
            );
        }
        let names: Vec<String> = keys().into_iter().map(|key| key.name).collect();
        for name in ["kafka.ca_file", "[bridge].ca_file", "[bridge.topics].topic"] {
            assert!(names.iter().any(|known| known == name), "{name}");
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = load(Some(Path::new("no-such-file.toml")), &[]).expect_err("missing");
        assert!(format!("{error:#}").contains("no-such-file.toml"));
    }
}
