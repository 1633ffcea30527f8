use super::*;
use crate::testing::{ScriptedHttp, answer};

fn to(method: &str, url: &str) -> ServiceRequest {
    ServiceRequest::new(method, Url::parse(url).unwrap(), Duration::from_secs(5))
}

fn redirect(status: u16, location: &str) -> Result<HttpResponse, HttpError> {
    Ok(answer(status, &[("Location", location)], ""))
}

fn done() -> Result<HttpResponse, HttpError> {
    Ok(answer(200, &[], "done"))
}

fn lines(http: &ScriptedHttp) -> Vec<String> {
    http.sent()
        .iter()
        .map(|asked| format!("{} {}", asked.method, asked.url))
        .collect()
}

fn header(request: &HttpRequest, name: &str) -> Option<String> {
    request
        .headers
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.clone())
}

#[tokio::test]
async fn it_follows_with_the_method_and_body_that_the_status_allows() {
    for (status, method, want, with_body) in [
        (301, "GET", "GET", false),
        (301, "POST", "GET", false),
        (302, "HEAD", "HEAD", false),
        (303, "PUT", "GET", false),
        (307, "POST", "POST", true),
        (308, "DELETE", "DELETE", true),
    ] {
        let http = ScriptedHttp::new([redirect(status, "../x?y"), done()]);
        let mut request = to(method, "http://h:1/a/b/c?q");
        request.body = Bytes::from_static(b"body");
        request.header.set("Content-Type", "text/plain");
        request.header.set("X-A", "1");
        let answered = request.send(&*http).await.unwrap();
        assert_eq!(answered.body, "done");
        assert_eq!(
            lines(&http),
            [
                format!("{method} http://h:1/a/b/c?q"),
                format!("{want} http://h:1/a/x?y")
            ]
        );
        let second = http.sent().remove(1);
        assert_eq!(second.body == "body", with_body, "{status}");
        assert_eq!(
            header(&second, "Content-Type").is_some(),
            with_body,
            "{status}"
        );
        assert_eq!(header(&second, "X-A").as_deref(), Some("1"));
        assert_eq!(
            header(&second, "Referer").as_deref(),
            Some("http://h:1/a/b/c?q")
        );
    }
}

#[tokio::test]
async fn an_answer_without_location_or_of_another_status_is_final() {
    for status in [200, 204, 300, 304, 305, 401, 500] {
        let http = ScriptedHttp::new([redirect(status, "/x"), done()]);
        assert_eq!(
            to("GET", "http://h/").send(&*http).await.unwrap().status,
            status
        );
    }
    let http = ScriptedHttp::answering(302, "");
    assert_eq!(
        to("GET", "http://h/").send(&*http).await.unwrap().status,
        302
    );
}

#[tokio::test]
async fn it_stops_after_ten_requests() {
    let http = ScriptedHttp::new([redirect(302, "/again")]);
    let outcome = to("GET", "http://h/").send(&*http).await;
    assert_eq!(outcome.err(), Some(HttpError::Redirects));
    assert_eq!(http.sent().len(), 10);
}

/// Headers that hold credentials, and one that looks as if it did not.
const CREDENTIALS: [&str; 9] = [
    "Authorization",
    "Cookie",
    "Proxy-Authorization",
    "X-Api-Key",
    "X-Session-Token",
    "X-Forwarded-Host",
    "X-A",
    "Referer",
    "Content-Type",
];

fn with_credentials(method: &str, url: &str) -> ServiceRequest {
    let mut request = to(method, url);
    for name in CREDENTIALS {
        request.header.set(name, "s3cr3t");
    }
    request.header.set("Accept", "application/json");
    request.header.set("User-Agent", "gate");
    request
}

