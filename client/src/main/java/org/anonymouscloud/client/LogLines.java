package org.anonymouscloud.client;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.Logger;

/**
 * What is logged, and how: to standard error, which the agent and service managers send to a file
 * they can rotate. No personal data: see {@code docs/architecture.md}. Logback finds this as a
 * service; reading a file of XML instead would take a short command a twentieth of its time.
 */
public final class LogLines extends ContextAwareBase implements Configurator {
  /** One line for each event, whatever an exception or a stranger's text says. */
  private static final String PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm} %-5level %logger{0}: "
          + "%replace(%replace(%msg %ex{4}){'\\s+', ' '}){' $', ''}%nopex%n";

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    PatternLayoutEncoder lines = new PatternLayoutEncoder();
    lines.setContext(context);
    lines.setPattern(PATTERN);
    lines.start();
    ConsoleAppender<ILoggingEvent> standardError = new ConsoleAppender<>();
    standardError.setContext(context);
    standardError.setTarget("System.err");
    standardError.setEncoder(lines);
    standardError.start();
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(standardError);
    context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
    context.getLogger("org.anonymouscloud").setLevel(Level.INFO);
    // The plugin host names what is wrong with a plugin itself, in one line.
    context.getLogger("org.pf4j").setLevel(Level.OFF);
    // What it would say of a database that is away, we say in one line.
    context.getLogger("com.zaxxer.hikari").setLevel(Level.ERROR);
    // What it could not load is said where another place is tried, or nothing is left to try.
    context.getLogger("org.sqlite.SQLiteJDBCLoader").setLevel(Level.OFF);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
