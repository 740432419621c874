package org.anonymouscloud.client;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.properties.HasModifiers;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The arrows of the house: feature to core, client to core, storage to core, and no other. */
final class ArchitectureTest {
  private static final List<String> MODULES =
      List.of(
          "platform-core",
          "plugins/file-vault",
          "plugins/encrypted-chat",
          "plugins/storage-sqlite",
          "plugins/storage-postgres",
          "client");
  private static final String HOUSE = "org.anonymouscloud.";
  private static final List<String> PLUGINS =
      List.of(
          "org.anonymouscloud.vault..",
          "org.anonymouscloud.chat..",
          "org.anonymouscloud.storage.sqlite..",
          "org.anonymouscloud.storage.postgres..");

  private static final int ROOMY = 20;

  /** Closed families, whose members know each other. */
  private static final Set<Set<String>> LOOPS =
      Set.of(Set.of("BodyFormat", "ChainLink", "LinkBody", "NamedRoot", "NewDevice", "NewRoot"));

  private final JavaClasses house =
      new ClassFileImporter()
          .importPaths(
              MODULES.stream().map(module -> Path.of("..", module, "target", "classes")).toList());

  @Test
  void eachModuleIsLookedAt() {
    for (String start :
        Stream.concat(
                PLUGINS.stream(),
                Stream.of("org.anonymouscloud.core..", "org.anonymouscloud.client.."))
            .toList()) {
      assertThat(house.that(resideInAPackage(start))).as(start).isNotEmpty();
    }
  }

  /** What a feature is compiled against: whole packages, and types with those nested in them. */
  private record Api(Set<String> packages, Set<String> types) {
    private static final Pattern INCLUDE =
        Pattern.compile("<include>org/anonymouscloud/(\\S+)/(\\S+)\\.class</include>");

    /** Reads it where it stands, as what goes into platform-api's jar. */
    static Api read() throws IOException {
      Api api = new Api(new TreeSet<>(), new TreeSet<>());
      Set<String> withNested = new TreeSet<>();
      Matcher include =
          INCLUDE.matcher(Files.readString(Path.of("..", "platform-api", "pom.xml"), UTF_8));
      while (include.find()) {
        String room = include.group(1).replace('/', '.');
        String name = include.group(2);
        if (name.equals("*")) {
          api.packages.add(room);
        } else if (name.endsWith("$*")) {
          withNested.add(room + "." + name.replace("$*", ""));
        } else {
          api.types.add(room + "." + name);
        }
      }
      assertThat(api.packages).hasSizeGreaterThan(2);
      assertThat(withNested).as("types with those nested in them").isEqualTo(api.types);
      return api;
    }

    boolean has(JavaClass type) {
      return type.getPackageName().startsWith(HOUSE)
          && (packages.contains(type.getPackageName().substring(HOUSE.length()))
              || types.contains(outermost(type).substring(HOUSE.length())));
    }
  }

  @Test
  void featuresAreWrittenAgainstTheApiAlone() throws IOException {
    Api api = Api.read();
    check(
        noClasses()
            .that()
            .resideInAnyPackage("org.anonymouscloud.vault..", "org.anonymouscloud.chat..")
            .should()
            .dependOnClassesThat(
                resideInAPackage("org.anonymouscloud.core..")
                    .and(DescribedPredicate.describe("outside the API", type -> !api.has(type)))));
  }

  /** Whoever compiles against these types alone can use all that they show. */
  @Test
  void theApiOfPluginsShowsNoTypeOutsideOfIt() throws IOException {
    Api api = Api.read();
    Set<String> outside = new TreeSet<>();
    for (JavaClass type : house) {
      if (api.has(type) && isShown(type)) {
        shown(type)
            .map(JavaClass::getBaseComponentType)
            .filter(other -> !api.has(other) && !isOfOthers(other))
            .forEach(other -> outside.add(type.getName() + " shows " + other.getName()));
      }
    }
    assertThat(outside).isEmpty();
  }

