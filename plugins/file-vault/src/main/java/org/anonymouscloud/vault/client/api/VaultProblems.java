package org.anonymouscloud.vault.client.api;

import io.javalin.http.Handler;
import java.io.IOException;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.wire.ErrorCode;
import org.anonymouscloud.vault.client.archive.ArchiveReader.ArchiveDamaged;
import org.anonymouscloud.vault.client.drive.NotAllowed;
import org.anonymouscloud.vault.client.drive.StateRefused;
import org.anonymouscloud.vault.client.drives.DriveNotFound;
import org.anonymouscloud.vault.client.remote.ServerRefused;
import org.anonymouscloud.vault.client.remote.Untrusted;
import org.anonymouscloud.vault.client.resume.EarlierTryGone;
import org.anonymouscloud.vault.client.space.GivenBackMeanwhile;
import org.anonymouscloud.vault.client.space.SpaceStuck;
import org.anonymouscloud.vault.client.tree.PathRefused;
import org.anonymouscloud.vault.client.tree.VaultPath;

/** What the drive's failures are to a caller of the local API. */
final class VaultProblems {
  private VaultProblems() {}

  /** A handler whose failures are problems. */
  static Handler told(Handler handler) {
    return context -> {
      try {
        handler.handle(context);
      } catch (IOException e) {
        throw problem(e);
      }
    };
  }

  /** What must not be used of a file, with its name. */
  static Problem untrusted(VaultPath path, Untrusted failure) {
    return new Problem(
        Problem.Kind.SECURITY,
        "Cannot read " + path.visible() + ": " + failure.getMessage(),
        failure);
  }

  /** What kind of problem it is that something cannot be done at a path, or not be trusted. */
  static Problem.Kind kind(IOException failure) {
    return problem(failure) instanceof Problem problem ? problem.kind() : Problem.Kind.INTERNAL;
  }

  private static Exception problem(IOException failure) {
    return switch (failure) {
      case Untrusted untrusted -> told(Problem.Kind.SECURITY, untrusted);
      case PathRefused path ->
          told(
              switch (path.reason()) {
                case NOT_FOUND, NEVER_THERE, NOT_IN_TRASH, NO_SUCH_FOLDER, GONE ->
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
                    INTO_ITSELF,
                    IS_TOP,
                    TOO_DEEP ->
                    Problem.Kind.CONFLICT;
              },
              path);
      case NotAllowed refused -> told(Problem.Kind.FORBIDDEN, refused);
      case DriveNotFound refused -> told(Problem.Kind.NOT_FOUND, refused);
      case StateRefused state ->
          told(
              switch (state.reason()) {
                case NOT_FOUND, TOO_EARLY, GIVEN_BACK -> Problem.Kind.NOT_FOUND;
                case DOES_NOT_OPEN, LEFT_OUT -> Problem.Kind.CONFLICT;
              },
              state);
      case ServerRefused refused -> refused(refused);
      case SpaceStuck stuck -> told(Problem.Kind.SECURITY, stuck);
      case GivenBackMeanwhile gone -> told(Problem.Kind.CONFLICT, gone);
      case EarlierTryGone gone -> told(Problem.Kind.CONFLICT, gone);
      case ArchiveDamaged damaged -> told(Problem.Kind.BAD_INPUT, damaged);
      default -> failure;
    };
  }

  private static Problem refused(ServerRefused refused) {
    return switch (refused.code()) {
      case NOT_ALLOWED -> told(Problem.Kind.FORBIDDEN, refused);
      case QUOTA_EXCEEDED ->
          new Problem(
              Problem.Kind.NO_SPACE,
              "The space of the account, or of the drive, is used up. 'anoncloud df' shows by what;"
                  + " 'anoncloud compact' gives back what is removed and old enough"
                  + " ('anoncloud drive retention'), or ask the server's owner for more.",
              refused);
      case STORAGE_FULL ->
          new Problem(Problem.Kind.NO_SPACE, "The server's disk is full.", refused);
      default ->
          new Problem(
              refused.code() == ErrorCode.NOT_LOGGED_IN
                  ? Problem.Kind.NOT_LOGGED_IN
                  : Problem.Kind.UNAVAILABLE,
              "The server refused: " + refused.getMessage(),
              refused);
    };
  }

  private static Problem told(Problem.Kind kind, IOException failure) {
    return new Problem(kind, String.valueOf(failure.getMessage()), failure);
  }
}
