use std::collections::BTreeMap;
use std::fmt;

use rdkafka::ClientConfig;
use rdkafka::error::KafkaError;

use crate::error::{Error, Result};
use crate::observe::secrets::{HIDDEN, Secrets};
use crate::observe::trace;

/// Settings of librdkafka: one for each property, whichever alias was used.
#[derive(Clone, Default)]
pub(crate) struct Settings(BTreeMap<String, Setting>);

#[derive(Clone)]
struct Setting {
    /// The name that the program used: that of the property, or an alias.
    name: String,
    value: String,
}

impl Settings {
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        let setting = Setting {
            name: name.to_owned(),
            value: value.into(),
        };
        self.0.insert(canonical(name).to_owned(), setting);
    }

    pub(crate) fn set_default(&mut self, name: &str, value: &str) {
        if self.get(name).is_none() {
            self.set(name, value);
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(canonical(name)).map(|setting| &*setting.value)
    }

    /// Returns the name by which a property was set, if it was.
    pub(crate) fn name(&self, name: &str) -> Option<&str> {
        self.0.get(canonical(name)).map(|setting| &*setting.name)
    }

    /// Returns the values that must not be shown.
    pub(crate) fn secrets(&self) -> Secrets {
        let secrets = self.0.iter().filter(|(key, _)| is_secret(key));
        Secrets::new(secrets.map(|(_, setting)| setting.value.clone()))
    }

    /// Returns librdkafka's error without the values of secret settings, and with the name that the
    /// program used.
    pub(crate) fn rejected(&self, error: &KafkaError) -> Error {
        let mut secrets = self.secrets();
        let message = match error {
            KafkaError::ClientConfig(_, text, key, value) => {
                let mut shown = format!(" {value:?}");
                let mut text = text.clone();
                if is_secret(key) {
                    // librdkafka quotes the value; short ones are hidden only here.
                    text = text.replace(&format!("\"{value}\""), HIDDEN);
                    secrets.add(value.clone());
                    shown.clear();
                }
                let name = self.name(key).unwrap_or(key);
                if text.starts_with("No such") {
                    format!("unknown setting {name:?}")
                } else {
                    let text = text.replace(&format!("{key:?}"), &format!("{name:?}"));
                    let feature = feature(&text);
                    format!("invalid value{shown} for setting {name:?}: {text}{feature}")
                }
            }
            KafkaError::ClientCreation(text) => {
                format!("librdkafka refused the settings: {text}{}", feature(text))
            }
            _ => "librdkafka could not be started".to_owned(),
        };
        Error::config(secrets.hide(&message))
    }

    /// Refuses settings with which no producer can work, even if `unsafe_config` set them.
    pub(crate) fn check_possible(&self) -> Result<()> {
        self.check_tokens()?;
        match self.get("delivery.report.only.error") {
            Some(value) if !is_off(value.trim()) => Err(Error::config(
                "setting \"delivery.report.only.error\" is refused: delivered records would get no \
                 result, and their memory would never be freed",
            )),
            _ => Ok(()),
        }
    }

    /// Refuses OAUTHBEARER without a source of tokens: librdkafka would ask for one, and wait
    /// forever.
    fn check_tokens(&self) -> Result<()> {
        let is = |name: &str, value: &str| {
            self.get(name)
                .is_some_and(|own| own.trim().eq_ignore_ascii_case(value))
        };
        let is_oauth = is("sasl.mechanism", "OAUTHBEARER");
        let has_source = is("sasl.oauthbearer.method", "oidc")
            || is("enable.sasl.oauthbearer.unsecure.jwt", "true");
        if !is_oauth || has_source {
            return Ok(());
        }
        let name = self.name("sasl.mechanism").unwrap_or("sasl.mechanism");
        Err(Error::config(format!(
            "setting {name:?} is refused: \"OAUTHBEARER\" has no source of tokens; set \
             \"sasl.oauthbearer.method\" to \"oidc\""
        )))
    }

    pub(crate) fn to_config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        let settings = self.0.iter();
        config.extend(settings.map(|(key, setting)| (key.clone(), setting.value.clone())));
        if let Some(level) = trace::librdkafka_level()
            && (level as i32) > (config.log_level as i32)
        {
            config.set_log_level(level);
        }
        config
    }
}

/// Returns a note about the feature that this build of librdkafka lacks.
fn feature(text: &str) -> &'static str {
    let is_missing = ["build time", "this build", "recompile"]
        .iter()
        .any(|word| text.contains(word));
    let features = [
        ("zstd", " (turn on the feature `zstd` of wireform-producer)"),
        ("zlib", " (turn on the feature `gzip` of wireform-producer)"),
        ("libcurl", " (turn on the feature `curl` of rdkafka)"),
        ("GSSAPI", " (turn on the feature `gssapi` of rdkafka)"),
        ("cyrus", " (turn on the feature `gssapi` of rdkafka)"),
        (
            "OpenSSL",
            " (turn on the feature `ssl` of wireform-producer)",
        ),
        ("SCRAM", " (turn on the feature `ssl` of wireform-producer)"),
        (
            "OAUTHBEARER",
            " (turn on the feature `ssl` of wireform-producer)",
        ),
    ];
    let feature = features.iter().find(|(word, _)| text.contains(word));
    feature
        .filter(|_| is_missing)
        .map_or("", |(_, feature)| feature)
}

