//! 动态验证码: six digits that change each half minute, from a secret that phone and server share
//! (RFC 6238 with SHA-1, as every authenticator reads it).

use kernel::{Id, Instant};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use store::{Context, Error, Keys};
use totp_rs::{Builder, Secret, Totp};

/// 密钥: 160 bits, as RFC 4226 asks.
#[derive(Clone)]
pub struct Shared(Vec<u8>);

impl Shared {
    pub fn new(context: &Context) -> Shared {
        Shared(context.random::<20>().to_vec())
    }

    /// As the database keeps it, for that account alone.
    pub fn seal(&self, keys: &Keys, context: &Context, account: Id) -> Result<String, Error> {
        keys.seal(context, &place(account), &hex::encode(&self.0))
    }

    pub fn open(keys: &Keys, account: Id, sealed: &str) -> Result<Shared, Error> {
        let plain = keys.open(&place(account), sealed)?;
        hex::decode(plain)
            .map(Shared)
            .map_err(|_| Error::Key("a second factor's secret"))
    }

    /// To be typed into a phone: base32 in groups of four.
    pub fn words(&self) -> String {
        let text = Secret::from(self.0.clone()).to_base32();
        let letters: Vec<char> = text.chars().collect();
        let groups: Vec<String> = letters
            .chunks(4)
            .map(|four| four.iter().collect())
            .collect();
        groups.join(" ")
    }

    /// What the QR code says.
    fn address(&self, county: &str, username: &str) -> String {
        let plain = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let (county, username) = (plain(county), plain(username));
        let secret = Secret::from(self.0.clone()).to_base32();
        format!("otpauth://totp/{county}:{username}?secret={secret}&issuer={county}")
    }

    /// The QR code as a drawing to stand in a page.
    pub fn qr(&self, county: &str, username: &str) -> Result<String, Error> {
        let address = self.address(county, username);
        let code = QrCode::with_error_correction_level(address, EcLevel::M)
            .map_err(|_| Error::Key("the address is too long for a QR code"))?;
        let drawing = code
            .render::<svg::Color<'_>>()
            .min_dimensions(220, 220)
            .build();
        // Within a page no XML declaration stands.
        Ok(drawing
            .split_once("?>")
            .map_or(drawing.as_str(), |(_, svg)| svg)
            .to_owned())
    }

    fn totp(&self) -> Result<Totp, Error> {
        Builder::new()
            .with_secret(self.0.clone())
            .with_skew(1)
            .build()
            .map_err(|_| Error::Key("a second factor's secret"))
    }

    /// The step whose code that is, if one of the present one and its neighbours.
    pub fn step_of(&self, code: &str, now: Instant) -> Result<Option<i64>, Error> {
        let seconds = u64::try_from(now.0 / 1000).unwrap_or(0);
        let step = self.totp()?.check(code, seconds);
        Ok(step.and_then(|step| i64::try_from(step).ok()))
    }
}

fn place(account: Id) -> String {
    format!("second_factor/secret/{account}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard_and_their_neighbours() {
        let shared = Shared(b"12345678901234567890".to_vec());
        let at = |seconds: i64| Instant(seconds * 1000);
        // RFC 6238, appendix B: the last six digits.
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (2_000_000_000, "279037"),
        ] {
            let step = seconds / 30;
            assert_eq!(shared.step_of(code, at(seconds)).unwrap(), Some(step));
            assert_eq!(shared.step_of(code, at(seconds + 30)).unwrap(), Some(step));
            assert_eq!(shared.step_of(code, at(seconds + 90)).unwrap(), None);
        }
        assert_eq!(shared.step_of("000000", at(59)).unwrap(), None);
    }

    #[test]
    fn a_phone_reads_the_address() {
        let shared = Shared(b"12345678901234567890".to_vec());
        let address = shared.address("清禾县", "zhouming");
        assert!(address.starts_with("otpauth://totp/%E6%B8%85%E7%A6%BE%E5%8E%BF:zhouming?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"));
        let drawing = shared.qr("清禾县", "zhouming").unwrap();
        assert!(drawing.starts_with("<svg") && !drawing.contains("style="));
    }
}
