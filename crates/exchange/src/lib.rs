//! The gRPC contract and its services.