  /** Java itself, and what comes with the jar. */
  private static boolean isOfOthers(JavaClass type) {
    return type.isPrimitive()
        || Stream.of(
                "java.",
                "org.pf4j.",
                "io.javalin.",
                "com.fasterxml.jackson.databind.",
                "picocli.",
                "org.jdbi.v3.core.")
            .anyMatch(type.getName()::startsWith);
  }

  private static boolean isShown(HasModifiers member) {
    return member.getModifiers().contains(JavaModifier.PUBLIC)
        || member.getModifiers().contains(JavaModifier.PROTECTED);
  }

  /** The types in what others see of a type: what it extends, and its members' signatures. */
  private static Stream<JavaClass> shown(JavaClass type) {
    Stream<JavaClass> parents =
        Stream.concat(
            type.getSuperclass().stream()
                .flatMap(parent -> parent.getAllInvolvedRawTypes().stream()),
            type.getInterfaces().stream()
                .flatMap(parent -> parent.getAllInvolvedRawTypes().stream()));
    Stream<JavaClass> members =
        type.getMembers().stream()
            .filter(ArchitectureTest::isShown)
            .flatMap(member -> member.getAllInvolvedRawTypes().stream());
    Stream<JavaClass> thrown =
        type.getCodeUnits().stream()
            .filter(ArchitectureTest::isShown)
            .flatMap(unit -> unit.getExceptionTypes().stream());
    return Stream.of(parents, members, thrown).flatMap(all -> all);
  }

  @Test
  void thePluginGuideNamesTheWholeApi() throws IOException {
    Api api = Api.read();
    String guide = Files.readString(Path.of("..", "docs", "plugin-guide.md"), UTF_8);
    for (String room : api.packages) {
      assertThat(guide).contains("`" + room + "`");
    }
    for (String type : api.types) {
      String room = type.substring(0, type.lastIndexOf('.'));
      assertThat(guide)
          .containsPattern("`" + room + "`[^\n]*`" + type.substring(room.length() + 1) + "`");
    }
  }

