import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Makes the archive that runs where there is no Java, and a Debian package of it (docs/install.md):
 * the distribution, a Java runtime of the modules that it needs, the launcher, the class caches,
 * licences, sample settings, a systemd unit and checksums. For Linux on the kind of processor that
 * builds it. A step of the build, run as a single file: {@code java MakeArchive.java CHECKOUT
 * VERSION}.
 */
final class MakeArchive {
  /** What the program, its libraries and its plugins use. */
  private static final String MODULES =
      "java.base,java.logging,java.management,java.naming,java.security.jgss,java.sql,java.xml,"
          + "jdk.management,jdk.security.auth,jdk.unsupported,jdk.zipfs";

  /** Whose libraries are inside; the program's own are the client's. */
  private static final List<String> OF_OURS =
      List.of(
          "client",
          "plugins/file-vault",
          "plugins/encrypted-chat",
          "plugins/storage-sqlite",
          "plugins/storage-postgres");

  /** The caches are made in the background, by a rehearsal of half a minute. */
  private static final long CACHES_SECONDS = 300;

  private static final Pattern LICENCE =
      Pattern.compile("(LICEN[CS]E|NOTICE|COPYING)[^/]*(?<!\\.class)", Pattern.CASE_INSENSITIVE);

  private static final String NATIVES = "org/sqlite/native/";

  private final Path checkout;
  private final Path sources;
  private final Path built;
  private final Path folder;
  private final Path root;
  private final String version;

  private MakeArchive(Path checkout, String version) {
    this.checkout = checkout;
    this.version = version;
    this.sources = checkout.resolve("client/src/dist");
    this.built = checkout.resolve("client/target/anoncloud");
    this.folder = checkout.resolve("client/target/dist");
    this.root = folder.resolve("anoncloud-" + version);
  }

  public static void main(String[] arguments) throws Exception {
    new MakeArchive(Path.of(arguments[0]).toRealPath(), arguments[1]).make();
  }

  private void make() throws Exception {
    remove(folder);
    Files.createDirectories(root);
    runtime();
    program();
    licences();
    caches();
    String name = "anoncloud-" + version + "-linux-" + machine();
    Path archive = folder.resolve(name + ".tar.gz");
    // As if all belonged to root, who installs it; times stay, for the class caches go by them.
    run("tar", "-C", folder, "--owner=0", "--group=0", "-czf", archive, root.getFileName());
    Path debian = debian(name);
    checksums(List.of(archive, debian));
    System.out.println(
        "Made " + archive + ", " + (bytes(root) >> 20) + " MiB unpacked, and " + debian);
  }

  private static String machine() {
    return switch (System.getProperty("os.arch")) {
      case "amd64" -> "x86_64";
      case String other -> other;
    };
  }

  private void runtime() throws IOException, InterruptedException {
    Path runtime = root.resolve("runtime");
    int failed =
        ToolProvider.findFirst("jlink")
            .orElseThrow(() -> new IOException("This JDK has no jlink."))
            .run(
                System.out,
                System.err,
                "--add-modules",
                MODULES,
                "--strip-debug",
                "--no-man-pages",
                "--no-header-files",
                "--compress=zip-9",
                "--output",
                runtime.toString());
    if (failed != 0) {
      throw new IOException("jlink failed.");
    }
    // For those who make class archives, or look into the runtime from another one.
    Files.delete(runtime.resolve("lib/classlist"));
    Files.delete(runtime.resolve("lib/jrt-fs.jar"));
    // Names of functions that nothing looks up.
    for (String libraries : List.of("lib", "lib/server")) {
      try (DirectoryStream<Path> all =
          Files.newDirectoryStream(runtime.resolve(libraries), "*.so")) {
        for (Path library : all) {
          run("strip", "--strip-unneeded", library);
        }
      }
    }
  }

