//! Connections to Kafka's brokers, and their errors.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::Args;
use rdkafka::ClientContext;
use rdkafka::config::{ClientConfig, FromClientConfigAndContext as _};
use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use wireform::registry::secrets::hide;
use wireform_producer::is_secret_setting;

use crate::exit::Error;
use crate::{Result, progress};

/// The addresses of brokers, and settings of librdkafka.
#[derive(Args, Debug)]
pub(crate) struct Brokers {
    /// Addresses of Kafka brokers to connect to first, separated by commas
    #[arg(long, value_name = "HOST:PORT,…", env = "WIREFORM_BROKERS")]
    brokers: String,
    /// A setting of librdkafka, such as security.protocol=sasl_ssl; repeatable
    #[arg(long = "set", value_name = "K=V")]
    settings: Vec<String>,
}

impl Brokers {
    pub(crate) fn addresses(&self) -> &str {
        &self.brokers
    }

    /// Returns the settings of the command line. Errors do not show values: they may be secret.
    pub(crate) fn settings(&self) -> Result<Vec<(&str, &str)>> {
        let pairs = self.settings.iter().map(|setting| {
            let pair = setting.split_once('=');
            pair.filter(|(name, _)| !name.is_empty())
        });
        let pairs = pairs.collect::<Option<_>>();
        pairs.ok_or_else(|| Error::Usage("--set: expected K=V".to_owned()))
    }

    /// Creates a consumer with these settings; those of the command line take precedence.
    pub(crate) fn consumer(&self, settings: &[(&str, &str)]) -> Result<Consumer> {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.brokers);
        for (name, value) in settings.iter().copied().chain(self.settings()?) {
            config.set(name, value);
        }
        let consumer = BaseConsumer::from_config_and_context(&config, self.errors());
        consumer.map_err(|error| self.rejected(&error))
    }

    /// Returns the cluster id; `None` if the cluster has none.
    pub(crate) fn cluster(&self, timeout: Duration) -> Result<Option<String>> {
        let consumer = self.consumer(&[("group.id", "wireform-produce")])?;
        let of_brokers = ask(&consumer, timeout, |patience| {
            consumer.fetch_metadata(Some(""), patience).map(drop)
        });
        match of_brokers {
            // No topic has this name, so that any broker can answer.
            Ok(()) => {}
            Err(error) if is_answer(&error) => {}
            Err(error) => return Err(consumer.context().unreachable(&error)),
        }
        Ok(consumer.client().fetch_cluster_id(STEP))
    }

    /// Returns a printer for errors of brokers that hides the values of secret settings.
    pub(crate) fn errors(&self) -> BrokerErrors {
        BrokerErrors {
            printed: Arc::default(),
            secrets: self.secrets().into_iter().map(str::to_owned).collect(),
        }
    }

    /// Returns the values of secret settings, except values so short that they occur in any text.
    fn secrets(&self) -> Vec<&str> {
        let settings = self.settings().unwrap_or_default().into_iter();
        settings
            .filter(|(name, value)| is_secret_setting(name) && value.len() >= SHORTEST)
            .map(|(_, value)| value)
            .collect()
    }

    /// Returns the error of a setting that librdkafka rejects, without the values of secret
    /// settings.
    fn rejected(&self, error: &KafkaError) -> Error {
        let text = match error {
            KafkaError::ClientConfig(_, text, name, _) if text.starts_with("No such") => {
                format!("unknown setting {name:?}")
            }
            // librdkafka quotes the value; a short one is hidden only here.
            KafkaError::ClientConfig(_, text, name, value) if is_secret_setting(name) => {
                let text = text.replace(&format!("\"{value}\""), &format!("\"{HIDDEN}\""));
                format!("setting {name:?}: {text}")
            }
            KafkaError::ClientConfig(_, text, name, _) => format!("setting {name:?}: {text}"),
            KafkaError::ClientCreation(text) => format!("invalid settings: {text}"),
            error => error.to_string(),
        };
        Error::Usage(hide(&text, self.secrets().into_iter(), HIDDEN))
    }
}