impl fmt::Debug for Settings {
    /// Shows only the names: any value may be a secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Refuses settings that would lose, duplicate, reorder or expose records.
pub(crate) fn check_safe(name: &str, value: &str) -> Result<()> {
    let key = canonical(name);
    let value = value.trim();
    let reason = loses(key, value)
        .or_else(|| reorders(key, value))
        .or_else(|| exposes(key, value))
        .or_else(|| intrudes(key));
    let Some(reason) = reason else {
        return Ok(());
    };
    let message = format!("setting {name:?} is refused: {reason} (unsafe_config sets it anyway)");
    Err(Error::config(message))
}

fn loses(key: &str, value: &str) -> Option<&'static str> {
    let reason = match key {
        "request.required.acks" if !value.eq_ignore_ascii_case("all") && value != "-1" => {
            "records would be lost when a broker fails"
        }
        "message.timeout.ms" if value == "0" => "a record might never get a delivery result",
        "message.timeout.ms" => "delivery_timeout sets it",
        "message.send.max.retries" if value == "0" => "one lost connection would fail records",
        "delivery.report.only.error" if !is_off(value) => "records would get no delivery result",
        "queue.buffering.max.messages" | "queue.buffering.max.kbytes" => {
            "the queue has limits of its own: see queue_records and queue_bytes"
        }
        _ => return None,
    };
    Some(reason)
}

fn reorders(key: &str, value: &str) -> Option<&'static str> {
    let reason = match key {
        "enable.idempotence" if is_off(value) => {
            "retries could write a record twice or out of order"
        }
        "max.in.flight.requests.per.connection" => "the preset decides it: see Preset",
        "queuing.strategy" if !value.eq_ignore_ascii_case("fifo") => {
            "records would overtake each other"
        }
        "partitioner" if value.eq_ignore_ascii_case("random") => {
            "records of one key would lose their order"
        }
        "transactional.id" => "transactional_id sets it",
        "transaction.timeout.ms" => "transaction_timeout sets it",
        _ => return None,
    };
    Some(reason)
}

fn exposes(key: &str, value: &str) -> Option<&'static str> {
    let reason = match key {
        "enable.ssl.certificate.verification" if is_off(value) => {
            "any server could impersonate the broker"
        }
        "ssl.endpoint.identification.algorithm" if value.eq_ignore_ascii_case("none") => {
            "any server with a certificate could impersonate the broker"
        }
        "enable.sasl.oauthbearer.unsecure.jwt" if !is_off(value) => "the token would not be signed",
        _ => return None,
    };
    Some(reason)
}

fn intrudes(key: &str) -> Option<&'static str> {
    let reason = match key {
        "plugin.library.paths" | "ssl.engine.location" | "ssl.providers" => {
            "it loads foreign code into the process"
        }
        "sasl.kerberos.kinit.cmd" => "it runs a command of the shell",
        _ if key.starts_with("test.mock.") => "it replaces the brokers: see Producer::embedded",
        _ if key.ends_with("_cb") || key == "opaque" || key == "interceptors" => {
            "it is a pointer, which a text cannot be"
        }
        _ => return None,
    };
    Some(reason)
}

fn is_off(value: &str) -> bool {
    ["false", "f", "0"]
        .iter()
        .any(|off| value.eq_ignore_ascii_case(off))
}

/// Returns whether the value of a setting is a secret: passwords, keys as PEM text, and what is
/// passed to an OAuth server.
#[doc(hidden)]
#[must_use]
pub fn is_secret(key: &str) -> bool {
    let words = ["password", "passphrase", "secret", ".pem"];
    words.iter().any(|word| key.contains(word)) || key == "sasl.oauthbearer.config"
}

