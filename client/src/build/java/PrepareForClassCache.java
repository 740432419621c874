import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Makes the libraries of the distribution fit for the JVM's class cache, see docs/adr/0004: class
 * files from before Java 6 get a newer version, and signatures go, for the cache takes no class of
 * a signed jar. A step of the build, run as a single file: {@code java PrepareForClassCache.java
 * FOLDER-OF-JARS}. A jar that fits stays as it is.
 */
final class PrepareForClassCache {
  /** Class files before Java 6 have no stack maps; the cache leaves them out. */
  private static final int FIRST_WITH_STACK_MAPS = 50;

  /** Where the version's lower byte lies; the upper one is zero. */
  private static final int MAJOR_VERSION = 7;

  private static final int JAVA_8 = 52;
  private static final Pattern SIGNATURE = Pattern.compile("META-INF/[^/]+\\.(SF|RSA|DSA|EC)");
  private static final String NOTICE = "META-INF/CHANGED-BY-ANONYMOUSCLOUD.txt";

  private PrepareForClassCache() {}

  public static void main(String[] arguments) throws IOException {
    List<Path> jars = new ArrayList<>();
    try (DirectoryStream<Path> folder = Files.newDirectoryStream(Path.of(arguments[0]), "*.jar")) {
      folder.forEach(jars::add);
    }
    URL[] urls = new URL[jars.size()];
    for (int i = 0; i < urls.length; i++) {
      urls[i] = jars.get(i).toUri().toURL();
    }
    try (URLClassLoader classes = new URLClassLoader(urls)) {
      ClassFile format =
          ClassFile.of(
              StackMapsOption.GENERATE_STACK_MAPS,
              ClassHierarchyResolverOption.of(
                  ClassHierarchyResolver.ofResourceParsing(classes)
                      .orElse(ClassHierarchyResolver.defaultResolver())));
      for (Path jar : jars) {
        prepare(jar, format);
      }
    }
  }

  private static void prepare(Path jar, ClassFile format) throws IOException {
    Map<ZipEntry, byte[]> entries = read(jar);
    boolean changed =
        entries.keySet().removeIf(entry -> SIGNATURE.matcher(entry.getName()).matches());
    for (Map.Entry<ZipEntry, byte[]> entry : entries.entrySet()) {
      if (entry.getKey().getName().endsWith(".class")
          && entry.getValue()[MAJOR_VERSION] < FIRST_WITH_STACK_MAPS) {
        entry.setValue(raised(format, format.parse(entry.getValue())));
        changed = true;
      }
    }
    if (changed) {
      write(jar, entries);
    }
  }

  private static byte[] raised(ClassFile format, ClassModel model) {
    return format.transformClass(
        model,
        (builder, element) -> {
          switch (element) {
            case ClassFileVersion old -> builder.withVersion(JAVA_8, 0);
            // Taken apart and put together again, for else the code is copied without stack maps.
            case MethodModel method ->
                builder.transformMethod(
                    method, MethodTransform.transformingCode(CodeTransform.ACCEPT_ALL));
            default -> builder.with(element);
          }
        });
  }

  private static Map<ZipEntry, byte[]> read(Path jar) throws IOException {
    Map<ZipEntry, byte[]> entries = new LinkedHashMap<>();
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(jar))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        entries.put(entry, in.readAllBytes());
      }
    }
    return entries;
  }

  private static void write(Path jar, Map<ZipEntry, byte[]> entries) throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(content)) {
      for (Map.Entry<ZipEntry, byte[]> entry : entries.entrySet()) {
        put(out, entry.getKey(), entry.getValue());
      }
      ZipEntry notice = new ZipEntry(NOTICE);
      notice.setTimeLocal(entries.keySet().iterator().next().getTimeLocal());
      put(
          out,
          notice,
          "Class files of before Java 6 were given version 52 and stack maps, and signatures taken out.\n"
              .getBytes(UTF_8));
    }
    Path unfinished = jar.resolveSibling(jar.getFileName() + ".new");
    Files.write(unfinished, content.toByteArray());
    Files.move(unfinished, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void put(ZipOutputStream out, ZipEntry like, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(like.getName());
    entry.setTimeLocal(like.getTimeLocal());
    out.putNextEntry(entry);
    out.write(content);
    out.closeEntry();
  }
}
