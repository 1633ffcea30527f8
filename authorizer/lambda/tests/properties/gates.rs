//! The gates that are asked: rules without services, under every setting that answers depend on.

use std::{
    io::{self, Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex, OnceLock},
    time::{Duration, SystemTime},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use oathgate_apigateway::{AuthorizerError, AuthorizerResponse};
use oathgate_engine::{
    Gate as Engine, Ports, StageOptions,
    config::{Config, Format},
    manifest::Manifest,
    ports::SystemClock,
    rules,
    safety::{ForgedHeaders, PathPolicy, Treatment, VouchedHeaderOptions},
};
use oathgate_http_client::{
    Client, UrlKeys,
    aws::{Account, Secrets},
};
use oathgate_lambda::{
    BackendSecret, BackendSecretSettings, Invocation, LambdaAuthorizer, Level, Log, ServiceCalls,
    Settings,
};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// How many there are.
pub const GATES: usize = 5;

/// The one that refuses what the others replace: a vouched header that the client sends.
pub const REFUSES_FORGED: usize = 0;

/// The one that shows the backend a secret.
pub const HAS_SECRET: usize = 4;

/// That secret, and the context's key that it travels under.
pub const BACKEND_SECRET: &str = "the-backend-alone-may-read-what-stands-here";
pub const SECRET_KEY: &str = "x-gate";

/// The context's keys on every Allow.
pub const VOUCHED: [&str; 6] = [
    "authorization",
    "cookie",
    "x-echo",
    "x-none",
    "x-path",
    "x-user",
];

/// A gate and what it prints.
pub struct Gate {
    authorizer: LambdaAuthorizer,
    printed: Printed,
    runtime: Runtime,
}

/// What was printed since somebody last looked.
#[derive(Clone, Default)]
struct Printed(Arc<Mutex<Vec<u8>>>);

impl Write for Printed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Gate {
    fn new(number: usize) -> Self {
        let printed = Printed::default();
        let log = Log::to(Level::Debug, printed.clone());
        let calls = Arc::new(ServiceCalls::new(Client::default(), log.clone()));
        let ports = Ports {
            http: Arc::clone(&calls) as _,
            keys: Arc::new(UrlKeys::new(Client::default())),
            clock: Arc::new(SystemClock),
        };
        let none = std::iter::empty::<(String, String)>();
        let config = Config::parse(&config().to_string(), Format::Json, none).unwrap();
        let rules = rules::decode("rules.json", &rules().to_string()).unwrap();
        assert!(!rules.findings.have_errors(), "{}", rules.findings);
        let manifest = Manifest::of(&config, &rules.rules);
        let settings = Settings {
            simple_answers: number >= 2,
            stage: StageOptions {
                public_host: (number.is_multiple_of(2)).then(|| "api.example.com".to_owned()),
                paths: PathPolicy {
                    encoded_slashes: match number {
                        0 | 3 => Treatment::Refuse,
                        _ => Treatment::Allow,
                    },
                    ..PathPolicy::default()
                },
                vouched: VouchedHeaderOptions {
                    forged: match number {
                        REFUSES_FORGED => ForgedHeaders::Refuse,
                        _ => ForgedHeaders::Replace,
                    },
                    secret_header: (number == HAS_SECRET).then(|| "X-Gate".to_owned()),
                    ..VouchedHeaderOptions::default()
                },
                ..StageOptions::default()
            },
            ..Settings::default()
        };
        let gate = Engine::build(config, rules.rules, ports);
        let authorizer =
            LambdaAuthorizer::new(gate, &manifest, settings, calls, log.clone()).unwrap();
        Self {
            authorizer: match number {
                HAS_SECRET => authorizer.with_backend_secret(backend_secret(log)),
                _ => authorizer,
            },
            printed,
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap(),
        }
    }

    /// The answer to an event, and the lines printed about it.
    pub fn answer(
        &self,
        event: &str,
    ) -> (Result<AuthorizerResponse, AuthorizerError>, Vec<String>) {
        let invocation = Invocation {
            request_id: "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned(),
            deadline: SystemTime::now() + Duration::from_secs(60),
            trace: None,
        };
        let (answer, record) = self
            .runtime
            .block_on(self.authorizer.answer(event, &invocation));
        self.authorizer.write(&record);
        let printed = std::mem::take(&mut *self.printed.0.lock().unwrap());
        let lines = String::from_utf8(printed).unwrap();
        (answer, lines.lines().map(str::to_owned).collect())
    }
}

/// A secret that can be read once, which is enough: it is kept for a day.
fn backend_secret(log: Log) -> BackendSecret {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 8192]).unwrap();
        let body = json!({"Name": "backend", "SecretString": BACKEND_SECRET}).to_string();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).unwrap();
    });
    let account = Account::from_variables(|name| {
        let value = match name {
            "AWS_REGION" => "eu-central-1",
            "AWS_ACCESS_KEY_ID" => "AKIAEXAMPLE",
            "AWS_SECRET_ACCESS_KEY" => "example-secret-access-key",
            "AWS_ENDPOINT_URL" => &endpoint,
            _ => return None,
        };
        Some(value.to_owned())
    })
    .unwrap();
    let settings = BackendSecretSettings {
        secret: "backend".to_owned(),
        ttl_seconds: 86_400,
    };
    let secrets = Secrets::new(&account, Client::default());
    BackendSecret::new(&settings, secrets, Arc::new(SystemClock), log)
}

