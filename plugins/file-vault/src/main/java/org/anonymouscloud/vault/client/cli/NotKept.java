package org.anonymouscloud.vault.client.cli;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.vault.client.disk.LocalFile;

/** What the vault does not keep of local things, to be said once for all of them. */
final class NotKept {
  private final int self = (int) new UnixSystem().getUid();
  private final Kind special =
      new Kind("Left out, as only files, folders and symbolic links are kept");
  private final Kind own =
      new Kind("Left out, as it is the folder of this program, with your keys");
  private final Kind linked =
      new Kind("Kept as files of their own, not as the hard links that they are");
  private final Kind owned = new Kind("Kept without their owner, who is somebody else than you");

  private final List<String> leftOut = new ArrayList<>();

  /** Things of which the same is not kept. */
  private static final class Kind {
    private final String what;
    private String first = "";
    private long more = -1;

    Kind(String what) {
      this.what = what;
    }

    void add(Path path) {
      if (++more == 0) {
        first = TerminalText.path(path);
      }
    }

    void say(Outcome outcome) {
      if (more >= 0) {
        outcome.skip(what + ": " + first + (more > 0 ? " and " + more + " more." : "."));
      }
    }
  }

  /** Takes note of a thing that is kept. */
  void kept(LocalFile file) {
    Path path = file.path();
    if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      // Within a file that is opened as a disk nothing has an owner or two names.
      return;
    }
    try {
      Map<String, Object> found =
          Files.readAttributes(path, "unix:uid,nlink", LinkOption.NOFOLLOW_LINKS);
      if (!found.get("uid").equals(self)) {
        owned.add(path);
      }
      if (file.kind() == LocalFile.Kind.FILE && (int) found.get("nlink") > 1) {
        linked.add(path);
      }
    } catch (IOException e) {
      // It is gone, which is said when it is read.
    }
  }

  /** Takes note of a device, a socket or a pipe. */
  void special(LocalFile file) {
    special.add(file.path());
    leftOut.add(file.path().toString());
  }

  /** Takes note of the program's own folder. */
  void own(Path folder) {
    own.add(folder);
    leftOut.add(folder.toString());
  }

  /** The paths of what is not kept at all. */
  List<String> leftOut() {
    return leftOut;
  }

  /** Says what was met, a line for each kind. */
  void say(Outcome outcome) {
    own.say(outcome);
    special.say(outcome);
    linked.say(outcome);
    owned.say(outcome);
  }
}