#[tokio::test]
async fn no_header_that_may_be_a_credential_goes_to_another_origin() {
    for (first, location, same) in [
        ("http://example.com/", "/x", true),
        ("http://example.com/", "http://example.com/x", true),
        ("http://example.com/", "HTTP://EXAMPLE.com:80/x", true),
        ("https://example.com:443/", "//example.com/x", true),
        ("http://example.com:81/", "http://example.com:81/x", true),
        ("http://example.com/", "http://example.com:99/x", false),
        ("http://example.com:99/", "http://example.com/x", false),
        ("http://example.com/", "https://example.com/x", false),
        ("http://example.com:443/", "https://example.com/x", false),
        ("http://example.com/", "http://sub.example.com/x", false),
        ("http://sub.example.com/", "http://example.com/x", false),
        ("http://example.com/", "http://example.com./x", false),
        ("http://example.com/", "http://badexample.com/x", false),
        ("http://example.com/", "http://other.org/x", false),
        ("http://example.com/", "//other.org/x", false),
        ("http://127.0.0.1/", "http://localhost/x", false),
        ("http://[::1]/", "http://[::2]/x", false),
        ("http://u:s3cr3t@example.com/", "http://other.org/x", false),
    ] {
        for status in [301, 302, 303, 307, 308] {
            let http = ScriptedHttp::new([redirect(status, location), done()]);
            let outcome = with_credentials("GET", first).send(&*http).await;
            outcome.unwrap_or_else(|error| panic!("{first} to {location}: {error}"));
            let second = http.sent().remove(1);
            for name in CREDENTIALS {
                let kept = header(&second, name).is_some();
                let wanted = same && (name != "Content-Type" || matches!(status, 307 | 308));
                assert_eq!(kept, wanted, "{first} to {location}: {name}");
            }
            if !same {
                let mut names: Vec<_> = second.headers.iter().map(|(name, _)| name).collect();
                names.sort();
                assert_eq!(names, ["Accept", "User-Agent"], "{first} to {location}");
                assert!(!second.url.contains("s3cr3t"));
            }
        }
    }
}

#[tokio::test]
async fn a_configured_host_is_not_named_to_another_origin() {
    let http = ScriptedHttp::new([redirect(302, "//other.org/x"), done()]);
    let mut request = to("GET", "http://h/");
    request.host = Some("public".to_owned());
    request.send(&*http).await.unwrap();
    assert_eq!(header(&http.sent()[1], "Host"), None);
}

#[tokio::test]
async fn a_body_never_goes_to_another_origin() {
    for location in [
        "http://other.org/",
        "http://h:81/",
        "https://h/",
        "//other.org/x",
    ] {
        for status in [307, 308] {
            let http = ScriptedHttp::new([redirect(status, location), done()]);
            let mut request = to("POST", "http://h/");
            request.body = Bytes::from_static(b"token=s3cr3t");
            let outcome = request.send(&*http).await;
            let refused = matches!(outcome, Err(HttpError::ForeignRedirect(_)));
            assert!(refused, "{status} {location}");
            assert_eq!(http.sent().len(), 1, "{status} {location}");
        }
    }
    let http = ScriptedHttp::new([redirect(302, "http://other.org/"), done()]);
    let mut request = to("POST", "http://h/");
    request.body = Bytes::from_static(b"token=s3cr3t");
    request.send(&*http).await.unwrap();
    assert!(http.sent()[1].body.is_empty());
}

#[tokio::test]
async fn a_query_is_not_repeated_to_another_origin() {
    for (url, location, followed) in [
        ("http://h/?token=s3cr3t", "http://other.org/?x=1", true),
        ("http://h/?token=s3cr3t", "/?token=s3cr3t", true),
        ("http://h/", "http://other.org/?token=s3cr3t", true),
        ("http://h/?=&a=", "http://other.org/?b=1", true),
        (
            "http://h/?token=s3cr3t",
            "http://other.org/?t=s3cr3t",
            false,
        ),
        (
            "http://h/?token=s3cr3t",
            "http://other.org/in/s3cr3t/",
            false,
        ),
        ("http://h/?token=s3cr3t", "http://s3cr3t@other.org/", false),
        (
            "http://h/?token=s3cr3t",
            "http://other.org/?t=s%33cr3t",
            false,
        ),
        (
            "http://h/?token=s%33cr3t",
            "http://other.org/?t=s3cr3t",
            false,
        ),
        ("http://h/?t=a+b", "http://other.org/?t=a%20b", false),
        ("http://h/?s3cr3t", "http://other.org/?s3cr3t", false),
        ("http://h/?s3cr3t=", "http://other.org/?s3cr3t", false),
        (
            "http://h/?a=x&token=s3cr3t",
            "http://other.org/?s3cr3t",
            false,
        ),
        (
            "http://h/?token=s3cr3t",
            "http://other.org/?t=s%33cr3t&%zz",
            false,
        ),
    ] {
        let http = ScriptedHttp::new([redirect(302, location), done()]);
        let outcome = to("GET", url).send(&*http).await;
        assert_eq!(outcome.is_ok(), followed, "{url} to {location}");
        let asked = 1 + usize::from(followed);
        assert_eq!(http.sent().len(), asked, "{url} to {location}");
    }
}

