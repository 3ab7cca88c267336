//! Names, numbers and identifiers.

use super::{Fault, Shape};
use crate::report::Severity;

/// "The code can contain a maximum of 64 characters, including only letters, digits, and underscores (_), and can
/// start only with a letter or an underscore (_)": the name is meant (domain notes 7, A1).
pub(in crate::channel) static NAME: Shape = Shape {
    words: "at most 64 letters, digits and underscores, not starting with a digit",
    pattern: Some("^[A-Za-z_][A-Za-z0-9_]{0,63}$"),
    judge: |text| {
        (!is_name(text)).then(|| {
            Fault::new(
                "NAME-FORM",
                Severity::Critical,
                "what stands there cannot be a Channel Name",
                "use at most 64 letters, digits and underscores, starting with a letter or an underscore",
            )
        })
    },
};

/// Whether a text can be a Channel Name.
pub(in crate::channel) fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// No form is stated, so this only warns (domain notes 7, A17). Personal data: not repeated.
pub(in crate::channel) static PHONE: Shape = Shape {
    words: "8 to 15 digits with an optional plus (E.164)",
    pattern: None,
    judge: |text| {
        // Letters are no number in any notation, and may be a secret under the wrong key.
        let severity = match text.chars().any(char::is_alphabetic) {
            true => Severity::Critical,
            false => Severity::Warning,
        };
        (!is_phone_number(text)).then(|| {
            Fault::new(
                "PHONE-FORM",
                severity,
                "the phone number is not 8 to 15 digits with an optional plus",
                "write it in international form, such as +441134960000; an identifier of the provider is no number",
            )
        })
    },
};

/// 8 to 15 digits (E.164 allows 15); blanks, hyphens and brackets are how people write them.
fn is_phone_number(text: &str) -> bool {
    let digits = text.strip_prefix('+').unwrap_or(text);
    let count = digits.bytes().filter(u8::is_ascii_digit).count();
    let plain = digits
        .chars()
        .all(|letter| letter.is_ascii_digit() || matches!(letter, ' ' | '-' | '(' | ')' | '.'));
    plain && (8..=15).contains(&count)
}

/// Account SID: "AC" and 32 hexadecimal digits (`twilio.com/docs/api/errors/21470`).
pub(in crate::channel) static ACCOUNT_SID: Shape = Shape {
    words: "AC and 32 hexadecimal digits",
    pattern: Some("^AC[0-9a-fA-F]{32}$"),
    judge: |text| sid(text, "AC", "Account SID"),
};

/// API key SID: "SK" and 32 hexadecimal digits (`twilio.com/docs/usage/api/keys`).
pub(in crate::channel) static API_KEY_SID: Shape = Shape {
    words: "SK and 32 hexadecimal digits",
    pattern: Some("^SK[0-9a-fA-F]{32}$"),
    judge: |text| sid(text, "SK", "API Key SID"),
};

fn sid(text: &str, prefix: &str, label: &str) -> Option<Fault> {
    let digits = text.strip_prefix(prefix);
    let fits = digits.is_some_and(|digits| {
        digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    });
    (!fits).then(|| {
        Fault::new(
            "SID-FORM",
            Severity::Critical,
            format!("this is no {label}: that is {prefix} and 32 hexadecimal digits"),
            "copy it from the console of Twilio; a friendly name, or the SID of something else, is not it",
        )
    })
}

/// The app ID of Meta.
pub(in crate::channel) static DIGITS: Shape = Shape {
    words: "digits",
    pattern: Some("^[0-9]+$"),
    judge: |text| {
        let fits = text.bytes().all(|byte| byte.is_ascii_digit());
        (!fits).then(|| {
            Fault::new(
                "ID-FORM",
                Severity::Critical,
                "an app ID of Meta is digits only",
                "copy the app ID from https://developers.facebook.com/apps; the app secret is something else",
            )
        })
    },
};

/// The document: "The value must end with bot"; the rest is Telegram's (`core.telegram.org/bots/features`).
pub(in crate::channel) static BOT_USERNAME: Shape = Shape {
    words: "5 to 32 Latin letters, digits and underscores that end with bot",
    pattern: Some("^[A-Za-z0-9_]{2,29}[bB][oO][tT]$"),
    judge: |text| {
        let why = bot_username(text).err()?;
        Some(Fault::new(
            "BOTNAME",
            Severity::Critical,
            format!("this is no bot username: {why}"),
            "choose 5 to 32 Latin letters, digits and underscores that end with bot",
        ))
    },
};

