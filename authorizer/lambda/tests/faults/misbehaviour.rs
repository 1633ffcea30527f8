//! How each fault is done to who asks.

use std::time::Duration;

use fastrand::Rng;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::sleep,
};
use tokio_rustls::server::TlsStream;

use crate::{fault::Fault, message::Reply};

/// How long a service that drips waits between two bytes.
const DRIP: Duration = Duration::from_millis(30);

/// More than anybody should be willing to read.
const HUGE: usize = 1 << 30;

/// A connection on which a probe was read, and what should be answered.
pub struct Misbehaving<'a> {
    pub stream: &'a mut TlsStream<TcpStream>,
    pub reply: Reply,
    /// What would let anybody in.
    pub lure: Reply,
    pub rng: &'a mut Rng,
}

impl Misbehaving<'_> {
    /// Does it, and says whether the connection goes on. What hangs does so until the other side
    /// has had enough.
    pub async fn run(mut self, fault: Fault) -> bool {
        let fault = match fault {
            Fault::Flapping => match self.rng.choice(Fault::ALL) {
                Some(fault) if fault != Fault::Flapping && self.rng.bool() => fault,
                _ => return self.write(self.reply.bytes()).await,
            },
            fault => fault,
        };
        match fault {
            Fault::Reset | Fault::Refused => {
                let _ = self.stream.get_ref().0.set_zero_linger();
                false
            }
            Fault::Hang | Fault::HangInHandshake => self.hang().await,
            Fault::DrippingHead => {
                let head = self.reply.head() + &"x-slow: 1\r\n".repeat(1000);
                self.drip(head.into_bytes()).await
            }
            Fault::DrippingBody => {
                let blanks = vec![b' '; 1000];
                let head = self.padded_head(blanks.len());
                self.write(head).await;
                self.drip([blanks, self.reply.body.clone()].concat()).await
            }
            Fault::InternalError => self.write(plain(500).bytes()).await,
            Fault::Unavailable => {
                let reply = plain(503).with("retry-after", "3600");
                self.write(reply.bytes()).await
            }
            Fault::NoHttp => {
                let bytes = self.garbage();
                self.write(bytes).await;
                false
            }
            Fault::GarbageBody => {
                let mut reply = self.reply.clone();
                reply.body = self.garbage();
                // A remote authoriser's 200 would be its word, whatever it says beside that.
                if reply.status != 403 {
                    reply.status = 200;
                }
                self.write(reply.bytes()).await
            }
            Fault::EndlessBody => {
                let head = format!("{}transfer-encoding: chunked\r\n\r\n", self.reply.head());
                self.write(head.into_bytes()).await;
                let chunk = [b"4000\r\n".to_vec(), vec![b' '; 0x4000], b"\r\n".to_vec()].concat();
                while self.write(chunk.clone()).await {}
                false
            }
            Fault::HugeBody => {
                let head = self.padded_head(HUGE);
                self.write(head).await;
                while self.write(vec![b' '; 0x4000]).await {}
                false
            }
            Fault::RedirectLoop => self.redirect("/again").await,
            Fault::UnknownName => self.redirect("https://nowhere.invalid/").await,
            Fault::CutShort => {
                let half = self.reply.body.len() / 2;
                let whole = self.reply.bytes();
                self.write(whole[..whole.len() - half.max(1)].to_vec())
                    .await;
                false
            }
            Fault::CutWithoutLength => {
                let half = self.reply.body.len() / 2;
                let head = format!("{}\r\n", self.reply.head()).into_bytes();
                self.write([head, self.reply.body[..half].to_vec()].concat())
                    .await;
                false
            }
            Fault::LengthTooShort => {
                let length = self.reply.body.len().saturating_sub(3);
                self.write(self.reply.announcing(length)).await
            }
            Fault::TwoLengths => {
                let reply = self.reply.clone().with("content-length", "1");
                self.write(reply.bytes()).await
            }
            Fault::EndlessHeaders => {
                self.write(self.reply.head().into_bytes()).await;
                let header = b"x-more: and more and more\r\n".repeat(100);
                while self.write(header.clone()).await {}
                false
            }
            Fault::EndlessContinue => {
                let interim = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(100);
                while self.write(interim.clone()).await {}
                false
            }
            Fault::AnswersTwice => {
                let both = [self.reply.bytes(), self.lure.bytes()].concat();
                self.write(both).await
            }
            Fault::StrangersCertificate
            | Fault::OtherNamesCertificate
            | Fault::ExpiredCertificate
            | Fault::Flapping => false,
        }
    }

    /// Answers as it should.
    pub async fn well(mut self) -> bool {
        self.write(self.reply.bytes()).await
    }

    async fn write(&mut self, bytes: Vec<u8>) -> bool {
        self.stream.write_all(&bytes).await.is_ok() && self.stream.flush().await.is_ok()
    }

    async fn drip(&mut self, bytes: Vec<u8>) -> bool {
        for byte in bytes {
            if !self.write(vec![byte]).await {
                return false;
            }
            sleep(DRIP).await;
        }
        false
    }

    async fn hang(&mut self) -> bool {
        let mut rest = [0; 64];
        while self.stream.read(&mut rest).await.is_ok_and(|read| read > 0) {}
        false
    }

    async fn redirect(&mut self, to: &str) -> bool {
        let reply = plain(307).with("location", to);
        self.write(reply.bytes()).await
    }

    fn garbage(&mut self) -> Vec<u8> {
        let length = self.rng.usize(1..2000);
        (0..length).map(|_| self.rng.u8(..)).collect()
    }

    fn padded_head(&self, padding: usize) -> Vec<u8> {
        let length = padding + self.reply.body.len();
        format!("{}content-length: {length}\r\n\r\n", self.reply.head()).into_bytes()
    }
}

fn plain(status: u16) -> Reply {
    Reply {
        status,
        headers: Vec::new(),
        body: Vec::new(),
    }
}
