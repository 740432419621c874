package org.anonymouscloud.vault.client.api;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import java.io.IOException;
import org.anonymouscloud.core.plugin.NotLoggedIn;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownSize;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.core.wire.ForeignText;
import org.anonymouscloud.vault.client.archive.ArchiveReader.ArchiveDamaged;
import org.anonymouscloud.vault.client.drive.Drive;
import org.anonymouscloud.vault.client.drive.NotAllowed;
import org.anonymouscloud.vault.client.drive.StateRefused;
import org.anonymouscloud.vault.client.drives.DriveNotFound;
import org.anonymouscloud.vault.client.format.KeptStates;
import org.anonymouscloud.vault.client.remote.DriveGone;
import org.anonymouscloud.vault.client.remote.ServerRefused;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.remote.Untrusted.DataUnreadable;
import org.anonymouscloud.vault.client.resume.EarlierTryGone;
import org.anonymouscloud.vault.client.space.GivenBackMeanwhile;
import org.anonymouscloud.vault.client.space.SpaceStuck;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.VaultPath;
import org.anonymouscloud.vault.protocol.VaultMessages;

/** What the drive's failures are to a caller of the local API. */
final class VaultProblems {
  private static final String STAYS =
      " What was removed takes space for longer: a drive keeps it in the trash and in earlier"
          + " states for as long as 'anoncloud drive retention' says; with less, 'anoncloud"
          + " compact' gives it back, and there is no way back to it then. Who pays for the drive"
          + " may let it have more ('anoncloud drive quota DRIVE SIZE'), and the server's owner the"
          + " account.";

  private VaultProblems() {}

  /** A handler whose failures are problems; those of the server name what the request was about. */
  static Handler told(Handler handler) {
    return context -> {
      try {
        handler.handle(context);
      } catch (ServerRefused e) {
        throw refused(e, work(context), "");
      } catch (IOException e) {
        throw problem(e, RequestArguments.place(context));
      }
    };
  }

  /** The same for a handler that writes to a drive, which may be full. */
  static Handler told(OpenDrive drives, Handler handler) {
    return context -> {
      try {
        handler.handle(context);
      } catch (ServerRefused e) {
        boolean full = e.code() == ErrorCode.QUOTA_EXCEEDED;
        Problem problem = refused(e, work(context), full ? stays(drives, context) : "");
        throw full ? sized(problem, context) : problem;
      } catch (IOException e) {
        throw problem(e, RequestArguments.place(context));
      }
    };
  }

  /** With the size of what there is no room for, if the request says it. */
  private static Problem sized(Problem problem, Context context) {
    long length = context.req().getContentLengthLong();
    return length <= 0
        ? problem
        : new Problem(
            problem.kind(),
            problem.getMessage() + " The file has " + ShownSize.of(length) + ".",
            problem);
  }

  /**
   * What takes a drive's space, what gives some back, and who may let it have more; the empty text
   * if the drive does not say it.
   */
  private static String stays(OpenDrive drives, Context context) {
    try {
      Drive drive = drives.of(context);
      String which = context.pathParamMap().containsKey("drive") ? " " + word(context, drive) : "";
      return wayBack(drive, which) + wayOn(drive, which);
    } catch (Problem | NotLoggedIn | IOException e) {
      // The refusal is what counts, and says in general what to do.
      return "";
    }
  }

  private static String wayBack(Drive drive, String which) throws IOException {
    KeptStates kept = drive.kept();
    if (kept.days() == 0 && kept.weeks() == 0) {
      return " This drive keeps no earlier states: remove what is not needed ('anoncloud rm'),"
          + " then 'anoncloud compact"
          + which
          + "' gives back what was removed. 'anoncloud df --detail' shows what takes the"
          + " space.";
    }
    if (drive.snapshot().trash().isEmpty()) {
      return " Nothing is in the trash; 'anoncloud df --detail' shows whether earlier states keep"
          + " what was overwritten or deleted.";
    }
    return " What was removed takes space for longer: this drive keeps it for "
        + kept.days()
        + " days in the trash and in each earlier state, and in the last state of each week for "
        + kept.weeks()
        + " weeks. 'anoncloud drive retention"
        + which
        + " --days N --weeks N' says less, 'anoncloud compact"
        + which
        + "' then gives back what is older; there is no way back to that.";
  }

  /** Only who pays learns how much the account has that does. */
  private static String wayOn(Drive drive, String which) throws IOException {
    if (!drive.isPaid()) {
      return " Who pays for the drive may let it have more: 'anoncloud drive show"
          + which
          + "' says who it is.";
    }
    VaultMessages.Usage usage = drive.usage();
    String account =
        usage.quota() == Long.MAX_VALUE
            ? ""
            : " Your account, which pays for it, uses "
                + ShownSize.of(usage.used())
                + " of "
                + ShownSize.of(usage.quota())
                + "; the server's owner may let it have more.";
    return which.isEmpty()
        ? account
        : account + " 'anoncloud drive quota" + which + " SIZE' sets what the drive may have.";
  }

  /**
   * The drive of a request as a word of a shell's line: as the request names it, as its name may
   * lead to another one, if that can be typed as it shows.
   */
  private static String word(Context context, Drive drive) {
    String name = context.pathParam("drive");
    if (!ForeignText.visible(name).equals(name) || !name.matches("[^\"$`\\\\!]+")) {
      return drive.id().toString();
    }
    return name.matches("[\\p{L}\\p{N}._-]+") ? name : '"' + name + '"';
  }

