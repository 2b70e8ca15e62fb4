//! Digest authentication as a pure calculation: what a client says, and what it would say if it knew the password.
//!
//! `qop=auth` alone, by SHA-256 or MD5; neither session variants, user hashes nor the old form without `qop`.
//! Source: RFC 7616, sections 3.3 and 3.4. Parameters are parsed by http-auth.

use bordergate_store::Ha1;
use http_auth::parser::ChallengeParser;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

/// The realm of every password; changing it makes all of them invalid.
pub const REALM: &str = "bordergate";

/// What hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// The one to prefer.
    Sha256,
    /// The only one that most cameras know.
    Md5,
}

impl Algorithm {
    /// Returns its name in headers and settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Md5 => "MD5",
        }
    }

    /// Reads a name, in any letter case; `None` for one that is not offered.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Sha256, Self::Md5];
        all.into_iter()
            .find(|one| one.name().eq_ignore_ascii_case(name))
    }

    /// Returns the hash of the parts, joined by colons, in hexadecimal.
    fn hash(self, parts: &[&str]) -> String {
        let text = parts.join(":");
        match self {
            Self::Sha256 => hex::encode(<Sha256 as sha2::Digest>::digest(text)),
            Self::Md5 => hex::encode(<md5::Md5 as md5::Digest>::digest(text)),
        }
    }
}

/// Returns what a password is checked by: H(A1) by each algorithm.
#[must_use]
pub fn ha1(username: &str, realm: &str, password: &str) -> Ha1 {
    let a1 = [username, realm, password].join(":");
    Ha1 {
        md5: <md5::Md5 as md5::Digest>::digest(&a1).into(),
        sha256: <Sha256 as sha2::Digest>::digest(&a1).into(),
    }
}

/// What a client says of itself in `Authorization`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Credentials {
    pub(super) username: String,
    pub(super) algorithm: Algorithm,
    /// The target it says it asks for.
    pub(super) uri: String,
    pub(super) nonce: String,
    /// How often it used the nonce, this time included.
    pub(super) nonce_count: u32,
    nc: String,
    cnonce: String,
    response: String,
}

impl Credentials {
    /// Reads the value of the header.
    ///
    /// # Errors
    /// What is wrong with it, in words: a parameter that is missing, given twice, or not supported.
    pub(super) fn parse(header: &str) -> Result<Self, &'static str> {
        let mut schemes = ChallengeParser::new(header);
        let (Some(Ok(said)), None) = (schemes.next(), schemes.next()) else {
            return Err("is not one scheme with parameters (RFC 7235)");
        };
        if !said.scheme.eq_ignore_ascii_case("Digest") {
            return Err("is not of the scheme Digest");
        }
        let parameter = |name: &str| {
            let mut values = said
                .params
                .iter()
                .filter(|(key, _)| key.eq_ignore_ascii_case(name));
            match (values.next(), values.next()) {
                (None, _) => Ok(None),
                (Some((_, value)), None) => Ok(Some(value.to_unescaped())),
                _ => Err("has a parameter twice"),
            }
        };
        let needed = |name, missing: &'static str| parameter(name)?.ok_or(missing);
        if parameter("userhash")?.is_some_and(|it| !it.eq_ignore_ascii_case("false")) {
            return Err("hashes the user name, which was not offered");
        }
        if parameter("qop")?.as_deref() != Some("auth") {
            return Err("must say qop=auth");
        }
        let named = parameter("algorithm")?.unwrap_or_else(|| Algorithm::Md5.name().to_owned());
        let nc = needed("nc", "has no nc")?;
        let is_count = nc.len() == 8 && nc.bytes().all(|byte| byte.is_ascii_hexdigit());
        Ok(Self {
            username: needed("username", "has no username")?,
            algorithm: Algorithm::from_name(&named)
                .ok_or("names an algorithm that was not offered")?,
            uri: needed("uri", "has no uri")?,
            nonce: needed("nonce", "has no nonce")?,
            nonce_count: u32::from_str_radix(&nc, 16)
                .ok()
                .filter(|_| is_count)
                .ok_or("has an nc that is not 8 hexadecimal digits")?,
            nc,
            cnonce: needed("cnonce", "has no cnonce")?,
            response: needed("response", "has no response")?.to_ascii_lowercase(),
        })
    }

    /// Tells whether the client knows the password, in a time that does not depend on how much of it is right.
    pub(super) fn is_right(&self, ha1: &Ha1, method: &str) -> bool {
        let ha1 = match self.algorithm {
            Algorithm::Sha256 => hex::encode(ha1.sha256),
            Algorithm::Md5 => hex::encode(ha1.md5),
        };
        let ha2 = self.algorithm.hash(&[method, &self.uri]);
        let parts = [&ha1, &self.nonce, &self.nc, &self.cnonce, "auth", &ha2];
        let expected = self.algorithm.hash(&parts);
        expected.as_bytes().ct_eq(self.response.as_bytes()).into()
    }
}