/// One gate of each kind for each thread.
pub fn gate(number: usize) -> std::rc::Rc<Gate> {
    thread_local! {
        static ALL: [OnceLock<std::rc::Rc<Gate>>; GATES] = const { [const { OnceLock::new() }; GATES] };
    }
    ALL.with(|all| {
        std::rc::Rc::clone(all[number].get_or_init(|| std::rc::Rc::new(Gate::new(number))))
    })
}

fn config() -> Value {
    let keys = json!({"keys": [{
        "kty": "oct", "use": "sig", "alg": "HS256", "kid": "gate",
        "k": "AyM1ywQ0jYyUOUaYfxh0uxJV0Kd3GVMxGaT0jyT3lS0",
    }]});
    json!({
        "authenticators": {
            "anonymous": {"enabled": true, "config": {"subject": "guest"}},
            "noop": {"enabled": true},
            "unauthorized": {"enabled": true},
        },
        "authorizers": {"allow": {"enabled": true}, "deny": {"enabled": true}},
        "mutators": {
            "noop": {"enabled": true},
            "header": {"enabled": true, "config": {"headers": {
                "X-User": "{{ print .Subject }}",
                "X-Echo": "{{ .MatchContext.Header.Get \"X-Echo\" }}",
                "X-Path": "{{ .MatchContext.URL.Path }}",
                "X-None": "",
            }}},
            "cookie": {"enabled": true, "config": {"cookies": {"user": "{{ print .Subject }}"}}},
            "id_token": {"enabled": true, "config": {
                "issuer_url": "https://gate.example/", "ttl": "60s",
                "jwks_url": format!("inline://{}", STANDARD.encode(keys.to_string())),
            }},
        },
        "errors": {"fallback": ["json"], "handlers": {
            "json": {"enabled": true, "config": {"verbose": true}},
            "redirect": {"enabled": true, "config": {
                "to": "https://login.example/", "return_to_query_param": "return_to",
            }},
        }},
    })
}

fn rules() -> Value {
    let methods = [
        "GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "TRACE", "CONNECT", "PATCH",
    ];
    let rule = |id: &str, path: &str, authenticator: &str, authorizer: &str, mutators: Value| {
        json!({
            "id": id,
            "match": {"url": format!("https://<[^/]+>{path}"), "methods": methods},
            "authenticators": [{"handler": authenticator}],
            "authorizer": {"handler": authorizer},
            "mutators": mutators,
        })
    };
    let all = json!([{"handler": "header"}, {"handler": "cookie"}, {"handler": "id_token"}]);
    let mut sent_on = rule(
        "sent-on",
        "/login<.*>",
        "unauthorized",
        "allow",
        json!([{"handler": "noop"}]),
    );
    sent_on["errors"] = json!([{"handler": "redirect"}]);
    json!([
        rule("open", "/open<.*>", "anonymous", "allow", all),
        rule(
            "copied",
            "/<(?!open|admin|login).*>",
            "noop",
            "allow",
            json!([{"handler": "noop"}])
        ),
        rule(
            "closed",
            "/admin<.*>",
            "anonymous",
            "deny",
            json!([{"handler": "noop"}])
        ),
        sent_on,
    ])
}
