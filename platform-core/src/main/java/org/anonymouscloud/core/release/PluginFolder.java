package org.anonymouscloud.core.release;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.disk.PrivateFile;
import org.anonymouscloud.core.release.InstalledPlugin.Installed;
import org.anonymouscloud.core.release.InstalledPlugin.State;
import org.anonymouscloud.core.wire.ForeignText;

/**
 * The plugins that the owner of a machine has installed: the folder {@code plugins} in a server's
 * data folder or in a client's home. Only its owner may write to it, so what was checked there is
 * what is loaded. What is decided here is used when the process starts again. Several processes may
 * use it; not thread-safe.
 */
public final class PluginFolder {
  private static final Integer ROOT = 0;
  private static final Set<PosixFilePermission> OTHERS =
      Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  private final Path folder;

  /** {@code KEY NAME} a line, which people may edit. */
  private final Records<Publisher> publishers;

  private final Records<InstalledPlugin> known;

  /**
   * @param folder need not be there
   */
  public PluginFolder(Path folder) {
    this.folder = folder.toAbsolutePath().normalize();
    this.publishers =
        new Records<>(
            this.folder.resolve("publishers"),
            PluginFolder::publisher,
            publisher -> publisher.key() + " " + publisher.name());
    this.known =
        new Records<>(this.folder.resolve("known"), InstalledPlugin::parse, InstalledPlugin::line);
  }

  private static Publisher publisher(String line) {
    String[] words = line.split(" ", 2);
    return Publisher.of(words[0], words.length == 2 ? words[1] : "unnamed");
  }

  /** Those whose plugins may be installed. */
  public List<Publisher> publishers() throws IOException {
    return publishers.read();
  }

  /** Lets plugins of this publisher be installed, under this name. */
  public void trust(Publisher publisher) throws IOException {
    PrivateFile.createFolder(folder);
    try (FileChannel _ = lock()) {
      List<Publisher> all = new ArrayList<>(publishers.read());
      all.removeIf(other -> other.key().equals(publisher.key()));
      all.add(publisher);
      publishers.write(all);
    }
  }

  /**
   * Takes back the trust: the publisher's plugins are not loaded any more.
   *
   * @return false if it was not trusted
   */
  public boolean distrust(VerifyKey key) throws IOException {
    PrivateFile.createFolder(folder);
    try (FileChannel _ = lock()) {
      List<Publisher> all = new ArrayList<>(publishers.read());
      boolean trusted = all.removeIf(other -> other.key().equals(key));
      publishers.write(all);
      return trusted;
    }
  }

  /** Ids of plugins, the program's own too, that the owner has switched off. */
  public Set<String> disabled() throws IOException {
    return known.read().stream()
        .filter(one -> one.state() == State.OFF)
        .map(InstalledPlugin::id)
        .collect(Collectors.toSet());
  }

  /**
   * What is installed here, as far as it can be told without opening a jar.
   *
   * @throws IOException if the folder's own files cannot be read
   */
  public Plugins find() throws IOException {
    if (!Files.isDirectory(folder)) {
      return new Plugins(List.of(), List.of());
    }
    List<TrustedPlugin> vouched = new ArrayList<>();
    List<SwitchedOff> refused = new ArrayList<>();
    Set<String> files = new HashSet<>();
    List<Publisher> trusted = publishers.read();
    for (InstalledPlugin one : known.read()) {
      if (one.isPresent()) {
        Path jar = jar(one);
        files.add(jar.getFileName().toString());
        try {
          checkPrivate();
          vouched.add(vouched(one, jar, trusted));
        } catch (PluginRefused e) {
          refused.add(new SwitchedOff(one.id(), e.reason()));
        }
      }
    }
    for (String stranger : strangers(files)) {
      refused.add(
          new SwitchedOff(
              stranger, "nobody has installed it; 'plugin install' checks who signed it"));
    }
    return new Plugins(vouched, refused);
  }

  private TrustedPlugin vouched(InstalledPlugin one, Path jar, List<Publisher> trusted)
      throws PluginRefused {
    Installed installed = one.installed().orElseThrow();
    ReleaseSignature signature = ReleaseSignature.read(signatureFile(jar), trusted);
    Release release = signature.release();
    if (!release.id().equals(one.id())
        || !release.version().equals(installed.version())
        || !signature.publisher().equals(installed.publisher())) {
      throw PluginRefused.untrusted(
          "its signature is that of another plugin, version or publisher than was installed");
    }
    return new TrustedPlugin(
        jar,
        release,
        name(signature, trusted),
        one.state() == State.ON,
        false,
        Optional.of(signature.publisher()));
  }

