//! A gRPC client that knows nothing of the contract but what the server's reflection tells: messages are made from the
//! descriptors that it gives.

mod bytes_codec;
mod server;

use anyhow::Context;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor, Value};

pub(crate) use server::Server;

/// One service, known by reflection.
pub(crate) struct Reflected {
    server: Server,
    service: String,
    pool: DescriptorPool,
}

impl Reflected {
    /// Learns what a service is.
    pub(crate) async fn learn(server: Server, service: &str) -> anyhow::Result<Self> {
        let mut pool = DescriptorPool::new();
        pool.add_file_descriptor_protos(server.files(service).await?)?;
        Ok(Self {
            server,
            service: service.to_owned(),
            pool,
        })
    }

    /// Calls a method with these fields and returns its answer.
    pub(crate) async fn call(
        &self,
        method: &str,
        fields: Vec<(&str, Value)>,
    ) -> anyhow::Result<DynamicMessage> {
        let descriptor = self.method(method)?;
        let request = filled(DynamicMessage::new(descriptor.input()), fields)?;
        let path = format!("/{}/{method}", self.service).try_into()?;
        let answer = self.server.call(path, request.encode_to_vec()).await?;
        Ok(DynamicMessage::decode(descriptor.output(), answer)?)
    }

    /// Returns a message of the contract with these fields, as a field of another.
    pub(crate) fn message(&self, name: &str, fields: Vec<(&str, Value)>) -> anyhow::Result<Value> {
        let descriptor = self.pool.get_message_by_name(name);
        let message = DynamicMessage::new(descriptor.with_context(|| format!("no {name}"))?);
        Ok(Value::Message(filled(message, fields)?))
    }

    fn method(&self, name: &str) -> anyhow::Result<MethodDescriptor> {
        let service = self.pool.get_service_by_name(&self.service);
        let found = service.and_then(|service| service.methods().find(|m| m.name() == name));
        found.with_context(|| format!("no method {name}"))
    }
}

fn filled(
    mut message: DynamicMessage,
    fields: Vec<(&str, Value)>,
) -> anyhow::Result<DynamicMessage> {
    for (name, value) in fields {
        message.try_set_field_by_name(name, value)?;
    }
    Ok(message)
}
