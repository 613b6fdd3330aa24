//! Pictures are decoded and written anew: upright, at most [`SIDE`] pixels, without a word of what
//! the camera knew about place and time.

use super::{FileKind, FileRefusal};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader};
use std::io::Cursor;

/// Longest side of what is kept.
const SIDE: u32 = 2000;
/// Longest side of the small picture.
const SMALL: u32 = 480;
/// Pixels that are decoded at all.
const MOST_PIXELS: u64 = 60_000_000;
/// Memory one decoding may take: four bytes a pixel and room to turn it.
const MOST_MEMORY: u64 = 300 * 1024 * 1024;

/// A picture as kept.
pub(super) struct Picture {
    pub kind: FileKind,
    pub bytes: Vec<u8>,
    pub small: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

/// Decodes and writes anew. Slow: for the blocking pool.
pub(super) fn write_anew(kind: FileKind, bytes: &[u8]) -> Result<Picture, FileRefusal> {
    let format = if kind == FileKind::Png {
        ImageFormat::Png
    } else {
        ImageFormat::Jpeg
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(said)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(FileRefusal::TooManyPixels);
    }
    let orientation = decoder.orientation().map_err(said)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(said)?;
    if picture.width().max(picture.height()) > SIDE {
        picture = picture.resize(SIDE, SIDE, image::imageops::FilterType::Triangle);
    }
    picture.apply_orientation(orientation);
    let small = picture.thumbnail(SMALL.min(picture.width()), SMALL.min(picture.height()));
    Ok(Picture {
        kind,
        width: picture.width(),
        height: picture.height(),
        bytes: if kind == FileKind::Png {
            png(&picture)?
        } else {
            jpeg(&picture)?
        },
        small: jpeg(&on_white(small))?,
    })
}

fn jpeg(picture: &DynamicImage) -> Result<Vec<u8>, FileRefusal> {
    let mut out = Vec::new();
    let rgb = picture.to_rgb8();
    JpegEncoder::new_with_quality(&mut out, 85)
        .encode_image(&rgb)
        .map_err(said)?;
    Ok(out)
}

fn png(picture: &DynamicImage) -> Result<Vec<u8>, FileRefusal> {
    let eight_bits = if picture.color().has_alpha() {
        DynamicImage::ImageRgba8(picture.to_rgba8())
    } else {
        DynamicImage::ImageRgb8(picture.to_rgb8())
    };
    let mut out = Cursor::new(Vec::new());
    eight_bits
        .write_to(&mut out, ImageFormat::Png)
        .map_err(said)?;
    Ok(out.into_inner())
}

/// A JPEG has no transparency: what shows through is paper.
fn on_white(picture: DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return picture;
    }
    let mut rgba = picture.to_rgba8();
    for pixel in rgba.pixels_mut() {
        let alpha = u32::from(pixel.0[3]);
        for channel in &mut pixel.0[..3] {
            let mixed = (u32::from(*channel) * alpha + 255 * (255 - alpha)) / 255;
            *channel = u8::try_from(mixed).unwrap_or(255);
        }
    }
    DynamicImage::ImageRgba8(rgba)
}

fn said(error: image::ImageError) -> FileRefusal {
    match error {
        image::ImageError::Limits(_) => FileRefusal::TooManyPixels,
        _ => FileRefusal::Damaged,
    }
}