  private static String name(ReleaseSignature signature, List<Publisher> trusted) {
    return trusted.stream()
        .filter(publisher -> publisher.key().equals(signature.publisher()))
        .map(Publisher::name)
        .findFirst()
        .orElseThrow();
  }

  private static byte[] signatureFile(Path jar) throws PluginRefused {
    Path file = PublisherKey.signatureOf(jar);
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(ReleaseSignature.MAX_LENGTH + 1);
    } catch (NoSuchFileException e) {
      throw PluginRefused.untrusted(
          "it is not signed: there is no "
              + ForeignText.sentence(String.valueOf(file.getFileName())));
    } catch (IOException e) {
      throw new PluginRefused("its signature cannot be read (" + e.getMessage() + ")", e);
    }
  }

  /** Jars that somebody has put into the folder by hand. */
  private List<String> strangers(Set<String> files) throws IOException {
    List<String> strangers = new ArrayList<>();
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(folder, "*.jar")) {
      for (Path jar : jars) {
        String name = jar.getFileName().toString();
        // Hidden ones are copies of an installation that was cut off.
        if (!files.contains(name) && !name.startsWith(".")) {
          strangers.add(ForeignText.sentence(name));
        }
      }
    }
    strangers.sort(null);
    return strangers;
  }

  /** Someone else who may write here could change a jar after it has been checked. */
  private void checkPrivate() throws PluginRefused {
    try {
      Object owner = Files.getAttribute(folder, "unix:uid");
      if (!owner.equals(ROOT) && !owner.equals((int) new UnixSystem().getUid())) {
        throw PluginRefused.untrusted(
            folder + " belongs to another user; be that user to use what is installed there");
      }
      for (PosixFilePermission right : Files.getPosixFilePermissions(folder)) {
        if (OTHERS.contains(right)) {
          throw PluginRefused.untrusted(
              "other users can write to " + folder + "; 'chmod go-w' it first");
        }
      }
    } catch (IOException e) {
      throw new PluginRefused("the rights on its folder are not known", e);
    }
  }

  /** What is done with a file. */
  public interface FileVisitor {
    void visit(Path file) throws IOException;
  }

  /**
   * Names each file that another folder needs to have the same plugins, and keeps all of them as
   * they are meanwhile.
   */
  public void forEachFile(FileVisitor visitor) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (FileChannel _ = lock()) {
      List<Path> files = new ArrayList<>(List.of(known.file(), publishers.file()));
      for (InstalledPlugin one : known.read()) {
        if (one.isPresent()) {
          files.add(jar(one));
          files.add(PublisherKey.signatureOf(jar(one)));
        }
      }
      for (Path file : files) {
        if (Files.exists(file)) {
          visitor.visit(file);
        }
      }
    }
  }

  /**
   * Looks at a plugin that may be installed, and keeps a copy of it; copies that were left behind
   * by processes that were killed are deleted. The signature beside the jar is checked before a
   * byte of the jar is read, and the copy's bytes before it is opened. Nothing is left of what is
   * refused.
   *
   * @param own ids of the program's own plugins, which nobody can replace
   * @return the copy; the caller closes it
   * @throws PluginRefused if it cannot be installed
   * @throws IOException if a file cannot be used
   */
  public Incoming receive(Path jar, Set<String> own) throws PluginRefused, IOException {
    if (!Files.isRegularFile(jar)) {
      throw new NoSuchFileException(jar.toString());
    }
    byte[] file = signatureFile(jar);
    List<Publisher> trusted = publishers.read();
    ReleaseSignature signature = ReleaseSignature.read(file, trusted);
    if (own.contains(signature.release().id())) {
      throw PluginRefused.untrusted("the program has a plugin of its own with this id");
    }
    checkFloor(signature);
    PrivateFile.createFolder(folder);
    checkPrivate();
    Incoming incoming;
    try (FileChannel _ = lock()) {
      Incoming.sweep(folder);
      incoming = Incoming.begin(signature, file, name(signature, trusted), folder);
    }
    try {
      incoming.fill(jar);
      return incoming;
    } catch (IOException | PluginRefused | RuntimeException e) {
      incoming.close();
      throw e;
    }
  }

  /**
   * Makes the copy an installed plugin that is switched on, in place of an older version. Cut off
   * half-way, the older one stays.
   *
   * @throws PluginRefused if another version was installed meanwhile
   */
  public void install(Incoming incoming) throws PluginRefused, IOException {
    try (FileChannel _ = lock()) {
      ReleaseSignature signature = incoming.signature();
      checkFloor(signature);
      Release release = signature.release();
      Optional<InstalledPlugin> before = find(release.id());
      InstalledPlugin now =
          new InstalledPlugin(
              release.id(),
              State.ON,
              Optional.of(new Installed(release.version(), signature.publisher())));
      incoming.moveTo(jar(now));
      // From this instant on it is the installed one, and its version the floor.
      remember(now);
      if (before.isPresent() && before.get().isPresent()) {
        delete(before.get());
      }
    }
  }

  private void checkFloor(ReleaseSignature signature) throws PluginRefused, IOException {
    Optional<InstalledPlugin> before = find(signature.release().id());
    if (before.isEmpty() || before.get().installed().isEmpty()) {
      return;
    }
    Installed floor = before.get().installed().get();
    if (!floor.publisher().equals(signature.publisher())) {
      throw PluginRefused.untrusted(
          "its publisher is not "
              + floor.publisher()
              + ", which has supplied this plugin before; if that is meant, 'remove --forget' it"
              + " first");
    }
    int step = signature.release().version().compareTo(floor.version());
    if (step < 0) {
      throw PluginRefused.untrusted(
          "version "
              + floor.version()
              + " was installed here, and a plugin does not go back to "
              + signature.release().version()
              + "; if that is meant, 'remove --forget' it first");
    }
    if (step == 0 && before.get().isPresent()) {
      throw new PluginRefused("version " + floor.version() + " is installed already");
    }
  }

  /**
   * Switches a plugin on or off.
   *
   * @param own ids of the program's own plugins
   * @return false if there is no such plugin
   */
  public boolean enable(String id, boolean on, Set<String> own) throws IOException {
    PrivateFile.createFolder(folder);
    try (FileChannel _ = lock()) {
      Optional<InstalledPlugin> before = find(id).filter(InstalledPlugin::isPresent);
      if (before.isEmpty() && !own.contains(id)) {
        return false;
      }
      InstalledPlugin one = before.orElse(new InstalledPlugin(id, State.ON, Optional.empty()));
      remember(one.in(on ? State.ON : State.OFF));
      return true;
    }
  }

  /**
   * Removes an installed plugin. What it has stored stays.
   *
   * @param forget whether its publisher and version are forgotten too, so that another publisher or
   *     an older version can be installed
   * @return false if there is no such plugin
   */
  public boolean remove(String id, boolean forget) throws IOException {
    if (!Files.isDirectory(folder)) {
      return false;
    }
    try (FileChannel _ = lock()) {
      Optional<InstalledPlugin> found = find(id).filter(one -> one.installed().isPresent());
      if (found.isEmpty()) {
        return false;
      }
      List<InstalledPlugin> all = without(id);
      if (!forget) {
        all.add(found.get().in(State.REMOVED));
      }
      known.write(all);
      delete(found.get());
      return true;
    }
  }

  private Optional<InstalledPlugin> find(String id) throws IOException {
    return known.read().stream().filter(one -> one.id().equals(id)).findFirst();
  }

  private void remember(InstalledPlugin one) throws IOException {
    List<InstalledPlugin> all = without(one.id());
    all.add(one);
    known.write(all);
  }

  private List<InstalledPlugin> without(String id) throws IOException {
    List<InstalledPlugin> all = new ArrayList<>(known.read());
    all.removeIf(one -> one.id().equals(id));
    return all;
  }

  private void delete(InstalledPlugin one) throws IOException {
    Files.deleteIfExists(jar(one));
    Files.deleteIfExists(PublisherKey.signatureOf(jar(one)));
  }

  /** Its name holds the version, so that a new one does not come in the place of the old one. */
  private Path jar(InstalledPlugin one) {
    return folder.resolve(one.id() + "-" + one.installed().orElseThrow().version() + ".jar");
  }

  /** Keeps other processes from changing the folder. */
  private FileChannel lock() throws IOException {
    FileChannel file = PrivateFile.openLock(folder.resolve("lock"));
    try {
      var _ = file.lock();
      return file;
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }
}
