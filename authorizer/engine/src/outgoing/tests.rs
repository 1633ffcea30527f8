use super::*;
use crate::testing::{ScriptedHttp, answer};

fn to(method: &str, url: &str) -> Outgoing {
    Outgoing::new(method, Url::parse(url).unwrap(), Duration::from_secs(5))
}

fn redirect(status: u16, location: &str) -> Result<HttpResponse, HttpError> {
    Ok(answer(status, &[("Location", location)], ""))
}

fn done() -> Result<HttpResponse, HttpError> {
    Ok(answer(200, &[], "done"))
}

fn lines(http: &ScriptedHttp) -> Vec<String> {
    http.asked()
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
        let second = http.asked().remove(1);
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
    assert_eq!(http.asked().len(), 10);
}

#[tokio::test]
async fn credentials_stay_with_the_host_and_its_subdomains() {
    for (location, kept) in [
        ("http://example.com:99/", true),
        ("http://sub.example.com/", true),
        ("http://badexample.com/", false),
        ("http://com/", false),
        ("http://other.org/", false),
    ] {
        let http = ScriptedHttp::new([redirect(302, location), done()]);
        let mut request = to("GET", "http://example.com/");
        request.header.set("Cookie", "sid=1");
        request.header.set("authorization", "Bearer x");
        request.header.set("X-A", "1");
        request.send(&*http).await.unwrap();
        let second = http.asked().remove(1);
        assert_eq!(header(&second, "Cookie").is_some(), kept, "{location}");
        assert_eq!(
            header(&second, "Authorization").is_some(),
            kept,
            "{location}"
        );
        assert_eq!(header(&second, "X-A").as_deref(), Some("1"), "{location}");
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
    assert_eq!(header(&http.asked()[2], "Cookie"), None);
}

#[tokio::test]
async fn no_referer_leaves_https_and_none_shows_a_password() {
    let http = ScriptedHttp::new([redirect(302, "http://h/"), done()]);
    to("GET", "https://h/secret").send(&*http).await.unwrap();
    assert_eq!(header(&http.asked()[1], "Referer"), None);

    let http = ScriptedHttp::new([redirect(302, "/x"), done()]);
    to("GET", "http://u:p@h/").send(&*http).await.unwrap();
    let asked = http.asked();
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
    assert!(http.asked().is_empty());
}

#[tokio::test]
async fn it_leaves_out_headers_that_frame_the_message() {
    let http = ScriptedHttp::new([done()]);
    let mut request = to("", "http://h/");
    for name in ["Host", "Content-Length", "Transfer-Encoding", "Trailer"] {
        request.header.set(name, "1");
    }
    request.send(&*http).await.unwrap();
    assert!(http.asked()[0].headers.is_empty());
    assert_eq!(http.asked()[0].method, "GET");
}

#[tokio::test]
async fn a_query_cannot_break_the_request_line() {
    let http = ScriptedHttp::new([done()]);
    let mut request = to("GET", "http://h/");
    request.url.raw_query = "a=b c&d=\"<>&e=%20ü\u{F7FC}".to_owned();
    request.send(&*http).await.unwrap();
    assert_eq!(
        http.asked()[0].url,
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
        assert_eq!(header(&http.asked()[0], "Host").as_deref(), Some("public"));
        assert_eq!(header(&http.asked()[1], "Host").as_deref(), want);
    }
}
