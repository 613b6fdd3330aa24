//! Files: what is taken, what becomes of pictures, who sees what.

use crate::uploads::PDF;
use image::{DynamicImage, ImageFormat, RgbImage};
use kernel::{Id, Refusal};
use record::files::{self, FileRefusal, Taken, take_file};
use std::io::Cursor;
use testkit::{County, TestApp, on_both};
use web::Place;

fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut image = RgbImage::new(width, height);
    for (x, _, pixel) in image.enumerate_pixels_mut() {
        *pixel = if x < width / 2 {
            image::Rgb([200, 30, 30])
        } else {
            image::Rgb([30, 30, 200])
        };
    }
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image)
        .write_to(&mut out, format)
        .unwrap();
    out.into_inner()
}

/// A JPEG with an EXIF block: turned by a quarter, and the name of a place.
fn photo_with_exif(width: u32, height: u32) -> Vec<u8> {
    let plain = picture(width, height, ImageFormat::Jpeg);
    let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
    tiff.extend_from_slice(&[0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0]);
    tiff.extend_from_slice(&[0x0e, 0x01, 2, 0, 12, 0, 0, 0, 38, 0, 0, 0]);
    tiff.extend_from_slice(&[0, 0, 0, 0]);
    tiff.extend_from_slice(b"GPS SECRET!\0");
    let mut block = b"Exif\0\0".to_vec();
    block.extend_from_slice(&tiff);
    let length = u16::try_from(block.len() + 2).unwrap().to_be_bytes();
    let mut out = plain[..2].to_vec();
    out.extend_from_slice(&[0xff, 0xe1, length[0], length[1]]);
    out.extend_from_slice(&block);
    out.extend_from_slice(&plain[2..]);
    out
}

/// A PNG that says it is 60,000 pixels wide and high.
fn picture_bomb() -> Vec<u8> {
    let mut png = picture(8, 8, ImageFormat::Png);
    png[16..20].copy_from_slice(&60_000u32.to_be_bytes());
    png[20..24].copy_from_slice(&60_000u32.to_be_bytes());
    let checksum = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&checksum.to_be_bytes());
    png
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                crc >> 1 ^ 0xedb8_8320
            } else {
                crc >> 1
            };
        }
    }
    !crc
}

pub fn docx(text: &str) -> Vec<u8> {
    let title = text.to_owned();
    let document = office::plain::PlainDocument {
        title,
        ..Default::default()
    };
    office::plain::write(&document).unwrap()
}

async fn take(app: &TestApp, name: &str, bytes: Vec<u8>) -> Result<Taken, FileRefusal> {
    take_file(&app.app, None, name, bytes).await
}

/// Saved and attached to a thing of that organisation.
pub async fn attached(app: &TestApp, taken: &Taken, kind: &'static str, at: Id, path: &str) -> Id {
    let place = Place::new(&kernel::TreePath::new(path), None);
    let saved = app.app.store.housekeeping(|tx| async move {
        let id = files::save_taken(&tx, taken, None).await?;
        files::attach(&tx, id, kind, Id(77), 0, at, &place).await?;
        Ok(id)
    });
    saved.await.unwrap()
}

