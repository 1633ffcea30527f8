//! What a gate reaches outside for: Secrets Manager and a session service, on loopback.

use std::{
    io::BufReader,
    net::{TcpListener, TcpStream},
    thread,
};

use serde_json::json;

use crate::{BenchError, wire};

/// Two services behind one port.
#[derive(Debug)]
pub(crate) struct Services {
    pub(crate) url: String,
}

impl Services {
    /// Starts both; the secret holds `key_set`.
    pub(crate) fn start(key_set: String) -> Result<Self, BenchError> {
        let failed = || BenchError::io("the services cannot listen");
        let listener = TcpListener::bind("127.0.0.1:0").map_err(failed())?;
        let url = format!("http://{}", listener.local_addr().map_err(failed())?);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let key_set = key_set.clone();
                thread::spawn(move || connection(stream, &key_set));
            }
        });
        Ok(Self { url })
    }
}

fn connection(stream: TcpStream, key_set: &str) {
    drop(stream.set_nodelay(true));
    let Ok(mut out) = stream.try_clone() else {
        return;
    };
    let mut incoming = BufReader::new(stream);
    while let Ok(Some(message)) = wire::read(&mut incoming) {
        let (head, body) = if message.header("x-amz-target").is_some() {
            let secret = json!({"Name": "keys", "ARN": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:keys",
                "VersionId": "1", "SecretString": key_set, "CreatedDate": 1.0});
            (
                "200 OK\r\nContent-Type: application/x-amz-json-1.1",
                secret.to_string(),
            )
        } else if message
            .header("cookie")
            .is_some_and(|cookie| cookie.contains("ory_session_slughere"))
        {
            let session = json!({"id": "8f0cbd2e-97a4-4e43-8a3c-26a6f5a0b1c1", "active": true,
                "expires_at": "2030-01-01T00:00:00Z", "authenticated_at": "2026-01-01T00:00:00Z",
                "authenticator_assurance_level": "aal1",
                "identity": {"id": "0b1c2d3e-4f50-4a6b-8c7d-9e0f1a2b3c4d", "schema_id": "default", "state": "active",
                    "traits": {"email": "somebody@example.com", "name": {"first": "Some", "last": "Body"}}}});
            (
                "200 OK\r\nContent-Type: application/json",
                session.to_string(),
            )
        } else {
            (
                "401 Unauthorized\r\nContent-Type: application/json",
                "{}".to_owned(),
            )
        };
        if wire::write(&mut out, head, body.as_bytes()).is_err() {
            return;
        }
    }
}
