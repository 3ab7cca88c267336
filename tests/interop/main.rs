//! Other tools are the judges: what we write they must read, what they write we must read, and where we say that a
//! Java client accepts a server, a Java client must accept it.

#[path = "../support/mod.rs"]
mod support;

mod java_client;
mod keytool;
mod nss;
mod openssl;
mod roots;
