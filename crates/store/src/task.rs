//! Database work in tasks of its own, which a caller who hangs up cannot cancel.

use tokio::task::JoinHandle;

use crate::Error;

/// Waits for a task; a panic in it goes on in the caller.
///
/// # Errors
/// Those of the work; [`Error::CommitUnknown`] when the runtime ended it.
pub(crate) async fn finish<T>(task: JoinHandle<Result<T, Error>>) -> Result<T, Error> {
    match task.await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Error::CommitUnknown {
                reason: "the runtime is shutting down".to_owned(),
            }),
        },
    }
}
