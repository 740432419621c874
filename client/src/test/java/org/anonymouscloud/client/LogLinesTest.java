package org.anonymouscloud.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.read.ListAppender;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

/** What goes to the log, one line for each event. */
final class LogLinesTest {
  private final LoggerContext context = new LoggerContext();
  private final ListAppender<ILoggingEvent> events = new ListAppender<>();
  private ConsoleAppender<ILoggingEvent> standardError;

  @BeforeEach
  void begin() {
    LogLines lines = new LogLines();
    lines.setContext(context);
    assertThat(lines.configure(context))
        .isEqualTo(Configurator.ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY);
    ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    standardError = (ConsoleAppender<ILoggingEvent>) root.iteratorForAppenders().next();
    events.start();
    root.addAppender(events);
  }

  @AfterEach
  void end() {
    context.stop();
  }

  @Test
  void logbackFindsIt() {
    assertThat(ServiceLoader.load(Configurator.class)).hasAtLeastOneElementOfType(LogLines.class);
  }

  @Test
  void anEventIsOneLineOfStandardErrorWhateverItSays() {
    context
        .getLogger("org.anonymouscloud.core.Some")
        .info("one\ntwo  three", new IllegalStateException("four\nfive"));

    assertThat(standardError.isStarted()).isTrue();
    assertThat(standardError.getTarget()).isEqualTo("System.err");
    assertThat(new String(standardError.getEncoder().encode(events.list.getFirst()), UTF_8))
        .matches(
            "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2} INFO  Some: one two three"
                + " java.lang.IllegalStateException: four five at [^\\n]*\\n");
  }

  @Test
  void noLineEndsWithABlank() {
    Logger some = context.getLogger("org.anonymouscloud.Some");
    some.info("a message");
    some.info("a message \n");
    some.warn("a message", new IllegalStateException("why"));

    assertThat(events.list)
        .hasSize(3)
        .allSatisfy(
            event ->
                assertThat(new String(standardError.getEncoder().encode(event), UTF_8))
                    .matches("(?s).*[^ ]\n"));
  }

  @Test
  void ofOthersOnlyWarningsAreLoggedAndOfSomeNothing() {
    context.getLogger("org.anonymouscloud.Some").debug("no");
    context.getLogger("org.eclipse.jetty.Some").info("no");
    context.getLogger("org.eclipse.jetty.Some").warn("a warning");
    context.getLogger("org.pf4j.Some").error("no");
    context.getLogger("com.zaxxer.hikari.Some").warn("no");
    context.getLogger("com.zaxxer.hikari.Some").error("an error");
    context.getLogger("org.sqlite.SQLiteJDBCLoader").error("no");

    assertThat(events.list)
        .extracting(ILoggingEvent::getMessage)
        .containsExactly("a warning", "an error");
  }
}