/// Replaces a secret in messages.
const HIDDEN: &str = "***";
/// The shortest secret that is searched for, in bytes.
const SHORTEST: usize = 4;

pub(crate) type Consumer = BaseConsumer<BrokerErrors>;

/// Time to wait for an answer before the errors of brokers are read.
const STEP: Duration = Duration::from_millis(500);

/// Repeats a request with a timeout until a broker answers or `timeout` is over. Errors of brokers
/// are printed meanwhile.
pub(crate) fn ask<T>(
    consumer: &Consumer,
    timeout: Duration,
    mut question: impl FnMut(Duration) -> std::result::Result<T, KafkaError>,
) -> std::result::Result<T, KafkaError> {
    let start = Instant::now();
    loop {
        let answer = question(STEP);
        // Without assigned partitions these are log lines and errors, which the context receives.
        for _ in 0..100 {
            consumer.poll(Duration::ZERO);
        }
        match answer {
            Err(error) if !is_answer(&error) && start.elapsed() < timeout => {
                // Some errors are returned at once, without waiting.
                std::thread::sleep(Duration::from_millis(50));
            }
            answer => return answer,
        }
    }
}

/// Returns whether this error is the answer of a broker.
fn is_answer(error: &KafkaError) -> bool {
    !error.rdkafka_error_code().is_some_and(is_transient)
}

/// Returns whether an error ends when a broker can be reached again.
pub(crate) fn is_transient(code: RDKafkaErrorCode) -> bool {
    matches!(
        code,
        RDKafkaErrorCode::AllBrokersDown
            | RDKafkaErrorCode::Authentication
            | RDKafkaErrorCode::BrokerDestroy
            | RDKafkaErrorCode::BrokerNotAvailable
            | RDKafkaErrorCode::BrokerTransportFailure
            | RDKafkaErrorCode::KafkaStorageError
            | RDKafkaErrorCode::LeaderNotAvailable
            | RDKafkaErrorCode::NetworkException
            | RDKafkaErrorCode::NotLeaderForPartition
            | RDKafkaErrorCode::OperationTimedOut
            | RDKafkaErrorCode::ReplicaNotAvailable
            | RDKafkaErrorCode::RequestTimedOut
            | RDKafkaErrorCode::Resolve
            | RDKafkaErrorCode::SSL
            | RDKafkaErrorCode::TimedOutQueue
            | RDKafkaErrorCode::WaitingForCoordinator
    )
}

/// Prints errors of brokers, each text once until records arrive again.
#[derive(Clone)]
pub(crate) struct BrokerErrors {
    printed: Arc<Mutex<Printed>>,
    /// Values that are never printed.
    secrets: Arc<[String]>,
}

#[derive(Default)]
struct Printed {
    texts: HashSet<String>,
    last: Option<String>,
}

impl BrokerErrors {
    /// Prints what librdkafka reports, such as `localhost:1/bootstrap: Connect to … failed`.
    pub(crate) fn report(&self, text: &str) {
        let secrets = self.secrets.iter().map(String::as_str);
        let text = hide(&shown(text), secrets, HIDDEN);
        let mut printed = self.printed.lock().unwrap_or_else(PoisonError::into_inner);
        if printed.texts.insert(text.clone()) {
            progress::say(&format!("broker {text}"));
        }
        printed.last = Some(text);
    }

    /// Forgets what was printed: the brokers can be reached again.
    pub(crate) fn clear(&self) {
        let mut printed = self.printed.lock().unwrap_or_else(PoisonError::into_inner);
        if !printed.texts.is_empty() {
            *printed = Printed::default();
        }
    }

    /// Returns the error "no broker answers", with the last reason.
    pub(crate) fn unreachable(&self, error: &KafkaError) -> Error {
        let printed = self.printed.lock().unwrap_or_else(PoisonError::into_inner);
        match &printed.last {
            Some(reason) => Error::Io(format!("no broker answers\ncaused by: broker {reason}")),
            None => Error::Io(format!("no broker answers\ncaused by: {error}")),
        }
    }
}

