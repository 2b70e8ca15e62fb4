//! The server's side of reflection, asked question by question.

use anyhow::{Context, bail};
use bytes::Bytes;
use prost::Message;
use prost_types::FileDescriptorProto;
use tonic::Request;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::{Channel, Endpoint};
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::{ServerReflectionRequest, ServerReflectionResponse};

use super::bytes_codec::BytesCodec;

/// A server that is asked by one version of reflection: `v1`, or `v1alpha` as older tools ask. The messages of both
/// are the same, their service is not.
pub(crate) struct Server {
    channel: Channel,
    bearer: MetadataValue<Ascii>,
    path: PathAndQuery,
}

impl Server {
    /// Connects to `grpc`, a `host:port`.
    pub(crate) async fn connect(grpc: &str, token: &str, version: &str) -> anyhow::Result<Self> {
        let endpoint = Endpoint::from_shared(format!("http://{grpc}"))?;
        let path = format!("/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo");
        Ok(Self {
            channel: endpoint.connect().await?,
            bearer: format!("Bearer {token}").parse()?,
            path: path.try_into()?,
        })
    }

    /// Returns the names of the services.
    pub(crate) async fn services(&self) -> anyhow::Result<Vec<String>> {
        let question = MessageRequest::ListServices(String::new());
        match self.ask(question).await? {
            MessageResponse::ListServicesResponse(list) => {
                Ok(list.service.into_iter().map(|s| s.name).collect())
            }
            other => bail!("no list of services but {other:?}"),
        }
    }

    /// Returns the file that says what `symbol` is, with every file that it needs.
    pub(crate) async fn files(&self, symbol: &str) -> anyhow::Result<Vec<FileDescriptorProto>> {
        let mut questions = vec![MessageRequest::FileContainingSymbol(symbol.to_owned())];
        let mut files: Vec<FileDescriptorProto> = Vec::new();
        while let Some(question) = questions.pop() {
            let MessageResponse::FileDescriptorResponse(found) = self.ask(question).await? else {
                bail!("no file of {symbol}");
            };
            for encoded in found.file_descriptor_proto {
                let file = FileDescriptorProto::decode(encoded.as_slice())?;
                if files.iter().any(|known| known.name() == file.name()) {
                    continue;
                }
                let needed = file.dependency.iter().cloned();
                questions.extend(needed.map(MessageRequest::FileByFilename));
                files.push(file);
            }
        }
        Ok(files)
    }

    /// Calls a method with one encoded request and returns its encoded answer.
    pub(crate) async fn call(&self, path: PathAndQuery, request: Vec<u8>) -> anyhow::Result<Bytes> {
        let mut client = tonic::client::Grpc::new(self.channel.clone());
        client.ready().await?;
        let request = self.signed(Bytes::from(request));
        let answer = client.unary(request, path, BytesCodec).await?;
        Ok(answer.into_inner())
    }

    async fn ask(&self, question: MessageRequest) -> anyhow::Result<MessageResponse> {
        let question = ServerReflectionRequest {
            host: String::new(),
            message_request: Some(question),
        };
        let mut client = tonic::client::Grpc::new(self.channel.clone());
        client.ready().await?;
        let questions = tokio_stream::once(Bytes::from(question.encode_to_vec()));
        let answers = client
            .streaming(self.signed(questions), self.path.clone(), BytesCodec)
            .await?;
        let answer = answers.into_inner().message().await?.context("no answer")?;
        let answer = ServerReflectionResponse::decode(answer)?;
        answer.message_response.context("an empty answer")
    }

    fn signed<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        let metadata = request.metadata_mut();
        metadata.insert("authorization", self.bearer.clone());
        request
    }
}
