package pikachu.server.api;

import io.helidon.common.socket.SocketOptions;
import io.helidon.http.DirectHandler;
import io.helidon.http.HeaderValues;
import io.helidon.http.HttpLogConfig;
import io.helidon.http.Status;
import io.helidon.http.encoding.ContentEncodingContext;
import io.helidon.http.media.MediaContext;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.DirectHandlers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.helidon.webserver.http1.Http1Config;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import pikachu.core.store.Store;
import pikachu.core.store.StoreUnavailable;
import pikachu.server.controller.ActionCache;
import pikachu.server.controller.Actions;
import pikachu.server.controller.Activations;
import pikachu.server.controller.Authentication;
import pikachu.server.controller.Entitlement;
import pikachu.server.controller.Invocations;
import pikachu.server.controller.RateThrottle;
import pikachu.server.controller.Refused;
import pikachu.server.controller.Subjects;
import pikachu.server.entities.ActionStore;
import pikachu.server.entities.MalformedJson;

/**
 * Listens for HTTP/1.1 and answers. One virtual thread to a connection; what a client can make it hold is bounded in
 * connections, bytes and time. Closing stops accepting, lets what is in flight be answered for five seconds, then ends.
 */
public final class ApiServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);

    /** Held, or its level would be forgotten: Helidon greets in several lines at its start, which say nothing to users. */
    private static final java.util.logging.Logger HELIDON = java.util.logging.Logger.getLogger("io.helidon");

    private static final int MAX_CONNECTIONS = 8_192;
    private static final int MAX_REQUEST_LINE = 8 * 1024;
    private static final int MAX_HEADERS = 32 * 1024;
    private static final long MAX_BODY = 50L << 20;
    private static final Duration IDLE = Duration.ofSeconds(70);
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final Bodies bodies = new Bodies();
    private final Deadlines deadlines;
    private final InstanceWatch watch;
    private final Routes routes;
    private final WebServer server;
    private final AtomicBoolean isClosed = new AtomicBoolean();

    public ApiServer(ApiConfig config, Store store, Invocations invocations, InstantSource clock) {
        HELIDON.setLevel(Level.WARNING);
        this.deadlines = new Deadlines(config.requestTime());
        this.watch = new InstanceWatch(invocations, config.keepAlive());
        this.routes = routes(config, store, invocations, clock, watch);
        this.server = server(config);
    }

    private static Routes routes(
            ApiConfig config, Store store, Invocations invocations, InstantSource clock, InstanceWatch watch) {
        var limits = config.limits();
        var entitlement = new Entitlement(limits, new RateThrottle(clock));
        var actionStore = new ActionStore(store);
        var cache = new ActionCache(actionStore, clock, config.actionsBelieved().toMillis());
        var actions = new Actions(actionStore, cache, config.kinds(), limits, clock);
        return new Routes(
                new Authentication(new Subjects(store), clock),
                new ServerInfo(config, invocations),
                new NamespaceRoutes(entitlement),
                new ActionRoutes(entitlement, actions),
                new InvokeRoute(entitlement, actions, invocations, clock),
                new ActivationRoutes(entitlement, new Activations(store)),
                new InstanceRoutes(entitlement, invocations, watch));
    }

    /** Nothing is discovered on the class path: start-up time counts, and we need none of it. */
    private WebServer server(ApiConfig config) {
        var http = Http1Config.builder()
                .maxPrologueLength(MAX_REQUEST_LINE)
                .maxHeadersSize(MAX_HEADERS)
                .sendKeepAliveHeader(false)
                .log(HttpLogConfig.builder().receiveLog(false).sendLog(false).build())
                .addReceiveListener(deadlines)
                .build();
        return WebServer.builder()
                .featuresDiscoverServices(false)
                .protocolsDiscoverServices(false)
                .addConnectionSelector(
                        Http1ConnectionSelector.builder().config(http).build())
                .mediaContext(MediaContext.builder()
                        .mediaSupportsDiscoverServices(false)
                        .build())
                .contentEncoding(ContentEncodingContext.builder()
                        .contentEncodingsDiscoverServices(false)
                        .build())
                .shutdownHook(false)
                .host(config.host())
                .port(config.port())
                .backlog(1024)
                .maxTcpConnections(MAX_CONNECTIONS)
                .maxPayloadSize(MAX_BODY)
                .idleConnectionTimeout(IDLE)
                .idleConnectionPeriod(Duration.ofSeconds(10))
                .shutdownGracePeriod(GRACE)
                .connectionOptions(SocketOptions.builder()
                        .readTimeout(IDLE)
                        .tcpNoDelay(true)
                        .build())
                .directHandlers(directHandlers())
                .routing(HttpRouting.builder().any(this::handle))
                .build();
    }

    public void start() {
        deadlines.start();
        server.start();
        LOG.info("event=api_started port={}", port());
    }

    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        if (isClosed.compareAndSet(false, true)) {
            watch.close();
            server.stop();
            deadlines.close();
            LOG.info("event=api_stopped");
        }
    }

    private void handle(ServerRequest request, ServerResponse response) {
        var exchange = new Exchange(request, response, bodies, deadlines);
        try {
            routes.answer(exchange);
        } catch (Refused e) {
            exchange.refuse(e);
        } catch (StoreUnavailable e) {
            LOG.warn("event=api_without_store transaction={}", exchange.transaction(), e);
            exchange.refuse(Refused.because(
                    503, "The store cannot be used at the moment, nothing was changed for this request. Try again."));
        } catch (MalformedJson e) {
            LOG.error(
                    "event=api_document_corrupt transaction={} reason=\"{}\"", exchange.transaction(), e.getMessage());
            exchange.refuse(Refused.because(500, "Resource is corrupted and cannot be read."));
        } catch (CloseConnectionException | java.io.UncheckedIOException e) {
            // the client has gone
            throw e;
        } catch (RuntimeException e) {
            failed(exchange, e);
        }
    }

    private static void failed(Exchange exchange, RuntimeException e) {
        if (exchange.isSent()) {
            throw e;
        }
        LOG.error("event=api_failed transaction={}", exchange.transaction(), e);
        exchange.refuse(Refused.because(500, "There was an internal server error."));
    }

    /** What is no valid HTTP never comes to the routes; it is answered in the same form. */
    private static DirectHandlers directHandlers() {
        var handlers = DirectHandlers.builder();
        for (var type : DirectHandler.EventType.values()) {
            handlers.addHandler(type, ApiServer::direct);
        }
        return handlers.build();
    }

    @SuppressWarnings("unused") // the signature is Helidon's
    private static DirectHandler.TransportResponse direct(
            DirectHandler.TransportRequest request,
            DirectHandler.EventType type,
            Status status,
            io.helidon.http.ServerResponseHeaders headers,
            String message) {
        var transaction = Transactions.of(request.headers());
        return DirectHandler.TransportResponse.builder()
                .status(status)
                .header(HeaderValues.CONTENT_TYPE_JSON)
                .header(HeaderValues.create(Exchange.REQUEST_ID, transaction))
                .keepAlive(false)
                .entity(Exchange.error(transaction, text(status)))
                .build();
    }

    private static String text(Status status) {
        return switch (status.code()) {
            case 400 -> "The request is not valid HTTP.";
            case 413 -> "Request larger than allowed: more than " + MAX_BODY + " bytes.";
            case 414 -> "The request's URI is longer than " + MAX_REQUEST_LINE + " bytes.";
            case 431 -> "The request's headers are longer than " + MAX_HEADERS + " bytes.";
            default -> status.reasonPhrase();
        };
    }
}
