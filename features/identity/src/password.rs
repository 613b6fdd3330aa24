//! Passwords: how they are hashed, checked, made and judged.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use kernel::Refusal;
use std::borrow::Cow;
use std::sync::OnceLock;
use store::{Context, Error};
use tokio::sync::Semaphore;

/// Hashes under way at once: each takes 19 MB and a core, so a burst of sign-ins queues here.
static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// A password as stored: argon2id, never the text.
#[derive(Clone, Debug)]
pub struct Hashed(pub(crate) String);

/// argon2id with 19,456 KiB, two passes, one lane.
fn argon() -> Result<Argon2<'static>, Error> {
    let params = Params::new(19_456, 2, 1, None).map_err(|_| Error::Key("argon2 parameters"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &[u8], salt: &[u8]) -> Result<String, Error> {
    let hashed: PasswordHash = argon()?
        .hash_password_with_salt(password, salt)
        .map_err(|_| Error::Key("a password could not be hashed"))?;
    Ok(hashed.to_string())
}

/// Hashes a password; to be done before the transaction that stores it.
pub async fn hash_password(context: &Context, password: &str) -> Result<Hashed, Error> {
    let (password, salt) = (password.to_owned(), context.random::<16>());
    in_pool(move || hash(password.as_bytes(), &salt))
        .await?
        .map(Hashed)
}

/// Whether the password is the one behind the hash. Without a hash (no such account, or one that
/// no password opens) it takes the same time and is false.
pub(crate) async fn is_password(stored: Option<String>, password: &str) -> Result<bool, Error> {
    let password = password.to_owned();
    in_pool(move || {
        let known = stored.as_deref().filter(|stored| !stored.is_empty());
        let against = known.unwrap_or(nobodys()?);
        let parsed =
            PasswordHash::new(against).map_err(|_| Error::Key("a stored password hash"))?;
        let fits = argon()?
            .verify_password(password.as_bytes(), &parsed)
            .is_ok();
        Ok(fits && known.is_some())
    })
    .await?
}

/// A hash that belongs to nobody, to spend the same time on an unknown name.
fn nobodys() -> Result<&'static str, Error> {
    static NOBODYS: OnceLock<String> = OnceLock::new();
    if let Some(known) = NOBODYS.get() {
        return Ok(known);
    }
    let made = hash(b"nobody's", b"sixteen bytes ok")?;
    Ok(NOBODYS.get_or_init(|| made))
}

async fn in_pool<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let _turn = AT_ONCE
        .acquire()
        .await
        .map_err(|_| Error::Key("the password pool is closed"))?;
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Error::Key("hashing a password failed"))
}

/// A password to be read out or typed from paper: three groups of four, nothing that looks like
/// something else (no i, l, o, 0, 1).
pub fn random_password(context: &Context) -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut text = String::new();
    for place in 0..12 {
        if place > 0 && place % 4 == 0 {
            text.push('-');
        }
        text.push(char::from(
            LETTERS[context.below(LETTERS.len() as u64) as usize],
        ));
    }
    text
}

/// Why a password will not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordUnfit {
    /// Fewer than ten characters.
    TooShort,
    /// More than 200 characters.
    TooLong,
    /// The user name is in it.
    HasUsername,
    /// Among the first that anybody tries.
    TooCommon,
}

impl Refusal for PasswordUnfit {
    fn code(&self) -> &'static str {
        match self {
            PasswordUnfit::TooShort => "password_too_short",
            PasswordUnfit::TooLong => "password_too_long",
            PasswordUnfit::HasUsername => "password_has_username",
            PasswordUnfit::TooCommon => "password_too_common",
        }
    }

    fn words(&self) -> Cow<'static, str> {
        match self {
            PasswordUnfit::TooShort => "新密码不足 10 个字符，请加长，例如用几个不相干的词连起来。",
            PasswordUnfit::TooLong => "新密码超过 200 个字符，请缩短。",
            PasswordUnfit::HasUsername => "新密码里含有用户名，容易被猜到，请换一个。",
            PasswordUnfit::TooCommon => "这个密码太常见，容易被猜到，请换一个。",
        }
        .into()
    }

    fn field(&self) -> Option<&'static str> {
        Some("password")
    }
}