impl ClientContext for BrokerErrors {
    /// Prints errors of connections; other errors are returned where records are read.
    fn error(&self, error: KafkaError, reason: &str) {
        match error.rdkafka_error_code() {
            // The error of each broker was printed already.
            Some(RDKafkaErrorCode::AllBrokersDown) => {}
            Some(code) if is_transient(code) => self.report(reason),
            _ => {}
        }
    }
}

impl ConsumerContext for BrokerErrors {}

/// Returns a text of librdkafka without the parts that differ when the same error is repeated: the
/// role of the broker, the time, and the number of repetitions.
fn shown(text: &str) -> String {
    let text = text.split(" (after ").next().unwrap_or(text);
    let text = text.strip_prefix("GroupCoordinator: ").unwrap_or(text);
    let Some((name, reason)) = text.split_once(": ") else {
        return text.to_owned();
    };
    let is_role = |role: &str| role == "bootstrap" || role.parse::<i32>().is_ok();
    match name.rsplit_once('/').filter(|(_, role)| is_role(role)) {
        Some((name, _)) => format!("{name}: {reason}"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_errors_of_a_broker_have_one_text() {
        let expected = "ssl://a:1: Connect to ipv4#1.2.3.4:1 failed: Connection refused";
        for (name, end) in [
            ("ssl://a:1/bootstrap", " (after 0ms in state CONNECT)"),
            (
                "ssl://a:1/7",
                " (after 9ms in state CONNECT, 4 identical error(s) suppressed)",
            ),
            ("GroupCoordinator: ssl://a:1", ""),
        ] {
            let text = format!("{name}: Connect to ipv4#1.2.3.4:1 failed: Connection refused{end}");
            assert_eq!(shown(&text), expected);
        }
        assert_eq!(shown("1/1 brokers are down"), "1/1 brokers are down");
    }

    #[track_caller]
    fn check(settings: &[&str], error: &KafkaError, expected: &str) {
        let brokers = Brokers {
            brokers: "localhost:1".to_owned(),
            settings: settings.iter().map(|&setting| setting.to_owned()).collect(),
        };
        assert_eq!(brokers.rejected(error).to_string(), expected);
    }

    #[test]
    fn secrets_are_not_shown_and_other_values_are() {
        let error = |text: &str, name: &str, value: &str| {
            let result = rdkafka::types::RDKafkaConfRes::RD_KAFKA_CONF_INVALID;
            KafkaError::ClientConfig(result, text.to_owned(), name.to_owned(), value.to_owned())
        };
        check(
            &["compression.type=zstd"],
            &error("libzstd not available", "compression.type", "zstd"),
            "setting \"compression.type\": libzstd not available",
        );
        check(
            &["sasl.password=user", "ssl.key.password=user-tail"],
            &error("\"user-tail\" is wrong", "ssl.key.password", "user-tail"),
            "setting \"ssl.key.password\": \"***\" is wrong",
        );
        check(
            &["sasl.passwrd=secret"],
            &error("No such configuration property", "sasl.passwrd", "secret"),
            "unknown setting \"sasl.passwrd\"",
        );
    }

    #[test]
    fn passphrases_are_secrets_and_overlapping_ones_are_hidden_as_one() {
        let creation = |text: &str| KafkaError::ClientCreation(text.to_owned());
        check(
            &["sasl.oauthbearer.assertion.private.key.passphrase=hunter2"],
            &creation("bad hunter2"),
            "invalid settings: bad ***",
        );
        check(
            &["sasl.password=abcdef", "ssl.key.password=defghi"],
            &creation("bad <abcdefghi>"),
            "invalid settings: bad <***>",
        );
    }

    #[test]
    fn errors_of_brokers_show_no_secrets() {
        let brokers = Brokers {
            brokers: "localhost:1".to_owned(),
            settings: vec!["sasl.password=hunter2".to_owned()],
        };
        let consumer = brokers.consumer(&[]).unwrap();
        let errors = consumer.context();
        errors.report("localhost:1/1: SASL: user or hunter2 is wrong");
        let code = RDKafkaErrorCode::Authentication;
        let error = errors.unreachable(&KafkaError::Global(code)).to_string();
        assert!(error.contains("is wrong"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
