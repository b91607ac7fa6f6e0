package pikachu.core.messages;

/** Anything that travels on the bus. Each topic has its own kind, so that a switch over it is complete. */
public sealed interface Message
        permits InvokerMessage, CompletedMessage, HealthMessage, ClaimMessage, DirectoryMessage {}
