//! The list of brokers to connect to first.

use crate::error::{Error, Result};

/// Refuses a list of brokers that librdkafka would ignore, in whole or in part: it only logs that,
/// and records wait until their delivery timeout.
pub(crate) fn check(brokers: &str, security_protocol: &str) -> Result<()> {
    if brokers.is_empty() {
        return Err(Error::config("no brokers are set"));
    }
    for broker in brokers.split(',').map(str::trim) {
        let Err(problem) = check_one(broker, security_protocol) else {
            continue;
        };
        let message = format!(
            "invalid broker {broker:?} in the list {brokers:?}: {problem}; expected host:port, \
             several with commas between"
        );
        return Err(Error::config(message));
    }
    Ok(())
}

/// `rd_kafka_broker_name_parse`, `rdkafka_broker.c`.
fn check_one(broker: &str, security_protocol: &str) -> Result<(), String> {
    let address = match broker.split_once("://") {
        None => broker,
        Some((protocol, rest)) if protocol.eq_ignore_ascii_case(security_protocol) => {
            rest.split_once('/').map_or(rest, |(address, _)| address)
        }
        Some((protocol, _)) => {
            return Err(format!(
                "protocol {protocol:?} does not match \"security.protocol\", {security_protocol:?}"
            ));
        }
    };
    let (host, port) = split_port(address);
    if host.is_empty() {
        return Err("the host is missing".to_owned());
    }
    if host.contains(|char: char| char.is_whitespace() || char == '/') {
        return Err("the host name is invalid".to_owned());
    }
    match port.map(str::parse::<u16>) {
        None | Some(Ok(1..)) => Ok(()),
        Some(_) => Err("the port is not a number from 1 to 65535".to_owned()),
    }
}

/// Splits off the port after the last colon, unless it is one of several in an IPv6 address.
fn split_port(address: &str) -> (&str, Option<&str>) {
    match address.rsplit_once(':') {
        Some((host, port)) if !host.contains(':') || host.ends_with(']') => (host, Some(port)),
        _ => (address, None),
    }
}