#[tokio::test]
async fn what_a_redirect_within_an_origin_adds_to_the_query_stays_there_too() {
    let http = ScriptedHttp::new([
        redirect(302, "/?token=s3cr3t"),
        redirect(302, "http://other.org/?token=s3cr3t"),
        done(),
    ]);
    let outcome = to("GET", "http://h/").send(&*http).await;
    assert!(matches!(outcome, Err(HttpError::ForeignRedirect(_))));
    assert_eq!(http.sent().len(), 2);
}

#[tokio::test]
async fn nothing_leaves_https_for_http() {
    for location in ["http://h/", "http://h:443/", "http://other.org/"] {
        for hops in [vec![], vec![redirect(302, "https://other.org/")]] {
            let answers = hops.into_iter().chain([redirect(302, location), done()]);
            let http = ScriptedHttp::new(answers.collect::<Vec<_>>());
            let outcome = to("GET", "https://h/").send(&*http).await;
            assert!(matches!(outcome, Err(HttpError::ForeignRedirect(_))));
            assert!(
                http.sent()
                    .iter()
                    .all(|asked| asked.url.starts_with("https://"))
            );
        }
    }
}

#[tokio::test]
async fn credentials_once_dropped_do_not_come_back() {
    let http = ScriptedHttp::new([
        redirect(302, "http://other.org/"),
        redirect(302, "http://example.com/back"),
        done(),
    ]);
    let mut request = to("GET", "http://example.com/");
    request.header.set("Cookie", "sid=1");
    request.send(&*http).await.unwrap();
    assert_eq!(header(&http.sent()[2], "Cookie"), None);
}

#[tokio::test]
async fn no_referer_shows_a_password() {
    let http = ScriptedHttp::new([redirect(302, "/x"), done()]);
    to("GET", "http://u:p@h/").send(&*http).await.unwrap();
    let asked = http.sent();
    assert_eq!(asked[0].url, "http://h/");
    assert_eq!(
        header(&asked[0], "Authorization").as_deref(),
        Some("Basic dTpw")
    );
    assert_eq!(header(&asked[1], "Referer").as_deref(), Some("http://h/"));
}

#[tokio::test]
async fn it_refuses_what_http_does_not_allow() {
    let http = ScriptedHttp::new([done()]);
    for (method, url, want) in [
        ("GE T", "http://h/", HttpError::Method),
        ("GET", "gopher://h/", HttpError::Address),
        ("GET", "http:///x", HttpError::Address),
        ("GET", "/x", HttpError::Address),
    ] {
        assert_eq!(
            to(method, url).send(&*http).await.err(),
            Some(want),
            "{method} {url}"
        );
    }
    for (name, value) in [("X A", "1"), ("X-A", "a\nb"), ("", "1")] {
        let mut request = to("GET", "http://h/");
        request.header.set(name, value);
        let want = HttpError::Header(name.to_owned());
        assert_eq!(request.send(&*http).await.err(), Some(want));
    }
    assert!(http.sent().is_empty());
}

#[tokio::test]
async fn it_leaves_out_headers_that_frame_the_message() {
    let http = ScriptedHttp::new([done()]);
    let mut request = to("", "http://h/");
    for name in ["Host", "Content-Length", "Transfer-Encoding", "Trailer"] {
        request.header.set(name, "1");
    }
    request.send(&*http).await.unwrap();
    assert!(http.sent()[0].headers.is_empty());
    assert_eq!(http.sent()[0].method, "GET");
}

#[tokio::test]
async fn a_query_cannot_break_the_request_line() {
    let http = ScriptedHttp::new([done()]);
    let mut request = to("GET", "http://h/");
    request.url.raw_query = "a=b c&d=\"<>&e=%20ü\u{F7FC}".to_owned();
    request.send(&*http).await.unwrap();
    assert_eq!(
        http.sent()[0].url,
        "http://h/?a=b%20c&d=%22%3C%3E&e=%20ü%FC"
    );
}

#[tokio::test]
async fn a_custom_host_stays_only_with_relative_redirects() {
    for (location, want) in [("/x", Some("public")), ("http://h/x", None)] {
        let http = ScriptedHttp::new([redirect(307, location), done()]);
        let mut request = to("GET", "http://h/");
        request.host = Some("public".to_owned());
        request.send(&*http).await.unwrap();
        assert_eq!(header(&http.sent()[0], "Host").as_deref(), Some("public"));
        assert_eq!(header(&http.sent()[1], "Host").as_deref(), want);
    }
}
