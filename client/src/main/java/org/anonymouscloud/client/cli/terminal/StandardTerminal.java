package org.anonymouscloud.client.cli.terminal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.Console;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownSize;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.core.wire.ForeignText;
import org.jspecify.annotations.Nullable;

/**
 * Standard output and standard error. No line steers the terminal, whoever has chosen its words;
 * documents and what goes to {@link #output} are data and stay as they are. A bar is drawn only if
 * a person is there to see it.
 */
public final class StandardTerminal implements Terminal {
  private static final long MEBIBYTE = 1L << 20;
  private static final int REDRAW_MILLIS = 200;

  private final StandardOutput output;
  private final PrintStream out;
  private final boolean interactive;

  /** On which a bar is drawn just now. */
  private volatile @Nullable BarLine bar;

  public StandardTerminal(StandardOutput output) {
    this.output = output;
    this.out = System.out;
    this.interactive = person().isPresent();
  }

  /** The person's console; none if input or output is a file or a program. */
  public static Optional<Console> person() {
    return Optional.ofNullable(System.console()).filter(Console::isTerminal);
  }

  private static Console requirePerson(String question) throws Problem {
    return person()
        .orElseThrow(
            () ->
                new Problem(
                    Problem.Kind.BAD_INPUT,
                    question + " There is no terminal to ask on; give --yes."));
  }

  /**
   * What a person types after a question, without the spaces around it; empty for nothing.
   *
   * @throws Problem if there is nobody to ask: {@code --yes} says it for scripts
   */
  public static String ask(String question) throws Problem {
    Console console = requirePerson(question);
    String answer = console.readLine("%s ", ForeignText.lines(question));
    return answer == null ? "" : answer.strip();
  }

  /**
   * Whether a person says yes; asks again for what is neither yes nor no.
   *
   * @throws Problem if there is nobody to ask
   */
  public static boolean confirmed(String question) throws Problem {
    var _ = requirePerson(question);
    String asked = question + " [yes/no]";
    while (true) {
      switch (ask(asked).toLowerCase(Locale.ROOT)) {
        case "y", "yes" -> {
          return true;
        }
        case "n", "no", "" -> {
          return false;
        }
        default -> asked = "Please type yes or no:";
      }
    }
  }

  @Override
  public boolean confirm(List<String> before, String question) throws Problem {
    // What it is about is said also where nobody can be asked: a script's log shall have it.
    before.forEach(person().isPresent() ? this::print : System.err::println);
    return confirmed(question);
  }

  @Override
  public void print(String line) {
    out.println(ForeignText.lines(line));
  }

  @Override
  public void warn(String line) {
    BarLine drawn = bar;
    if (drawn == null) {
      System.err.println("anoncloud: " + line);
    } else {
      drawn.aside(() -> System.err.println("anoncloud: " + line));
    }
  }

  @Override
  public OutputStream output() {
    out.flush();
    // Not the print stream, which swallows a full disk.
    return output;
  }

  @Override
  public void printJson(Object document) {
    try {
      out.println(new ObjectMapper().writeValueAsString(document));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("The result is no JSON document.", e);
    }
  }

  @Override
  public boolean isWatched() {
    return interactive;
  }

  @Override
  public Progress progress(String task, long total) {
    return interactive ? new Bar(task, total) : new Silence();
  }

  /** A bar with speed and remaining time. */
  private final class Bar implements Progress {
    private final BarLine line = new BarLine(StandardError.drawing());

    /** Else it would be drawn again below the last words of a process that a signal ends. */
    private final Thread hook = new Thread(line::end, "end-of-bar");

    private final Rate rate = new Rate(System.nanoTime());
    private final ProgressBar drawing;

    Bar(String task, long total) {
      this.drawing =
          new ProgressBarBuilder()
              .setTaskName(ForeignText.visible(task))
              .setInitialMax(total)
              .setUnit(" MiB", MEBIBYTE)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(REDRAW_MILLIS)
              // Its own consumer asks JLine for the width, which takes Ctrl-C from the JVM for
              // good: then no shutdown hook runs, and what was half written stays.
              .setConsumer(line)
              .build();
      bar = line;
      Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public synchronized void step(long bytes) {
      rate.add(bytes, System.nanoTime());
      drawing.stepBy(bytes);
      // The library's own speed knows whole seconds only.
      drawing.setExtraMessage(rate.perSecond() == 0 ? "" : ShownSize.of(rate.perSecond()) + "/s");
    }

    @Override
    public void total(long bytes) {
      drawing.maxHint(bytes);
    }

    @Override
    public void close() {
      drawing.close();
      bar = null;
      try {
        boolean _ = Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // A signal ends the process already.
      }
    }
  }

  /** No bar: the output goes to a file or a program. */
  private record Silence() implements Progress {
    @Override
    public void step(long bytes) {
      // Nobody looks.
    }

    @Override
    public void total(long bytes) {
      // Nobody looks.
    }

    @Override
    public void close() {
      // Nothing was drawn.
    }
  }
}
