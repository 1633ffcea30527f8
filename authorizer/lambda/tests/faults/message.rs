//! Requests and answers, byte by byte: a library would not write what is wrong.

use tokio::io::{AsyncRead, AsyncReadExt as _};

/// What a service was asked.
#[derive(Debug)]
pub struct Asked {
    pub path: String,
    head: String,
    pub body: Vec<u8>,
}

impl Asked {
    /// Reads a request; `None` at the end of the connection.
    pub async fn read(stream: &mut (impl AsyncRead + Unpin)) -> Option<Self> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).ok()?;
        let path = head.split(' ').nth(1)?.to_owned();
        let mut asked = Self {
            path,
            head,
            body: Vec::new(),
        };
        let length = asked.header("content-length").unwrap_or("0").parse().ok()?;
        asked.body.resize(length, 0);
        stream.read_exact(&mut asked.body).await.ok()?;
        Some(asked)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (known, value) = line.split_once(':')?;
            known.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// What it answers.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string().into_bytes(),
        }
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// The head up to the length of the body, which is for the caller to tell.
    pub fn head(&self) -> String {
        let mut text = format!("HTTP/1.1 {} Said\r\n", self.status);
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        text
    }

    /// The whole answer.
    pub fn bytes(&self) -> Vec<u8> {
        self.announcing(self.body.len())
    }

    /// The answer with a length that may be another.
    pub fn announcing(&self, length: usize) -> Vec<u8> {
        let mut all = format!("{}content-length: {length}\r\n\r\n", self.head()).into_bytes();
        all.extend_from_slice(&self.body);
        all
    }
}