  @Test
  void theCoreKnowsNoFeatureNoStorageAndNoClient() {
    check(
        noClasses()
            .that()
            .resideInAPackage("org.anonymouscloud.core..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(everythingBut("org.anonymouscloud.core..")));
  }

  @Test
  void aPluginKnowsTheCoreAndItselfAlone() {
    for (String plugin : PLUGINS) {
      check(
          noClasses()
              .that()
              .resideInAPackage(plugin)
              .should()
              .dependOnClassesThat()
              .resideInAnyPackage(
                  Stream.of(everythingBut(plugin))
                      .filter(other -> !other.startsWith("org.anonymouscloud.core"))
                      .toArray(String[]::new)));
    }
  }

  @Test
  void theClientKnowsNoPlugin() {
    check(
        noClasses()
            .that()
            .resideInAPackage("org.anonymouscloud.client..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(PLUGINS.toArray(String[]::new)));
  }

  @Test
  void serverHalvesAndClientHalvesDoNotMeet() {
    for (String feature :
        List.of(
            "org.anonymouscloud.vault",
            "org.anonymouscloud.chat",
            "org.anonymouscloud.core.account")) {
      check(
          noClasses()
              .that()
              .resideInAPackage(feature + ".server..")
              .should()
              .dependOnClassesThat()
              .resideInAPackage(feature + ".client..")
              .allowEmptyShould(true));
      check(
          noClasses()
              .that()
              .resideInAPackage(feature + ".client..")
              .should()
              .dependOnClassesThat()
              .resideInAnyPackage(feature + ".server..", "org.anonymouscloud.core.server..")
              .allowEmptyShould(true));
    }
  }

  @Test
  void theCommandLineHoldsNoKeysAndTheAgentKnowsNoCommands() {
    check(
        noClasses()
            .that()
            .resideInAPackage("org.anonymouscloud.client.agent..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.anonymouscloud.client.cli.."));
    check(
        noClasses()
            .that()
            .resideInAPackage("org.anonymouscloud.client.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "org.anonymouscloud.core.account.client..", "org.anonymouscloud.core.opaque.."));
  }

  @Test
  void cryptographicProvidersStayInTheCryptoRoom() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("org.anonymouscloud.core.crypto..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("javax.crypto..", "java.security..", "org.bouncycastle.."));
  }

  @Test
  void numberedMessagesAreSealedByTheNoiseRoomAlone() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages(
                "org.anonymouscloud.core.crypto..", "org.anonymouscloud.core.noise..")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("org.anonymouscloud.core.crypto.noise.Aead"));
  }

  /** So no address that stands in a file, a name or a message is ever called. */
  @Test
  @Tag("A18")
  void featuresReachNobodyButThroughTheSessionAndTheAgent() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage("org.anonymouscloud.vault..", "org.anonymouscloud.chat..")
            .should()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.net.URL")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching(
                "java\\.net\\.(.*Socket.*|.*Connection|InetAddress)|java\\.net\\.http\\..*"
                    + "|java\\.nio\\.channels\\..*SocketChannel|javax\\.net\\..*"));
  }

  @Test
  void packagesOfTheCoreFormNoCircle() {
    check(slices().matching("org.anonymouscloud.core.(**)").should().beFreeOfCycles());
  }

  @Test
  void packagesOfTheClientFormNoCircle() {
    check(slices().matching("org.anonymouscloud.client.(**)").should().beFreeOfCycles());
  }

  @Test
  void packagesOfTheVaultFormNoCircle() {
    check(slices().matching("org.anonymouscloud.vault.(**)").should().beFreeOfCycles());
  }

  /** A room with many types is allowed if its package-info says what keeps them together. */
  @Test
  void aPackageOfMoreThanTwentyTypesSaysWhy() throws IOException {
    Set<String> withoutReason = new TreeSet<>();
    for (String module : MODULES) {
      Path sources = Path.of("..", module, "src", "main", "java");
      Map<Path, Integer> types = new TreeMap<>();
      try (Stream<Path> files = Files.walk(sources)) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .filter(file -> !file.endsWith("package-info.java"))
            .forEach(file -> types.merge(file.getParent(), 1, Integer::sum));
      }
      for (Map.Entry<Path, Integer> room : types.entrySet()) {
        if (room.getValue() > ROOMY && !saysWhy(room.getKey().resolve("package-info.java"))) {
          withoutReason.add(sources.relativize(room.getKey()).toString().replace('/', '.'));
        }
      }
    }
    assertThat(withoutReason).isEmpty();
  }

  private static boolean saysWhy(Path packageInfo) throws IOException {
    // Where a line of a comment ends is the formatter's choice.
    return Files.readString(packageInfo, UTF_8)
        .replaceAll("\\s+\\*\\s+", " ")
        .contains("More than twenty types, because");
  }

