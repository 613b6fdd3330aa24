//! Uploads in parts, as the page's script sends them.

use axum::body::Body;
use axum::http::{Method, Request, header};
use testkit::{Answer, Caller, County, TestApp, on_both};

/// One request of the script's; the testkit's callers send no headers of their own.
pub struct Script {
    caller: Caller,
    cookie: String,
}

impl Script {
    pub async fn of(app: &TestApp, account: kernel::Id) -> Script {
        let minted = app
            .app
            .store
            .housekeeping(|tx| async move { Ok(identity::mint_session(&tx, account).await?) });
        let minted = minted.await.unwrap();
        let cookie = format!("zhibu={};{}", minted.token, minted.csrf);
        Script {
            caller: app.stranger(),
            cookie,
        }
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        self.ask(method, path, headers, Body::from(body.to_vec()))
            .await
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Body,
    ) -> Answer {
        let (cookie, csrf) = self.cookie.split_once(';').unwrap();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "127.0.0.1")
            .header(header::COOKIE, cookie)
            .header("x-requested-with", "zhibu")
            .header("x-csrf-token", csrf);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.caller.ask(request.body(body).unwrap()).await
    }

    pub async fn begin(&self, metadata: &str, length: usize) -> Answer {
        let length = length.to_string();
        let headers = [
            ("upload-length", length.as_str()),
            ("upload-metadata", metadata),
        ];
        self.send(Method::POST, "/uploads", &headers, b"").await
    }

    pub async fn part(&self, at: &str, offset: usize, body: &[u8]) -> Answer {
        let offset = offset.to_string();
        let headers = [
            ("upload-offset", offset.as_str()),
            ("content-type", "application/offset+octet-stream"),
        ];
        self.send(Method::PATCH, at, &headers, body).await
    }
}

/// `记录.pdf`
pub const PDF_NAME: &str = "filename 6K6w5b2VLnBkZg==,filetype YXBwbGljYXRpb24vcGRm";
/// `a.docx`
const DOCX_NAME: &str = "filename YS5kb2N4";
pub const PDF: &[u8] = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer <<>>\n%%EOF\n";

fn offset(answer: &Answer) -> &str {
    answer.headers["upload-offset"].to_str().unwrap()
}