  /** What could not be done at which path; the empty text if the request's path names none. */
  private static String work(Context context) {
    String path = context.pathParamMap().get("path");
    if (path == null) {
      return "";
    }
    String verb =
        switch (context.method().name()) {
          case "GET", "HEAD" -> "read";
          case "DELETE" -> "remove";
          default -> "write";
        };
    return "Cannot "
        + verb
        + " "
        + RequestArguments.place(context)
        + ForeignText.visible("/" + path)
        + ": ";
  }

  /**
   * What must not be used of a file, with its name.
   *
   * @param place what stands before the path, see {@link RequestArguments#place}
   */
  static Problem untrusted(String place, VaultPath path, Untrusted failure) {
    return new Problem(
        kind(failure),
        "Cannot read " + place + path.visible() + ": " + failure.getMessage(),
        failure);
  }

  /** What kind of problem it is that something cannot be done at a path, or not be trusted. */
  static Problem.Kind kind(IOException failure) {
    return problem(failure, "") instanceof Problem problem ? problem.kind() : Problem.Kind.INTERNAL;
  }

  private static Exception problem(IOException failure, String place) {
    return switch (failure) {
      case DataUnreadable unreadable -> told(Problem.Kind.UNAVAILABLE, unreadable);
      case Untrusted untrusted -> told(Problem.Kind.SECURITY, untrusted);
      case PathRefused path ->
          new Problem(
              switch (path.reason()) {
                case NOT_FOUND, NOT_THERE_THEN, NEVER_THERE, NOT_IN_TRASH, NO_SUCH_FOLDER, GONE ->
                    Problem.Kind.NOT_FOUND;
                case PRESENT, CHANGED -> Problem.Kind.PRECONDITION_FAILED;
                case NOT_A_FOLDER,
                    IS_A_FOLDER,
                    IS_A_LINK,
                    NEEDS_RECURSIVE,
                    NOT_EMPTY,
                    ALREADY_THERE,
                    OCCUPIED,
                    IN_THE_WAY,
                    ONTO_ITSELF,
                    INTO_ITSELF,
                    IS_TOP,
                    TOO_DEEP ->
                    Problem.Kind.CONFLICT;
              },
              path.message(place),
              path);
      case NotAllowed refused -> told(Problem.Kind.FORBIDDEN, refused);
      case DriveNotFound refused -> told(Problem.Kind.NOT_FOUND, refused);
      case DriveGone gone -> told(Problem.Kind.NOT_FOUND, gone);
      case StateRefused state ->
          told(
              switch (state.reason()) {
                case NOT_FOUND, TOO_EARLY, TO_COME, GIVEN_BACK -> Problem.Kind.NOT_FOUND;
                case DOES_NOT_OPEN, LEFT_OUT -> Problem.Kind.CONFLICT;
              },
              state);
      case ServerRefused refused -> refused(refused, "", "");
      case SpaceStuck stuck ->
          told(stuck.isForNow() ? Problem.Kind.UNAVAILABLE : Problem.Kind.SECURITY, stuck);
      case GivenBackMeanwhile gone -> told(Problem.Kind.CONFLICT, gone);
      case EarlierTryGone gone -> told(Problem.Kind.CONFLICT, gone);
      case ArchiveDamaged damaged -> told(Problem.Kind.BAD_INPUT, damaged);
      default -> failure;
    };
  }

  private static Problem refused(ServerRefused refused, String work, String stays) {
    Problem.Kind kind =
        switch (refused.code()) {
          case NOT_ALLOWED -> Problem.Kind.FORBIDDEN;
          case NOT_FOUND -> Problem.Kind.NOT_FOUND;
          case QUOTA_EXCEEDED, STORAGE_FULL -> Problem.Kind.NO_SPACE;
          case NOT_LOGGED_IN -> Problem.Kind.NOT_LOGGED_IN;
          default -> Problem.Kind.UNAVAILABLE;
        };
    return new Problem(kind, work + reason(refused, stays), refused);
  }

  /**
   * Why, and what to do about it. Only whole changes become part of a drive.
   *
   * @param stays of a drive that is full, what keeps its space and who may give it more; empty if
   *     it is not known
   */
  private static String reason(ServerRefused refused, String stays) {
    return switch (refused.code()) {
      case QUOTA_EXCEEDED ->
          refused.getMessage()
              + " Nothing is left half done."
              + (stays.isEmpty() ? STAYS : stays)
              + " What was given back lately may count until the next day.";
      case STORAGE_FULL ->
          "The server's disk is full. Nothing is left half done. Its owner must make room; then the"
              + " same can be tried again.";
      case NOT_ALLOWED ->
          "The server refused: "
              + refused.getMessage()
              + " Nothing is left half done. 'anoncloud drive show NAME' tells who its owners are,"
              + " who can let you do it.";
      case NOT_FOUND ->
          "The server does not have the drive for this account any more: it was deleted, an"
              + " owner of it has taken you out, or the server hides it. 'anoncloud drive list'"
              + " shows the drives there are.";
      case INTERNAL ->
          "The server failed: "
              + refused.getMessage()
              + " Nothing is left half done. Try again; if it stays so, the server's owner finds"
              + " the reason in its log.";
      default -> "The server refused: " + refused.getMessage();
    };
  }

  private static Problem told(Problem.Kind kind, IOException failure) {
    return new Problem(kind, String.valueOf(failure.getMessage()), failure);
  }
}