  private void program() throws IOException {
    for (String part : List.of("lib", "plugins")) {
      Path to = Files.createDirectory(root.resolve(part));
      try (DirectoryStream<Path> jars = Files.newDirectoryStream(built.resolve(part), "*.jar")) {
        for (Path jar : jars) {
          if (jar.getFileName().toString().startsWith("sqlite-jdbc")) {
            withoutOthersNatives(jar, to.resolve(jar.getFileName()));
          } else {
            copy(jar, to.resolve(jar.getFileName()));
          }
        }
      }
    }
    copy(built.resolve("build.id"), root.resolve("build.id"));
    for (String file : List.of("anoncloud", "LICENSE", "README.md", "CHANGELOG.md")) {
      copy(checkout.resolve(file), root.resolve(file));
    }
    Path docs = Files.createDirectory(root.resolve("docs"));
    for (String page : List.of("install.md", "operations.md", "what-the-server-sees.md")) {
      copy(checkout.resolve("docs").resolve(page), docs.resolve(page));
    }
    Path samples = Files.createDirectory(root.resolve("samples"));
    for (String sample : List.of("anoncloud.service", "anoncloud.conf")) {
      copy(sources.resolve(sample), samples.resolve(sample));
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
  }

  /** The driver brings SQLite for two dozen systems; eleven megabytes are for others than this. */
  private static void withoutOthersNatives(Path jar, Path to) throws IOException {
    String wanted = NATIVES + "Linux/" + machine() + "/";
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(jar));
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(to))) {
      boolean found = false;
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        String name = entry.getName();
        if (!name.startsWith(NATIVES) || name.startsWith(wanted)) {
          found |= name.startsWith(wanted);
          ZipEntry kept = new ZipEntry(name);
          kept.setTimeLocal(entry.getTimeLocal());
          out.putNextEntry(kept);
          in.transferTo(out);
        }
      }
      if (!found) {
        throw new IOException(jar.getFileName() + " has nothing for " + wanted);
      }
    }
  }

  /** What libraries say of their licences, each in a folder of its name. */
  private void licences() throws IOException {
    Path all = Files.createDirectory(root.resolve("licences"));
    try (Stream<Path> files = Files.walk(root)) {
      for (Path jar : files.filter(file -> file.toString().endsWith(".jar")).toList()) {
        String name = jar.getFileName().toString();
        Path own = all.resolve(name.substring(0, name.length() - ".jar".length()));
        try (ZipInputStream in = new ZipInputStream(Files.newInputStream(jar))) {
          for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
            String last = Path.of(entry.getName()).getFileName().toString();
            if (!entry.isDirectory() && LICENCE.matcher(last).matches()) {
              Files.createDirectories(own);
              Files.copy(in, own.resolve(last), StandardCopyOption.REPLACE_EXISTING);
            }
          }
        }
      }
    }
    Path lists = Files.createDirectory(root.resolve("sbom"));
    for (String module : OF_OURS) {
      String list = Files.readString(checkout.resolve(module).resolve("target/bom.json"), UTF_8);
      // Half of it is indentation.
      Files.writeString(
          lists.resolve(Path.of(module).getFileName() + ".cdx.json"),
          list.replaceAll("\\n\\s*", ""));
    }
  }

  /**
   * A first start makes them, in a home that is removed again. The one for processes that stay is
   * left out, as it is as large as all of the program: it is made anew beside the first start.
   */
  private void caches() throws IOException, InterruptedException {
    Path home = Files.createTempDirectory("anoncloud-archive");
    try {
      ProcessBuilder start =
          new ProcessBuilder(root.resolve("anoncloud").toString(), "--version").inheritIO();
      start.environment().put("ANONCLOUD_HOME", home.toString());
      if (start.start().waitFor() != 0) {
        throw new IOException("The program does not start.");
      }
      long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(CACHES_SECONDS);
      Optional<Path> made = made();
      while (made.isEmpty()) {
        if (System.nanoTime() > until) {
          throw new IOException("The class caches were not made.");
        }
        Thread.sleep(200);
        made = made();
      }
      Files.delete(made.get().resolve("process.aot"));
    } finally {
      remove(home);
    }
  }

  private Optional<Path> made() throws IOException {
    try (DirectoryStream<Path> caches = Files.newDirectoryStream(root, "classes-*")) {
      for (Path folder : caches) {
        if (Files.exists(folder.resolve("command.aot"))
            && Files.exists(folder.resolve("process.aot"))) {
          return Optional.of(folder);
        }
      }
    }
    return Optional.empty();
  }

  /** The same tree in /opt/anoncloud, a link in /usr/bin, and the unit, which is not enabled. */
  private Path debian(String name) throws IOException, InterruptedException {
    Path tree = folder.resolve("debian");
    Path opt = tree.resolve("opt/anoncloud");
    Files.createDirectories(opt.getParent());
    run("cp", "-a", root, opt);
    Path unit = Files.createDirectories(tree.resolve("lib/systemd/system"));
    copy(sources.resolve("anoncloud.service"), unit.resolve("anoncloud.service"));
    Path bin = Files.createDirectories(tree.resolve("usr/bin"));
    Files.createSymbolicLink(bin.resolve("anoncloud"), Path.of("/opt/anoncloud/anoncloud"));
    Path control = Files.createDirectory(tree.resolve("DEBIAN"));
    String text = Files.readString(sources.resolve("debian-control"), UTF_8);
    Files.writeString(
        control.resolve("control"),
        text.replace("@VERSION@", version)
            .replace("@ARCHITECTURE@", machine().equals("x86_64") ? "amd64" : "arm64")
            .replace("@SIZE@", Long.toString(bytes(opt) >> 10)));
    for (String script : List.of("postinst", "prerm")) {
      Path to = control.resolve(script);
      copy(sources.resolve("debian-" + script), to);
      Files.setPosixFilePermissions(to, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    Path made = folder.resolve(name + ".deb");
    run("dpkg-deb", "--root-owner-group", "--build", tree, made);
    remove(tree);
    return made;
  }

  private void checksums(List<Path> files) throws Exception {
    StringBuilder lines = new StringBuilder();
    for (Path file : files) {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
        in.transferTo(java.io.OutputStream.nullOutputStream());
      }
      lines.append(HexFormat.of().formatHex(digest.digest()));
      lines.append("  ").append(file.getFileName()).append('\n');
    }
    Files.writeString(folder.resolve("SHA256SUMS"), lines);
  }

  private static long bytes(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      long bytes = 0;
      for (Path file : files.toList()) {
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
          bytes += Files.size(file);
        }
      }
      return bytes;
    }
  }

  private static void run(Object... command) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    for (Object word : command) {
      words.add(word.toString());
    }
    int exit = new ProcessBuilder(words).inheritIO().start().waitFor();
    if (exit != 0) {
      throw new IOException(words.getFirst() + " failed with exit code " + exit + ".");
    }
  }

  private static void remove(Path tree) throws IOException {
    if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