on_both! {
    async fn a_photo_is_written_anew_upright_small_and_silent(app: TestApp) {
        let taken = take(&app, "现场.JPG", photo_with_exif(3000, 1000)).await.unwrap();
        // Turned by a quarter, then at most 2000 pixels.
        assert_eq!(taken.size, Some((667, 2000)));
        let kept = app.app.store.files.get(&taken.digest).unwrap();
        assert!(!kept.windows(4).any(|w| w == b"Exif" || w == b"SECR"));
        let small = app.app.store.files.get(&taken.small.unwrap()).unwrap();
        let small = image::load_from_memory(&small).unwrap();
        assert_eq!(small.height(), 480);
        let red_on_top = small.to_rgb8().get_pixel(small.width() / 2, 10).0;
        assert!(red_on_top[0] > 150 && red_on_top[2] < 100, "{red_on_top:?}");
    }

    async fn a_small_picture_is_not_blown_up(app: TestApp) {
        let taken = take(&app, "a.png", picture(40, 30, ImageFormat::Png)).await.unwrap();
        assert_eq!(taken.size, Some((40, 30)));
    }

    async fn what_only_claims_to_be_a_picture_is_refused(app: TestApp) {
        assert_eq!(take(&app, "a.png", picture_bomb()).await.unwrap_err(), FileRefusal::TooManyPixels);
        let named = take(&app, "a.jpg", picture(8, 8, ImageFormat::Png)).await;
        assert_eq!(named.unwrap_err(), FileRefusal::NotWhatItSays);
        let mut cut = picture(200, 200, ImageFormat::Png);
        cut.truncate(60);
        assert_eq!(take(&app, "a.png", cut).await.unwrap_err(), FileRefusal::Damaged);
        let svg = take(&app, "a.svg", b"<svg/>".to_vec()).await.unwrap_err();
        assert!(svg.words().contains("不收这种文件"));
    }

    async fn office_files_are_read_or_refused_by_their_reader(app: TestApp) {
        let taken = take(&app, "会议记录.docx", docx("支委会会议记录")).await.unwrap();
        assert!(taken.text.unwrap().contains("支委会会议记录"));
        let renamed = take(&app, "表.xlsx", docx("支委会会议记录")).await.unwrap_err();
        assert!(matches!(renamed, FileRefusal::Unread(_)), "{renamed:?}");
        let old = [&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1][..], &[0; 600]].concat();
        let old = take(&app, "旧.docx", old).await.unwrap_err();
        assert!(old.words().contains("旧格式"), "{}", old.words());
        let exe = take(&app, "a.docx", b"MZ\x90\0".to_vec()).await.unwrap_err();
        assert_eq!(exe, FileRefusal::NotWhatItSays);
    }

    async fn a_file_of_another_branch_is_not_there(app: TestApp) {
        let county = County::build(&app).await;
        let photo = take(&app, "现场.jpg", picture(60, 40, ImageFormat::Jpeg)).await.unwrap();
        let paper = take(&app, "记录.docx", docx("秘密甲乙丙")).await.unwrap();
        let plan = take(&app, "计划.pdf", PDF.to_vec()).await.unwrap();
        let mut paths = Vec::new();
        for taken in [photo, paper, plan] {
            let id = attached(&app, &taken, "record", county.first, "001002").await;
            for view in ["", "/inline", "/small"] {
                paths.push(format!("/files/{id}{view}"));
            }
        }
        for foreign in [county.second_secretary, county.inspector, county.system_admin] {
            let caller = County::call(&app, foreign).await;
            for path in &paths {
                let answer = caller.get(path).await;
                assert_eq!(answer.status, 404, "{path}");
                assert!(!answer.text.contains("秘密"));
            }
        }
        let none = app.stranger().get(&paths[0]).await;
        assert!(none.location.starts_with("/sign-in"));
        for own in [county.secretary, county.committee_member, county.officer] {
            let caller = County::call(&app, own).await;
            let statuses: Vec<u16> = {
                let mut all = Vec::new();
                for path in &paths {
                    all.push(caller.get(path).await.status.as_u16());
                }
                all
            };
            assert_eq!(statuses, [200, 200, 200, 200, 200, 404, 200, 200, 404]);
        }
        let secretary = County::call(&app, county.secretary).await;
        assert!(secretary.get(&paths[4]).await.page().contains("秘密甲乙丙"));
        let pdf = secretary.get(&paths[7]).await;
        assert_eq!(pdf.headers["content-type"], "application/pdf");
        let policy = pdf.headers["content-security-policy"].to_str().unwrap();
        assert!(!policy.contains("sandbox") && policy.contains("default-src 'none'"));
        assert_eq!(secretary.get("/files/abc").await.status, 404);
    }

    async fn a_sheets_annex_is_seen_where_it_was_handed_out(app: TestApp) {
        let county = County::build(&app).await;
        let taken = take(&app, "附件1.docx", docx("附件")).await.unwrap();
        let shared = app.app.store.housekeeping(|tx| async move {
            let id = files::save_taken(&tx, &taken, None).await?;
            let at = |path: &str| Place::new(&kernel::TreePath::new(path), None);
            let to = [(county.bureau, at("001")), (county.first, at("001002"))];
            files::share(&tx, id, "sheet", Id(5), 0, &to).await?;
            files::share(&tx, id, "sheet", Id(5), 0, &to).await?;
            files::attach(&tx, id, "hand_on", county.audit_admin, 0, county.first, &at("001002")).await?;
            Ok(id)
        });
        let id = shared.await.unwrap();
        let listed = files::files_of(app.app.store.db(), "sheet", &[Id(5), Id(6)]).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!((listed[0].file, listed[0].name.as_str()), (id, "附件1.docx"));
        let path = format!("/files/{id}");
        let mut seen = Vec::new();
        for account in [county.officer, county.secretary, county.second_secretary, county.audit_admin] {
            seen.push(County::call(&app, account).await.get(&path).await.status.as_u16());
        }
        assert_eq!(seen, [200, 200, 404, 200]);
    }
}
