package org.anonymouscloud.vault.client.local;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.anonymouscloud.core.wire.ForeignText;
import org.anonymouscloud.vault.client.disk.LocalFile;

/** What the vault does not keep of local things, to be said once for all of them. */
public final class NotKept {
  private final int self = (int) new UnixSystem().getUid();
  private final Map<Kind, Things> met = new EnumMap<>(Kind.class);
  private final List<String> leftOut = new ArrayList<>();

  /** Of which things the same is not kept; in the order in which it is said. */
  public enum Kind {
    OWN("Left out, as it is the folder of this program, with your keys"),
    SPECIAL("Left out, as only files, folders and symbolic links are kept"),
    LINKED("Kept as files of their own, not as the hard links that they are"),
    OWNED("Kept without their owner, who is somebody else than you");

    private final String what;

    Kind(String what) {
      this.what = what;
    }
  }

  /**
   * Things of a kind.
   *
   * @param first the path of the first one, as a person may see it on a terminal
   * @param count at least 1
   */
  public record Things(String first, long count) {}

  /** Takes note of a thing that is kept. */
  void kept(LocalFile file) {
    Path path = file.path();
    if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      // Within a file that is opened as a disk nothing has an owner or two names.
      return;
    }
    try {
      // By its path, as the JDK tells this of nothing in an open folder; so it may be another's.
      Map<String, Object> found =
          Files.readAttributes(path, "unix:uid,nlink", LinkOption.NOFOLLOW_LINKS);
      if (!found.get("uid").equals(self)) {
        met(Kind.OWNED, path);
      }
      if (file.kind() == LocalFile.Kind.FILE && (int) found.get("nlink") > 1) {
        met(Kind.LINKED, path);
      }
    } catch (IOException e) {
      // It is gone, which is said when it is read.
    }
  }

  /** Takes note of a device, a socket or a pipe. */
  void special(LocalFile file) {
    met(Kind.SPECIAL, file.path());
    leftOut.add(file.path().toString());
  }

  /** Takes note of the program's own folder. */
  void own(Path folder) {
    met(Kind.OWN, folder);
    leftOut.add(folder.toString());
  }

  private void met(Kind kind, Path path) {
    add(kind, new Things(ForeignText.visible(path.toString()), 1));
  }

  /** Takes note of what was met elsewhere. */
  public void add(Kind kind, Things things) {
    met.merge(kind, things, (before, more) -> new Things(before.first, before.count + more.count));
  }

  /** Takes note of the path of a thing that was not kept at all elsewhere. */
  public void addLeftOut(String path) {
    leftOut.add(path);
  }

  /** What was met, by its kind. */
  public Map<Kind, Things> met() {
    return Map.copyOf(met);
  }

  /** The paths of what is not kept at all. */
  public List<String> leftOut() {
    return List.copyOf(leftOut);
  }

  /** What was met, a line for each kind. */
  public List<String> lines() {
    return met.entrySet().stream()
        .map(
            kind ->
                kind.getKey().what
                    + ": "
                    + kind.getValue().first
                    + (kind.getValue().count > 1
                        ? " and " + (kind.getValue().count - 1) + " more."
                        : "."))
        .toList();
  }
}