/// Returns the value of `WWW-Authenticate` for one algorithm.
pub(super) fn challenge(algorithm: Algorithm, nonce: &str, is_stale: bool) -> String {
    let stale = if is_stale { ", stale=true" } else { "" };
    let name = algorithm.name();
    format!("Digest realm=\"{REALM}\", qop=\"auth\", algorithm={name}, nonce=\"{nonce}\"{stale}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// RFC 7616, 3.9.1: the same request by either algorithm.
    fn example(algorithm: &str, response: &str) -> String {
        format!(
            "Digest username=\"Mufasa\", realm=\"http-auth@example.org\", uri=\"/dir/index.html\", \
             algorithm={algorithm}, nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", nc=00000001, \
             cnonce=\"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ\", qop=auth, response=\"{response}\", \
             opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
        )
    }

    const MD5: &str = "8ca523f5e9506fed4657c9700eebdbec";
    const SHA256: &str = "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1";

    #[test]
    fn the_example_of_the_rfc_is_right_and_every_change_of_it_wrong() {
        let secret = ha1("Mufasa", "http-auth@example.org", "Circle of Life");
        for (algorithm, response) in [("MD5", MD5), ("SHA-256", SHA256), ("sha-256", SHA256)] {
            let said = Credentials::parse(&example(algorithm, response)).expect("the RFC's");
            assert!(said.is_right(&secret, "GET"), "{algorithm}");
            assert_eq!((said.username.as_str(), said.nonce_count), ("Mufasa", 1));
            assert!(!said.is_right(&secret, "POST"), "{algorithm}");
            let other = ha1("Mufasa", "http-auth@example.org", "Circle of life");
            assert!(!said.is_right(&other, "GET"), "{algorithm}");
            type Change = fn(&mut Credentials);
            let changes: [Change; 5] = [
                |said| said.uri.push('/'),
                |said| said.nonce.push('0'),
                |said| "00000002".clone_into(&mut said.nc),
                |said| said.cnonce.clear(),
                |said| said.response.truncate(31),
            ];
            for change in changes {
                let mut changed = said.clone();
                change(&mut changed);
                assert!(!changed.is_right(&secret, "GET"), "{changed:?}");
            }
        }
        let upper = Credentials::parse(&example("MD5", &MD5.to_uppercase())).expect("hexadecimal");
        assert!(upper.is_right(&secret, "GET"));
        let unnamed = example("MD5", MD5).replace("algorithm=MD5, ", "");
        let unnamed = Credentials::parse(&unnamed).expect("MD5 is what no name means");
        assert!(unnamed.is_right(&secret, "GET"));
    }

    #[test]
    fn what_is_missing_doubled_or_not_offered_is_refused() {
        let whole = example("MD5", MD5);
        for (from, to) in [
            ("username=", "name="),
            ("uri=", "url="),
            ("nonce=\"7", "once=\"7"),
            ("nc=00000001, ", ""),
            ("nc=00000001", "nc=1"),
            ("nc=00000001", "nc=0000000g"),
            ("nc=00000001", "nc=+0000001"),
            ("cnonce=", "conce="),
            ("response=", "answer="),
            ("qop=auth, ", ""),
            ("qop=auth", "qop=auth-int"),
            ("algorithm=MD5", "algorithm=MD5-sess"),
            ("algorithm=MD5", "algorithm=SHA-512-256"),
            ("qop=auth", "qop=auth, userhash=true"),
            ("qop=auth", "qop=auth, username=\"Scar\""),
            ("Digest ", "Bearer "),
            ("Digest ", ""),
            ("Digest ", "Basic realm=\"x\", Digest "),
        ] {
            let changed = whole.replacen(from, to, 1);
            assert_ne!(changed, whole);
            assert!(Credentials::parse(&changed).is_err(), "{changed}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_headers_never_panic(
            text in "[ -~\t]{0,120}",
            pieces in proptest::collection::vec("(Digest|username|nc|uri|[=\",\\\\ ]|[a-f0-9]{1,9}|qop=auth)", 0..40),
        ) {
            let _ = Credentials::parse(&text);
            let _ = Credentials::parse(&pieces.concat());
        }

        #[test]
        fn what_a_client_calculates_is_right_and_nothing_else(
            username in "[a-z0-9.-]{1,20}", password in "[ -~]{0,30}", other in "[ -~]{0,30}", count in 1_u32..,
        ) {
            let secret = ha1(&username, REALM, &password);
            let mut said = Credentials {
                username: username.clone(), algorithm: Algorithm::Md5, uri: "/v1/devices".to_owned(), nonce: "n".to_owned(),
                nonce_count: count, nc: format!("{count:08x}"), cnonce: "c".to_owned(), response: String::new(),
            };
            let a1 = Algorithm::Md5.hash(&[&username, REALM, &password]);
            let a2 = Algorithm::Md5.hash(&["POST", "/v1/devices"]);
            said.response = Algorithm::Md5.hash(&[&a1, "n", &said.nc, "c", "auth", &a2]);
            prop_assert!(said.is_right(&secret, "POST"));
            prop_assert_eq!(said.is_right(&ha1(&username, REALM, &other), "POST"), other == password);
        }
    }
}
