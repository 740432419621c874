package org.anonymouscloud.core.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** A plugin made for one test: real source, compiled into a real jar. */
public final class TinyPlugin {
  private final String id;
  private final Map<String, String> sources = new LinkedHashMap<>();
  private final Map<String, String> shadows = new LinkedHashMap<>();
  private final List<String> indexed = new ArrayList<>();
  private final Map<String, String> replacements = new LinkedHashMap<>();
  private final Map<String, String> attributes = new LinkedHashMap<>();
  private final Map<String, String> resources = new LinkedHashMap<>();
  private String capabilities = "server-feature/1";
  private String version = "1.0.0";

  public TinyPlugin(String id) {
    this.id = id;
  }

  /** Its version, in place of 1.0.0. */
  public TinyPlugin version(String text) {
    version = text;
    return this;
  }

  /** What it asks for, in place of a server feature. */
  public TinyPlugin capabilities(String text) {
    capabilities = text;
    return this;
  }

  /** A server feature that answers {@code name/echo}. */
  public TinyPlugin feature(String className, String name) {
    return feature(className, name, "return new Running();", "");
  }

  /** An attribute of its manifest, besides those that each plugin has. */
  public TinyPlugin attribute(String name, String value) {
    attributes.put(name, value);
    return this;
  }

  /** A file in its jar. */
  public TinyPlugin resource(String name, String content) {
    resources.put(name, content);
    return this;
  }

  /**
   * A server feature.
   *
   * @param start the statements of its {@code start}
   * @param members of its class
   */
  public TinyPlugin feature(String className, String name, String start, String members) {
    sources.put(
        className,
        """
        import java.util.Map;
        import org.anonymouscloud.core.account.AccountId;
        import org.anonymouscloud.core.plugin.*;

        public final class %1$s implements ServerFeature {
          public String name() { return "%2$s"; }
          public RunningFeature start(ServerContext context) throws java.io.IOException { %3$s }
          record Running() implements RunningFeature {
            public Map<String, AccountHandler> methods() { return Map.of("echo", (a, r) -> r.body()); }
            public void close() {}
          }
          %4$s
        }
        """
            .formatted(className, name, start, members));
    return this;
  }

  /** Members of a feature's class that leave a trace as soon as the class is used. */
  public static String tracing(Path trace) {
    return "static { try { java.nio.file.Files.createFile(java.nio.file.Path.of(\"%s\")); }"
            .formatted(trace)
        + " catch (java.io.IOException e) { throw new java.io.UncheckedIOException(e); } }";
  }

  /** Any extension, by its source. */
  public TinyPlugin extension(String className, String source) {
    sources.put(className, source);
    return this;
  }

  /** A class that is in its index and not in the jar. */
  public TinyPlugin indexed(String className) {
    indexed.add(className);
    return this;
  }

  /** A class that is in the jar and not in its index. */
  public TinyPlugin shadow(String className, String source) {
    shadows.put(className, source);
    return this;
  }

  /**
   * Packs another class of this name than the one that the rest was compiled with.
   *
   * @param source empty for none
   */
  public TinyPlugin instead(String className, String source) {
    replacements.put(className, source);
    return this;
  }

  /** Compiles and packs it. */
  public Path writeTo(Path folder) throws IOException {
    Path work = Files.createDirectory(folder.resolve("compiled-" + id));
    Map<String, String> all = new LinkedHashMap<>(sources);
    all.putAll(shadows);
    if (!all.isEmpty()) {
      compile(all, work);
    }
    for (Map.Entry<String, String> replacement : replacements.entrySet()) {
      Files.delete(work.resolve(replacement.getKey().replace('.', '/') + ".class"));
      if (!replacement.getValue().isEmpty()) {
        compile(Map.ofEntries(replacement), work);
      }
    }
    Path jar = folder.resolve(id + "-" + version + ".jar");
    for (int copy = 2; Files.exists(jar); copy++) {
      jar = folder.resolve(id + "-copy" + copy + ".jar");
    }
    Manifest manifest = new Manifest();
    Attributes attributes = manifest.getMainAttributes();
    attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    attributes.putValue("Plugin-Id", id);
    attributes.putValue("Plugin-Version", version);
    attributes.putValue("Plugin-Capabilities", capabilities);
    this.attributes.forEach(attributes::putValue);
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file, manifest)) {
      List<String> index = new ArrayList<>(sources.keySet());
      index.addAll(indexed);
      put(out, "META-INF/extensions.idx", String.join("\n", index).getBytes(UTF_8));
      for (Map.Entry<String, String> resource : resources.entrySet()) {
        put(out, resource.getKey(), resource.getValue().getBytes(UTF_8));
      }
      try (Stream<Path> files = Files.walk(work)) {
        for (Path compiled : files.filter(f -> f.toString().endsWith(".class")).toList()) {
          put(out, work.relativize(compiled).toString(), Files.readAllBytes(compiled));
        }
      }
    }
    try (Stream<Path> files = Files.walk(work)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    return jar;
  }

  private void compile(Map<String, String> classes, Path work) throws IOException {
    List<Path> files = new ArrayList<>();
    for (Map.Entry<String, String> source : classes.entrySet()) {
      Path file = work.resolve(source.getKey().replace('.', '/') + ".java");
      Files.createDirectories(file.getParent());
      files.add(Files.writeString(file, source.getValue()));
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, UTF_8)) {
      List<String> options =
          List.of(
              "-proc:none",
              "-classpath",
              System.getProperty("java.class.path"),
              "-d",
              work.toString());
      boolean compiled =
          compiler
              .getTask(
                  null, manager, null, options, null, manager.getJavaFileObjectsFromPaths(files))
              .call();
      if (!compiled) {
        throw new AssertionError("The plugin " + id + " does not compile.");
      }
    }
  }

  private static void put(JarOutputStream out, String name, byte[] content) throws IOException {
    out.putNextEntry(new JarEntry(name));
    out.write(content);
    out.closeEntry();
  }
}
