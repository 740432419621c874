package org.anonymouscloud.client;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
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

  /** What of the core a feature may be written against; docs/plugin-guide.md has the same list. */
  private static final List<String> API_PACKAGES =
      List.of("core.plugin", "core.wire", "core.crypto");

  private static final List<String> API_TYPES =
      List.of(
          "core.account.AccountId",
          "core.account.AccountSpace",
          "core.account.ChainFloor",
          "core.account.DeviceId",
          "core.account.Head",
          "core.account.ObjectId",
          "core.account.UserName",
          "core.database.DatabaseUnavailable",
          "core.database.Migrations",
          "core.database.Transactions",
          "core.disk.PrivateFile",
          "core.session.Call",
          "core.session.Link",
          "core.session.Request");

  @Test
  void featuresAreWrittenAgainstTheApiAlone() {
    DescribedPredicate<JavaClass> api =
        DescribedPredicate.describe(
            "outside the API of plugins",
            type ->
                type.getPackageName().startsWith("org.anonymouscloud.core")
                    && API_PACKAGES.stream()
                        .noneMatch(room -> type.getPackageName().equals(HOUSE + room))
                    && API_TYPES.stream()
                        .noneMatch(
                            one ->
                                type.getName().equals(HOUSE + one)
                                    || type.getName().startsWith(HOUSE + one + "$")));
    check(
        noClasses()
            .that()
            .resideInAnyPackage("org.anonymouscloud.vault..", "org.anonymouscloud.chat..")
            .should()
            .dependOnClassesThat(api));
  }

  @Test
  void thePluginGuideNamesTheWholeApi() throws IOException {
    String guide = Files.readString(Path.of("..", "docs", "plugin-guide.md"), UTF_8);
    for (String room : API_PACKAGES) {
      assertThat(guide).contains("`" + room + "`");
    }
    for (String type : API_TYPES) {
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
            .haveFullyQualifiedName("org.anonymouscloud.core.crypto.Aead"));
  }

  @Test
  void packagesOfTheCoreFormNoCircle() {
    check(slices().matching("org.anonymouscloud.core.(**)").should().beFreeOfCycles());
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
