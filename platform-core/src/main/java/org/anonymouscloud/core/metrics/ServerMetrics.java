package org.anonymouscloud.core.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import java.util.function.IntSupplier;
import org.anonymouscloud.core.session.server.SessionCounts;

/**
 * A server's numbers in the Prometheus text format. Each label has a few values that this program
 * or its owner's plugins choose; nothing that a client says becomes one. Thread-safe.
 */
public final class ServerMetrics implements RequestTimes, AutoCloseable {
  private static final Duration[] LATENCIES = {
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(25),
    Duration.ofMillis(100),
    Duration.ofMillis(500),
    Duration.ofSeconds(2),
    Duration.ofSeconds(10)
  };

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  public ServerMetrics() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  /** From now on tells what a listener counts. */
  public void sessions(SessionCounts counts) {
    number("anoncloud.sessions", "Sessions whose handshake is done.", counts::sessions);
    for (SessionCounts.Handshake outcome : SessionCounts.Handshake.values()) {
      FunctionCounter.builder("anoncloud.handshakes", counts, all -> all.handshakes(outcome))
          .tag("outcome", outcome.label())
          .description("Connections by what became of their handshake.")
          .register(registry);
    }
    FunctionCounter.builder("anoncloud.received", counts, SessionCounts::received)
        .baseUnit("bytes")
        .description("Bytes that came from clients, as they were on the wire.")
        .register(registry);
    FunctionCounter.builder("anoncloud.sent", counts, SessionCounts::sent)
        .baseUnit("bytes")
        .description("Bytes that went to clients, as they were on the wire.")
        .register(registry);
  }

  /** From now on tells a number that is asked for each time. */
  public void number(String name, String description, DoubleSupplier number) {
    Gauge.builder(name, number, DoubleSupplier::getAsDouble)
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  /** From now on tells a number of bytes that is asked for each time. */
  public void bytes(String name, String description, DoubleSupplier number) {
    Gauge.builder(name, number, DoubleSupplier::getAsDouble)
        .baseUnit("bytes")
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  /** Tells which program this is. */
  public void version(String version) {
    Gauge.builder("anoncloud.build", () -> 1)
        .tag("version", version)
        .description("The program's version, as a label.")
        .strongReference(true)
        .register(registry);
  }

  /** From now on tells how many features are in a state. */
  public void features(String state, IntSupplier number) {
    Gauge.builder("anoncloud.features", number, IntSupplier::getAsInt)
        .tag("state", state)
        .description("Features of the server's plugins that run, and that could not start.")
        .strongReference(true)
        .register(registry);
  }

  @Override
  public void answered(String feature, String result, long nanos) {
    Timer.builder("anoncloud.requests")
        .tag("feature", feature)
        .tag("result", result)
        .description("Requests and how long they took.")
        .serviceLevelObjectives(LATENCIES)
        .register(registry)
        .record(Duration.ofNanos(nanos));
  }

  /** All numbers of this moment. */
  public String text() {
    return registry.scrape();
  }

  @Override
  public void close() {
    registry.close();
  }
}
