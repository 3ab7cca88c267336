//! Texts that users and files give: endpoints, networks, proxies, locks, expectations.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trustpack_core::endpoint::{ConnectRule, Endpoint, Network};
use trustpack_core::lock::{Expectation, Lock};
use trustpack_core::tls::proxy::{Proxy, ProxyRules};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    if let Ok(endpoint) = text.parse::<Endpoint>() {
        let again: Endpoint = endpoint.to_string().parse().expect("its own text");
        assert_eq!(again, endpoint);
        let _ = ProxyRules::none()
            .except(text)
            .for_target(endpoint.host(), endpoint.port());
    }
    let _ = (text.parse::<ConnectRule>(), Network::recognise(text));
    let _ = (text.parse::<Proxy>(), text.parse::<Expectation>());
    if let Ok(lock) = Lock::from_toml(text) {
        let again = Lock::from_toml(&lock.to_toml()).expect("its own text");
        assert_eq!(again.to_toml(), lock.to_toml());
    }
});
