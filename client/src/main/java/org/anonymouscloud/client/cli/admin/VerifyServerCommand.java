package org.anonymouscloud.client.cli.admin;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.server.DatabaseOptions;
import org.anonymouscloud.client.cli.server.ServerPlugins;
import org.anonymouscloud.core.backup.BackupDamaged;
import org.anonymouscloud.core.backup.BackupPlace;
import org.anonymouscloud.core.backup.BackupVerification;
import org.anonymouscloud.core.backup.Holdings;
import org.anonymouscloud.core.backup.ServerVerification;
import org.anonymouscloud.core.database.OpenDatabase;
import org.anonymouscloud.core.host.PluginHost;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownSize;
import org.anonymouscloud.core.plugin.Terminal;
import org.anonymouscloud.core.server.CannotStart;
import org.anonymouscloud.core.server.KeyFiles;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud admin verify}. */
@Command(
    name = "verify",
    mixinStandardHelpOptions = true,
    description = {
      "Check that a server, which may be running, or a backup is whole.",
      "Of a server each row is read, and each file that the rows name must be there and have its"
          + " length; with --reread each of their bytes is read too, and must be what came. Of a"
          + " backup each byte is compared with what was put there. What is in the files only the"
          + " clients can check, each time they read them."
    })
final class VerifyServerCommand implements Callable<Integer> {
  private final Context context;

  @Mixin private DatabaseOptions options;

  @Parameters(
      paramLabel = "FOLDER",
      arity = "0..1",
      description =
          "A backup, or a folder of backups, of which the newest is taken, instead of a server.")
  private @Nullable Path backup;

  @Option(
      names = "--reread",
      description =
          "Read all files of a server and compare their checksums, to find what its disk has"
              + " changed. It takes as long as the disk needs for all of them, and nothing is"
              + " deleted meanwhile. A backup is always read whole.")
  private boolean reread;

  VerifyServerCommand(Context context) {
    this.context = context;
    this.options = new DatabaseOptions();
  }

  @Override
  public Integer call() throws Problem, IOException, BackupDamaged {
    if (backup != null) {
      verifyBackup(backup);
    } else {
      verifyServer();
    }
    return 0;
  }

  private void verifyBackup(Path given) throws Problem, IOException, BackupDamaged {
    Path folder = BackupPlace.backup(given);
    Terminal terminal = context.terminal();
    BackupVerification.Found found;
    try (Terminal.Progress progress = terminal.progress("verify", -1)) {
      found = BackupVerification.of(folder, progress::step);
    }
    found.damaged().forEach(file -> terminal.warn("damaged: " + file));
    found.unreadable().forEach(file -> terminal.warn("unreadable: " + file));
    found.gone().forEach(file -> terminal.warn("lost: " + file));
    found.lost().forEach(file -> terminal.warn("lost before the backup was made: " + file));
    found.changed().forEach(file -> terminal.warn("damaged before the backup was made: " + file));
    BadFiles here =
        new BadFiles(found.damaged().size(), found.unreadable().size(), found.gone().size());
    if (here.any()) {
      // Who has taken a file away from a backup may have changed others: all is one exit code.
      throw new Problem(
          Problem.Kind.SECURITY,
          "Of the backup "
              + folder
              + ", "
              + here.words()
              + ". 'anoncloud admin backup --reread' makes the next one"
              + " without this damage, from the server's own files.");
    }
    BadFiles before = new BadFiles(found.changed().size(), 0, found.lost().size());
    if (before.any()) {
      throw before.problem(
          "The backup "
              + folder
              + " is as it was made, but "
              + before.words()
              + ": the server had that already. Look in older backups for what is whole,"
              + " copy it from there to the server, and make the next one.");
    }
    terminal.print(
        "The backup is whole: " + folder + ", " + BackupCommand.describe(found.content()) + ".");
  }

  private void verifyServer() throws Problem, IOException {
    Path data = options.existingData(context);
    ServerVerification.Found found;
    try (PluginHost plugins = ServerPlugins.load(context, data);
        OpenDatabase open = options.open(plugins, context)) {
      KeyFiles.check(data, open);
      Holdings holdings = Holdings.of(plugins.serverFeatures());
      found =
          reread
              ? ServerVerification.rereading(
                  data, open, holdings, bytes -> context.terminal().progress("verify", bytes))
              : ServerVerification.quick(data, open, holdings);
    } catch (CannotStart e) {
      throw new Problem(Problem.Kind.NOT_FOUND, String.valueOf(e.getMessage()), e);
    }
    found
        .absent()
        .forEach(
            feature ->
                context
                    .terminal()
                    .warn(
                        "The plugin of '"
                            + feature
                            + "' is removed, switched off or not trusted, so whether its files are"
                            + " there is not known."));
    found
        .missing()
        .forEach(
            file ->
                context
                    .terminal()
                    .warn((found.shortened().contains(file) ? "short: " : "lost: ") + file));
    found.unreadable().forEach(file -> context.terminal().warn("unreadable: " + file));
    found.damaged().forEach(file -> context.terminal().warn("damaged: " + file));
    found
        .foreign()
        .forEach(file -> context.terminal().warn("nobody's, and may be deleted: " + file));
    BadFiles bad =
        new BadFiles(found.damaged().size(), found.unreadable().size(), found.missing().size());
    if (bad.any()) {
      throw bad.problem(
          "Of "
              + BadFiles.files(found.content().files())
              + ", "
              + bad.words()
              + ". "
              + (bad.unreadable() > 0 ? giveBack(data) + "Else check" : "Check")
              + " the disk, copy these files back from a backup that is older than the"
              + " damage, and run this again. "
              + cure(bad));
    }
    if (!found.absent().isEmpty()) {
      String features = "'" + String.join("', '", found.absent()) + "'";
      throw new Problem(
          Problem.Kind.NOT_FOUND,
          "What was looked at is whole: "
              + BackupCommand.describe(found.content())
              + ". The files of "
              + features
              + " were not looked at. 'anoncloud admin plugins list' shows which plugins are off:"
              + " switch theirs on with 'admin plugins enable ID', trust or install it again, and"
              + " run this once more. Only what is never to come back 'admin drop-data' deletes for"
              + " good.");
    }
    context
        .terminal()
        .print(
            "The server is whole: "
                + BadFiles.rows(found.content().rows())
                + " and the "
                + BadFiles.files(found.content().files())
                + " that they name ("
                + ShownSize.of(found.content().bytes())
                + ")"
                + (reread
                    ? ", each byte as it came."
                    : ". With --reread each byte of the files is read, too."));
  }

  /** What the people whose files these were do with what is in no backup. */
  private static String cure(BadFiles bad) {
    // The clients send again what the server lacks, and not what it has, of which it knows no
    // better.
    String replace = "put it again over what is there";
    String remove = "remove it and put it again";
    boolean wrong = bad.damaged() + bad.unreadable() > 0;
    return "What is in no backup people find by 'anoncloud verify"
        + (wrong ? " --full" : "")
        + "'; they "
        + (!wrong
            ? replace
            : bad.lost() == 0 ? remove : remove + ", or, if it is only lost or short, " + replace)
        + ".";
  }

  private static String giveBack(Path data) {
    return "What is unreadable need not be lost: if it is another user's, or its mode is wrong,"
        + " give it to the user whom the server runs as, as root: chown -R USER "
        + data
        + " && chmod -R u+rwX "
        + data
        + ". ";
  }
}