  @Test
  void noTypesDependOnEachOtherInALoopButTheNamedOnes() {
    Map<String, Set<String>> uses = new TreeMap<>();
    for (JavaClass type : house) {
      Set<String> used = uses.computeIfAbsent(outermost(type), none -> new TreeSet<>());
      for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
        if (dependency.getTargetClass().getPackageName().startsWith(HOUSE)) {
          used.add(outermost(dependency.getTargetClass()));
        }
      }
    }
    Map<String, Set<String>> reach = new TreeMap<>();
    uses.keySet().forEach(type -> reach.put(type, reached(type, uses)));
    Set<Set<String>> loops = new HashSet<>();
    for (String type : uses.keySet()) {
      Set<String> loop = new TreeSet<>(reach.get(type));
      loop.removeIf(other -> !reach.getOrDefault(other, Set.of()).contains(type));
      loop.add(type);
      if (loop.size() > 1) {
        loops.add(
            loop.stream()
                .map(name -> name.substring(name.lastIndexOf('.') + 1))
                .collect(Collectors.toCollection(TreeSet::new)));
      }
    }
    assertThat(loops).isEqualTo(LOOPS);
  }

  private static String outermost(JavaClass type) {
    String name = type.getBaseComponentType().getName();
    return name.contains("$") ? name.substring(0, name.indexOf('$')) : name;
  }

  private static Set<String> reached(String from, Map<String, Set<String>> uses) {
    Set<String> reached = new HashSet<>();
    Deque<String> next = new ArrayDeque<>(uses.get(from));
    while (!next.isEmpty()) {
      String type = next.pop();
      if (reached.add(type)) {
        next.addAll(uses.getOrDefault(type, Set.of()));
      }
    }
    reached.remove(from);
    return reached;
  }

  /** Lines of types in docs/architecture.md: each is there, and uses the next but over a gap. */
  @Test
  void theWalksOfTheDocumentAreThoseOfTheCode() throws IOException {
    Map<String, Set<String>> uses = new HashMap<>();
    for (JavaClass type : house) {
      Set<String> names = uses.computeIfAbsent(simple(outermost(type)), name -> new HashSet<>());
      type.getDirectDependenciesFromSelf()
          .forEach(use -> names.add(simple(outermost(use.getTargetClass()))));
    }
    int steps = 0;
    List<String> wrong = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("..", "docs", "architecture.md"))) {
      if (!line.startsWith("    ") || !line.contains("→")) {
        continue;
      }
      String[] walk = line.strip().split(" ");
      for (int at = 0; at < walk.length; at += 2) {
        if (!uses.containsKey(walk[at])) {
          wrong.add("no type " + walk[at]);
        } else if (at > 0 && walk[at - 1].equals("→")) {
          steps++;
          if (!uses.getOrDefault(walk[at - 2], Set.of()).contains(walk[at])) {
            wrong.add(walk[at - 2] + " does not use " + walk[at]);
          }
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(steps).isGreaterThan(30);
  }

  /** Types of tests, and those that the document says are still to come. */
  private static final Set<String> NOT_IN_THE_HOUSE =
      Set.of(
          "ArchitectureTest",
          "ChannelTest",
          "Conversation",
          "DeliveryService",
          "PackWriterTest",
          "ScriptsTest",
          "WatcherTest");

  @Test
  void theDocumentNamesNoTypeThatIsNotThere() throws IOException {
    Set<String> names =
        house.stream().map(JavaClass::getSimpleName).collect(Collectors.toCollection(TreeSet::new));
    names.addAll(NOT_IN_THE_HOUSE);
    List<String> unknown =
        Pattern.compile("`([A-Z][a-z]\\w*)(\\.\\w+)?`")
            .matcher(Files.readString(Path.of("..", "docs", "architecture.md"), UTF_8))
            .results()
            .map(found -> found.group(1))
            .filter(name -> !names.contains(name))
            .toList();
    assertThat(unknown).isEmpty();
  }

  private static String simple(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  @Test
  void namesSayWhatAThingIs() {
    check(
        classes()
            .should()
            .haveSimpleNameNotEndingWith("Manager")
            .andShould()
            .haveSimpleNameNotEndingWith("Helper")
            .andShould()
            .haveSimpleNameNotEndingWith("Util")
            .andShould()
            .haveSimpleNameNotEndingWith("Utils")
            .andShould()
            .haveSimpleNameNotEndingWith("Impl"));
  }

  private static String[] everythingBut(String room) {
    return Stream.concat(
            PLUGINS.stream(), Stream.of("org.anonymouscloud.client..", "org.anonymouscloud.core.."))
        .filter(other -> !other.equals(room))
        .toArray(String[]::new);
  }

  private void check(ArchRule rule) {
    rule.check(house);
  }
}