/// Returns the property of an alias, `rdkafka_conf.c` (`_RK_C_ALIAS`).
fn canonical(key: &str) -> &str {
    match key {
        "acks" => "request.required.acks",
        "bootstrap.servers" => "metadata.broker.list",
        "compression.type" => "compression.codec",
        "delivery.timeout.ms" => "message.timeout.ms",
        "linger.ms" => "queue.buffering.max.ms",
        "max.in.flight" => "max.in.flight.requests.per.connection",
        "retries" => "message.send.max.retries",
        "sasl.oauthbearer.client.credentials.client.id" => "sasl.oauthbearer.client.id",
        "sasl.oauthbearer.client.credentials.client.secret" => "sasl.oauthbearer.client.secret",
        "sasl.mechanism" => "sasl.mechanisms",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(key: &str, value: &str, is_safe: bool) {
        let checked = check_safe(key, value);
        assert_eq!(checked.is_ok(), is_safe, "{key}={value}");
        if let Err(error) = checked {
            assert!(error.to_string().contains(key), "{error}");
        }
    }

    #[test]
    fn dangerous_settings_are_refused_by_any_name() {
        check("acks", "1", false);
        check("request.required.acks", "0", false);
        check("acks", "all", true);
        check("acks", "-1", true);
        check("enable.idempotence", "false", false);
        check("enable.idempotence", "true", true);
        check("delivery.timeout.ms", "0", false);
        check("delivery.report.only.error", "true", false);
        check("message.timeout.ms", "1000", false);
        check("retries", "0", false);
        check("retries", "100", true);
        check("max.in.flight", "1000", false);
        check("partitioner", "random", false);
        check("partitioner", "murmur2", true);
        check("enable.sasl.oauthbearer.unsecure.jwt", "true", false);
        check("ssl.engine.location", "x.so", false);
        check("ssl.providers", "legacy", false);
        check("sasl.kerberos.kinit.cmd", "rm -r /", false);
        check("dr_msg_cb", "x", false);
        check("queue.buffering.max.kbytes", "0", false);
        check("queue.buffering.max.messages", "0", false);
        check("queue.buffering.max.ms", "5", true);
        check("enable.ssl.certificate.verification", "false", false);
        check("ssl.endpoint.identification.algorithm", "none", false);
        check("ssl.endpoint.identification.algorithm", "https", true);
        check("plugin.library.paths", "x.so", false);
        check("test.mock.num.brokers", "3", false);
        check("transactional.id", "x", false);
        check("client.id", "shop", true);
    }

    /// All secret properties in librdkafka's list, `CONFIGURATION.md`.
    const SECRETS: [&str; 9] = [
        "sasl.oauthbearer.client.secret",
        "sasl.oauthbearer.config",
        "sasl.oauthbearer.assertion.private.key.pem",
        "sasl.oauthbearer.assertion.private.key.passphrase",
        "sasl.password",
        "ssl.certificate.pem",
        "ssl.key.password",
        "ssl.key.pem",
        "ssl.keystore.password",
    ];

    #[test]
    fn secrets_are_known_as_such() {
        for key in SECRETS {
            assert!(is_secret(key), "{key}");
        }
    }

    #[test]
    fn errors_show_no_secrets() {
        let mut settings = Settings::default();
        settings.set("sasl.password", "hunter2");
        for error in [
            KafkaError::ClientCreation("no hunter2 today".to_owned()),
            KafkaError::ClientConfig(
                rdkafka::types::RDKafkaConfRes::RD_KAFKA_CONF_INVALID,
                "Invalid value \"hunter3\"".to_owned(),
                "ssl.key.password".to_owned(),
                "hunter3".to_owned(),
            ),
        ] {
            let text = format!("{:?}", settings.rejected(&error));
            assert!(!text.contains("hunter"), "{text}");
        }
    }

    #[test]
    fn short_secret_that_is_refused_is_not_shown() {
        let error = KafkaError::ClientConfig(
            rdkafka::types::RDKafkaConfRes::RD_KAFKA_CONF_INVALID,
            "Invalid value \"pw\" for configuration property \"ssl.key.password\"".to_owned(),
            "ssl.key.password".to_owned(),
            "pw".to_owned(),
        );
        let text = Settings::default().rejected(&error).to_string();
        assert!(!text.contains("\"pw\""), "{text}");
        assert!(text.contains("ssl.key.password"), "{text}");
    }

    /// A password may begin with the user name, or with another secret.
    #[test]
    fn no_part_of_a_longer_secret_is_shown() {
        let mut settings = Settings::default();
        settings.set("sasl.password", "kafka-user-2024");
        settings.set("sasl.oauthbearer.client.secret", "kafka-user");
        settings.set("sasl.username", "kafka-user");
        let error = KafkaError::ClientCreation("invalid credentials kafka-user-2024".to_owned());
        let text = settings.rejected(&error).to_string();
        assert!(!text.contains("2024"), "{text}");
    }

    #[test]
    fn only_secret_values_are_hidden() {
        let mut settings = Settings::default();
        settings.set("sasl.mechanism", "PLAIN");
        settings.set("ssl.endpoint.identification.algorithm", "https");
        settings.set("ssl.ca.location", "/etc/ca.pem");
        let text = "PLAIN is not known, https neither, and /etc/ca.pem is not there";
        let error = KafkaError::ClientCreation(text.to_owned());
        let shown = settings.rejected(&error).to_string();
        assert!(shown.contains(text), "{shown}");
    }

    #[test]
    fn aliases_are_one_setting() {
        let mut settings = Settings::default();
        settings.set("acks", "1");
        settings.set("request.required.acks", "all");
        assert_eq!(settings.get("acks"), Some("all"));
    }

    #[test]
    fn debug_shows_no_values() {
        let mut settings = Settings::default();
        for key in SECRETS {
            settings.set(key, "hunter2");
        }
        let text = format!("{settings:?}");
        assert!(!text.contains("hunter2"));
        assert!(SECRETS.iter().all(|key| text.contains(key)), "{text}");
    }
}