fn bot_username(name: &str) -> Result<(), &'static str> {
    if !name
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    {
        return Err("only Latin letters, digits and underscores are possible");
    }
    if !(5..=32).contains(&name.len()) {
        return Err("it must have 5 to 32 characters");
    }
    if !name.to_ascii_lowercase().ends_with("bot") {
        return Err("it must end with bot");
    }
    Ok(())
}

/// The observed form; Telegram gives no grammar, so that only a text without a colon is surely wrong (domain notes 3.4).
pub(in crate::channel) static BOT_TOKEN: Shape = Shape {
    words: "6 or more digits, a colon and 35 letters, digits, underscores and hyphens",
    pattern: None,
    judge: |text| {
        let severity = match text.contains(':') {
            false => Severity::Critical,
            true if is_bot_token(text) => return None,
            true => Severity::Warning,
        };
        Some(Fault::new(
            "TOKEN-FORM",
            severity,
            "what is behind the reference does not look like a bot token",
            "copy the whole token that @BotFather answered, digits and colon included",
        ))
    },
};

fn is_bot_token(text: &str) -> bool {
    text.split_once(':').is_some_and(|(digits, rest)| {
        digits.len() >= 6
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && rest.len() == 35
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    })
}

/// Twilio takes the webhook's user and password as user information of the two URLs, "avoid special characters such as
/// & and :" (`twilio.com/docs/usage/security`); the others end the user information of a URL (RFC 3986 section 3.2.1).
pub(in crate::channel) static URL_USER: Shape = Shape {
    words: "without & : @ / ? # % and white space, as it stands in a URL",
    pattern: Some(r"^[^&:@/?#%\[\]\s]+$"),
    judge: |text| {
        let unfit = |letter: char| {
            matches!(letter, '&' | ':' | '@' | '/' | '?' | '#' | '%' | '[' | ']')
                || letter.is_whitespace()
                || letter.is_control()
        };
        text.contains(unfit).then(|| {
            Fault::new(
                "WEBHOOK-PASS-URLSAFE",
                Severity::Critical,
                "it has a character that cannot stand in the callback URLs that Twilio is given",
                "use letters, digits, hyphens and underscores only",
            )
        })
    },
};

/// keytool: "Keystore password must be at least 6 characters". The length is not told.
pub(in crate::channel) static JKS_PASSWORD: Shape = Shape {
    words: "at least 6 characters",
    pattern: None,
    judge: |text| {
        (text.chars().count() < JKS_PASSWORD_MIN).then(|| {
            Fault::new(
                "JKS-PASS",
                Severity::Critical,
                "the password of the JKS has fewer than 6 characters, which Java's keytool refuses",
                "put a password of 6 characters or more behind the reference",
            )
        })
    },
};

const JKS_PASSWORD_MIN: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phone_numbers() {
        for good in ["+441134960000", "441134960000", "+44 (113) 496-0000"] {
            assert!(is_phone_number(good), "{good}");
        }
        for bad in ["", "+44", "1234567890123456", "44x1134960000"] {
            assert!(!is_phone_number(bad), "{bad}");
        }
    }

    #[test]
    fn identifiers_of_twilio() {
        let digits = "0123456789abcdefABCDEF0123456789";
        assert_eq!((ACCOUNT_SID.judge)(&format!("AC{digits}")), None);
        assert_eq!((API_KEY_SID.judge)(&format!("SK{digits}")), None);
        for bad in [
            format!("AC{digits}"),
            format!("SK{digits}0"),
            "SK".to_owned(),
        ] {
            assert_eq!((API_KEY_SID.judge)(&bad).unwrap().id, "SID-FORM");
        }
    }

    #[test]
    fn tokens_of_bots() {
        let token = format!("123456789:{}", "A".repeat(35));
        assert_eq!((BOT_TOKEN.judge)(&token), None);
        let severity = |text: &str| (BOT_TOKEN.judge)(text).unwrap().severity;
        assert_eq!(severity(&token[..30]), Severity::Warning);
        assert_eq!(severity("no colon at all"), Severity::Critical);
    }
}
