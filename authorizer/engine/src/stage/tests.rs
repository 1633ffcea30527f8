use oathgate_gostd::Url;

use super::*;
use crate::safety::{ForgedHeaders, Treatment};

fn read(text: &str) -> Result<StageOptions, String> {
    let mut options = StageOptions::default();
    let read = options.read_file(text);
    read.map(|()| options).map_err(|error| error.to_string())
}

#[test]
fn a_stage_file_and_variables_say_the_same() {
    let file = read(
        "api: {kind: http, tokenHeader: X-Token}\n\
         backend: {functionArn: a, secretHeader: {name: X-Gate-Secret}}\n\
         publicHost: api.example.com\nbasePath: /orders/v1.2\n\
         allowEncodedSlashes: true\ntags: {a: b}\n\
         vouchedHeaderFallback: '-'\nclientHeaders: [X-Note, X-Other]\nforgedHeaders: replace\n",
    )
    .unwrap();
    let mut variables = StageOptions {
        api: ApiKind::Http,
        ..StageOptions::default()
    };
    let variable = |name: &str| {
        let value = match name {
            "OATHGATE_PUBLIC_HOST" => "api.example.com",
            "OATHGATE_BASE_PATH" => "/orders/v1.2",
            "OATHGATE_ALLOW_ENCODED_SLASHES" => "true",
            "OATHGATE_VOUCHED_FALLBACK" => "-",
            "OATHGATE_CLIENT_HEADERS" => "X-Note, X-Other",
            "OATHGATE_FORGED_HEADERS" => "replace",
            "OATHGATE_TOKEN_HEADER" => "X-Token",
            "OATHGATE_BACKEND_SECRET_HEADER" => "X-Gate-Secret",
            _ => return None,
        };
        Some(value.to_owned())
    };
    variables.read_variables(variable).unwrap();
    assert_eq!(file, variables);
    assert_eq!(file.paths.encoded_slashes, Treatment::Allow);
    assert_eq!(file.paths.unsafe_paths, Treatment::Refuse);
    let vouched = &file.vouched;
    assert_eq!(vouched.placeholder, "-");
    assert_eq!(vouched.client_headers, ["X-Note", "X-Other"]);
    assert_eq!(vouched.forged, ForgedHeaders::Replace);
    assert_eq!(vouched.token_header.as_deref(), Some("X-Token"));
    assert_eq!(vouched.secret_header.as_deref(), Some("X-Gate-Secret"));
    variables.read_variables(|_| Some(String::new())).unwrap();
    assert_eq!(file, variables);
}

#[test]
fn a_domain_of_the_stage_is_its_public_host_and_has_its_base_path() {
    let domain = "domain: {name: api.example.com, basePath: /orders}\n";
    let options = read(domain).unwrap();
    assert_eq!(options.public_host.as_deref(), Some("api.example.com"));
    assert_eq!(options.base_path, Some(BasePath::parse("/orders").unwrap()));
    let other = read(&format!("publicHost: other.example.com\n{domain}")).unwrap();
    assert_eq!(other.public_host.as_deref(), Some("other.example.com"));
}

#[test]
fn what_cannot_be_used_is_said_all_at_once() {
    let error =
        read("api: {kind: soap}\nclientHeaders: [a b]\nforgedHeaders: ask\npublicHost: https://a\nallowEncodedSlashes: maybe\nbasePath: orders/\n").unwrap_err();
    for part in [
        "`publicHost` is `https://a`",
        "`api.kind` is `soap`",
        "`clientHeaders` is `a b`",
        "`forgedHeaders` is `ask`",
        "write `true` or `false`",
        "write a path such as `/orders`",
    ] {
        assert!(error.contains(part), "{error}");
    }
    assert!(
        read("basepath: /a")
            .unwrap_err()
            .contains("did you mean `basePath`?")
    );
    assert!(read("- a").is_err());
    assert!(read("a: [").is_err());
    let mut options = StageOptions::default();
    let error = options
        .read_variables(|_| Some(" /".to_owned()))
        .unwrap_err()
        .to_string();
    for variable in STAGE_OPTIONS.iter().filter_map(|option| option.variable) {
        assert!(error.contains(variable), "{error}");
    }
}

#[test]
fn a_base_path_has_a_slash_before_each_name() {
    for text in ["/a", "/a/b", "/v1.0", "/a_b-c"] {
        assert!(BasePath::parse(text).is_ok(), "{text}");
    }
    for text in [
        "", "/", "a", "/a/", "//a", "/..", "/a/./b", "/a%20b", "/a b", "/a?", "/.",
    ] {
        assert!(BasePath::parse(text).is_err(), "{text}");
    }
}

fn placed(host: &str, path: &str) -> Result<String, UnsafePath> {
    let options = read("publicHost: api.example.com\nbasePath: /orders").unwrap();
    let url = Url {
        scheme: "https".to_owned(),
        host: host.to_owned(),
        path: path.to_owned(),
        ..Url::default()
    };
    let mut request = Request {
        url,
        request_uri: format!("{path}?x"),
        ..Request::default()
    };
    options.place(&mut request)?;
    assert_eq!(request.request_uri, format!("{}?x", request.url.path));
    Ok(format!("{}{}", request.host, request.url.path))
}

#[test]
fn a_request_is_placed_where_the_custom_domain_has_the_api() {
    let own = "abc.execute-api.eu-west-1.amazonaws.com";
    for (host, path, place) in [
        (
            "orders.example",
            "/orders/admin/x",
            Ok("api.example.com/orders/admin/x"),
        ),
        ("orders.example", "/orders", Ok("api.example.com/orders")),
        (own, "/admin/x", Ok("api.example.com/orders/admin/x")),
        (
            own,
            "/orders/admin/x",
            Ok("api.example.com/orders/orders/admin/x"),
        ),
        (
            "orders.example",
            "/admin/x",
            Err(UnsafePath::OutsideBasePath),
        ),
        (
            "orders.example",
            "/ordersx",
            Err(UnsafePath::OutsideBasePath),
        ),
        (
            "orders.example",
            "//orders/x",
            Err(UnsafePath::OutsideBasePath),
        ),
    ] {
        assert_eq!(
            placed(host, path).as_deref(),
            place.as_ref().copied(),
            "{host}{path}"
        );
    }
}