on_both! {
    async fn an_upload_goes_on_after_a_cut_and_becomes_a_file(app: TestApp) {
        let county = County::build(&app).await;
        let script = Script::of(&app, county.secretary).await;
        let begun = script.begin(PDF_NAME, PDF.len()).await;
        assert_eq!(begun.status, 201, "{}", begun.text);
        let at = begun.location.clone();
        assert_eq!(offset(&script.part(&at, 0, &PDF[..20]).await), "20");
        // The line broke: the script asks how much has come.
        let asked = script.send(Method::HEAD, &at, &[], b"").await;
        assert_eq!((asked.status.as_u16(), offset(&asked)), (200, "20"));
        let wrong = script.part(&at, 10, &PDF[10..]).await;
        assert_eq!(wrong.status, 409);
        assert!(wrong.text.contains("从已收到的地方"), "{}", wrong.text);
        let last = script.part(&at, 20, &PDF[20..]).await;
        assert_eq!(last.status, 204, "{}", last.text);
        let id = at.rsplit('/').next().unwrap();
        assert_eq!(last.headers["x-file"].to_str().unwrap(), id);
        let file = script.send(Method::GET, &format!("/files/{id}"), &[], b"").await;
        assert_eq!(file.bytes, PDF);
        let disposition = file.headers["content-disposition"].to_str().unwrap();
        assert!(disposition.starts_with("attachment") && disposition.contains("%E8%AE%B0"));
        assert_eq!(file.headers["x-content-type-options"], "nosniff");
        assert!(file.headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
    }

    async fn what_came_before_the_line_broke_is_kept(app: TestApp) {
        let county = County::build(&app).await;
        let script = Script::of(&app, county.secretary).await;
        let at = script.begin(PDF_NAME, PDF.len()).await.location;
        let lost = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        let stream = futures_util::stream::iter([Ok(&PDF[..15]), Err(lost)]);
        let headers = [("upload-offset", "0"), ("content-type", "application/offset+octet-stream")];
        script.ask(Method::PATCH, &at, &headers, Body::from_stream(stream)).await;
        let asked = script.send(Method::HEAD, &at, &[], b"").await;
        assert_eq!(offset(&asked), "15");
        assert_eq!(script.part(&at, 15, &PDF[15..]).await.status, 204);
        // The answer to the last part was lost: asking says that everything has come.
        let asked = script.send(Method::HEAD, &at, &[], b"").await;
        assert_eq!(offset(&asked), PDF.len().to_string());
    }

    async fn an_upload_is_nobody_elses(app: TestApp) {
        let county = County::build(&app).await;
        let own = Script::of(&app, county.secretary).await;
        let other = Script::of(&app, county.second_secretary).await;
        let at = own.begin(PDF_NAME, PDF.len()).await.location;
        assert_eq!(other.send(Method::HEAD, &at, &[], b"").await.status, 404);
        assert_eq!(other.part(&at, 0, PDF).await.status, 404);
        assert_eq!(other.send(Method::DELETE, &at, &[], b"").await.status, 404);
        assert_eq!(other.send(Method::HEAD, "/uploads/12345", &[], b"").await.status, 404);
        assert_eq!(other.send(Method::HEAD, "/uploads/x", &[], b"").await.status, 404);
        assert_eq!(own.part(&at, 0, PDF).await.status, 204);
        let file = at.replace("/uploads", "/files");
        assert_eq!(other.send(Method::GET, &file, &[], b"").await.status, 404);
        assert_eq!(own.send(Method::DELETE, &at, &[], b"").await.status, 204);
        assert_eq!(own.send(Method::GET, &file, &[], b"").await.status, 404);
    }

    async fn an_upload_without_the_pages_token_is_forged(app: TestApp) {
        let county = County::build(&app).await;
        let mut script = Script::of(&app, county.secretary).await;
        script.cookie = script.cookie.split_once(';').unwrap().0.to_owned() + ";wrong";
        assert_eq!(script.begin(PDF_NAME, 10).await.status, 403);
    }

    async fn what_is_no_document_is_refused_in_words(app: TestApp) {
        let county = County::build(&app).await;
        let script = Script::of(&app, county.secretary).await;
        let at = script.begin(DOCX_NAME, 8).await.location;
        let exe = script.part(&at, 0, b"MZ\x90\0\x03\0\0\0").await;
        assert_eq!(exe.status, 415);
        assert!(exe.text.contains("与扩展名不符"), "{}", exe.text);
        // Dropped: the script begins anew and hears the same.
        assert_eq!(script.send(Method::HEAD, &at, &[], b"").await.status, 404);
        let svg = script.begin("filename YS5zdmc=", 8).await;
        assert_eq!(svg.status, 415);
        assert!(svg.text.contains("docx、xlsx、pdf、jpg、png"), "{}", svg.text);
        let big = script.begin(PDF_NAME, 21 * 1024 * 1024).await;
        assert_eq!(big.status, 413);
        assert!(big.text.contains("20 MB"), "{}", big.text);
        let lying = script.begin("filename YS5wZGY=,filetype dGV4dC9odG1s", 8).await;
        assert_eq!(lying.status, 415, "{}", lying.text);
        for answer in [exe, svg, big, lying] {
            // The script shows what is short and no markup.
            assert!(answer.text.chars().count() < 200 && !answer.text.contains('<'));
        }
    }

    async fn more_than_announced_does_not_fit(app: TestApp) {
        let county = County::build(&app).await;
        let script = Script::of(&app, county.secretary).await;
        let at = script.begin(PDF_NAME, 10).await.location;
        assert_eq!(script.part(&at, 0, PDF).await.status, 413);
    }

    async fn unfinished_uploads_are_counted_and_expire(app: TestApp) {
        let county = County::build(&app).await;
        let script = Script::of(&app, county.secretary).await;
        let first = script.begin(PDF_NAME, 100).await.location;
        for _ in 1..20 {
            assert_eq!(script.begin(PDF_NAME, 100).await.status, 201);
        }
        let full = script.begin(PDF_NAME, 100).await;
        assert_eq!(full.status, 429);
        assert!(full.text.contains("没有传完"), "{}", full.text);
        app.pass_days(2);
        let script = Script::of(&app, county.secretary).await;
        assert_eq!(script.send(Method::HEAD, &first, &[], b"").await.status, 404);
        assert_eq!(script.begin(PDF_NAME, 100).await.status, 201);
    }
}
