//! Logins of devices, in the embedded database.

use async_trait::async_trait;
use sqlx::{query, query_as};
use uuid::Uuid;

use super::{SqliteStore, sql};
use crate::failure::OrFailure;
use crate::rows::login::{LoginTuple, SecretTuple, login, unknown_login, with_secret};
use crate::text::refuse_nul;
use crate::{Error, Ha1, Login, Logins, TokenGrant};

#[async_trait]
impl Logins for SqliteStore {
    async fn add_login(
        &self,
        username: &str,
        ha1: &Ha1,
        grant: &TokenGrant,
    ) -> Result<Login, Error> {
        refuse_nul([("username", username), ("subject", grant.subject.as_str())])?;
        let (username, ha1, grant) = (username.to_owned(), *ha1, grant.clone());
        self.write(move |connection| {
            Box::pin(async move {
                query(sql!("login_replace"))
                    .bind(&username)
                    .execute(&mut *connection)
                    .await
                    .or_failure()?;
                let row: LoginTuple<i64> = query_as(sql!("login_insert"))
                    .bind(Uuid::new_v4())
                    .bind(&username)
                    .bind(ha1.md5.to_vec())
                    .bind(ha1.sha256.to_vec())
                    .bind(grant.role.code())
                    .bind(&grant.subject)
                    .fetch_one(connection)
                    .await
                    .or_failure()?;
                login(row)
            })
        })
        .await
    }

    async fn login(&self, username: &str) -> Result<Option<(Login, Ha1)>, Error> {
        let row: Option<SecretTuple<i64>> = query_as(sql!("login_by_username"))
            .bind(username)
            .fetch_optional(&self.readers)
            .await
            .or_failure()?;
        row.map(with_secret).transpose()
    }

    async fn logins(&self) -> Result<Vec<Login>, Error> {
        let rows: Vec<LoginTuple<i64>> = query_as(sql!("logins_all"))
            .fetch_all(&self.readers)
            .await
            .or_failure()?;
        rows.into_iter().map(login).collect()
    }

    async fn disable_login(&self, login_id: Uuid) -> Result<Login, Error> {
        self.write(move |connection| {
            Box::pin(async move {
                let row: Option<LoginTuple<i64>> = query_as(sql!("login_disable"))
                    .bind(login_id)
                    .fetch_optional(connection)
                    .await
                    .or_failure()?;
                login(row.ok_or_else(|| unknown_login(login_id))?)
            })
        })
        .await
    }
}