/// Starts of the commonest passwords of ten characters and more; what follows may be digits.
const COMMON: &[&str] = &[
    "password",
    "passw0rd",
    "p@ssw0rd",
    "p@ssword",
    "qwertyuiop",
    "qwerty",
    "asdfghjkl",
    "asdfgh",
    "zxcvbnm",
    "1q2w3e4r",
    "1qaz2wsx",
    "zaq12wsx",
    "qazwsxedc",
    "qwe",
    "abc",
    "abcd",
    "abcdef",
    "abcdefg",
    "iloveyou",
    "woaini",
    "wodemima",
    "admin",
    "administrator",
    "zhibu",
    "dangyuan",
    "dangzhibu",
    "welcome",
    "letmein",
    "monkey",
    "dragon",
    "sunshine",
    "princess",
    "aa",
    "a",
    "qq",
    "woaizhongguo",
    "zhongguo",
    "5201314",
    "1314520",
    "mima",
    "test",
    "root",
    "huawei",
    "123qwe",
];

/// Whether a new password will do for that user name.
pub fn judge_password(username: &str, password: &str) -> Result<(), PasswordUnfit> {
    let length = password.chars().count();
    let plain = password.to_lowercase();
    if length < 10 {
        Err(PasswordUnfit::TooShort)
    } else if length > 200 {
        Err(PasswordUnfit::TooLong)
    } else if is_common(&plain) {
        Err(PasswordUnfit::TooCommon)
    } else if username.chars().count() > 2 && plain.contains(&username.to_lowercase()) {
        Err(PasswordUnfit::HasUsername)
    } else {
        Ok(())
    }
}

fn is_common(plain: &str) -> bool {
    let stem = plain.trim_end_matches(|c: char| c.is_ascii_digit() || "!.@#".contains(c));
    let mut letters: Vec<char> = plain.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    stem.is_empty() || letters.len() < 4 || COMMON.contains(&stem) || COMMON.contains(&plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::Clock;

    #[test]
    fn what_anybody_tries_first_is_refused() {
        for common in [
            "1234567890",
            "password123",
            "aaaaaaaaaaaa",
            "Qwertyuiop",
            "abc1234567",
            "20261120!!",
        ] {
            assert_eq!(
                judge_password("zhou", common),
                Err(PasswordUnfit::TooCommon),
                "{common}"
            );
        }
        assert_eq!(
            judge_password("zhou", "短密码"),
            Err(PasswordUnfit::TooShort)
        );
        assert_eq!(
            judge_password("zhouming", "ZhouMing-tree7"),
            Err(PasswordUnfit::HasUsername)
        );
        assert_eq!(judge_password("zhou", "河边的柳树三月发芽了"), Ok(()));
    }

    #[test]
    fn a_made_password_reads_well_and_passes_its_own_rules() {
        let context = Context::seeded(Clock::fixed(kernel::Instant(0)), 3);
        for _ in 0..200 {
            let made = random_password(&context);
            assert!(
                made.len() == 14 && !made.contains(['i', 'l', 'o', '0', '1']),
                "{made}"
            );
            assert_eq!(judge_password("zhou", &made), Ok(()));
        }
    }

    #[tokio::test]
    async fn only_the_right_password_fits_its_hash() {
        let context = Context::seeded(Clock::fixed(kernel::Instant(0)), 3);
        let Hashed(stored) = hash_password(&context, "three-grey-herons").await.unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert!(
            is_password(Some(stored.clone()), "three-grey-herons")
                .await
                .unwrap()
        );
        assert!(!is_password(Some(stored), "three-grey-heron").await.unwrap());
        assert!(!is_password(None, "nobody's").await.unwrap());
        assert!(!is_password(Some(String::new()), "").await.unwrap());
    }
}
