package org.anonymouscloud.client.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.anonymouscloud.client.system.Client.Person;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** A person's years with an account, told through the commands: one server, several machines. */
final class AccountsIT {
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final int NOT_LOGGED_IN = 3;
  private static final int REFUSED = 4;

  @TempDir private Path folder;

  @Test
  @Tag("A6")
  @Tag("A16")
  void devicesPasswordAndWordsOfAnAccount() throws Exception {
    try (TestServer server = new TestServer(folder).start()) {
      Person alice = Person.in(folder, "alice", "the first password");
      Client laptop = new Client(folder.resolve("laptop"), server.connectionString(), alice);
      Client phone = new Client(folder.resolve("phone"), server.connectionString(), alice);
      Client desk = new Client(folder.resolve("desk"), server.connectionString(), alice);
      try (laptop;
          phone;
          desk) {
        laptop.register();
        phone.login().succeeded();
        put(phone, "before.txt");
        whoIsLoggedInIsSaid(laptop, server);
        devicesOfOneNameAreToldApartByTheirIds(laptop);
        devicesAreListedAndRenamed(laptop);
        aLostPhoneIsRemoved(laptop, phone);
        somebodyElseBecomesAContact(laptop, phone, server);
        aTypoInTheCodeCostsThatCodeAlone(laptop, server);
        aTabletComesInByCode(laptop, server);
        thePasswordChanges(laptop, phone, alice);
        theWordsBringEverythingBack(laptop, desk, server, alice);
      }
    }
  }

  @Test
  @EnabledIfSystemProperty(named = "anoncloud.test.full", matches = "true")
  void aFullServerAndAClosedOneSaySo() throws Exception {
    TestServer server = new TestServer(folder);
    try (TestServer full = server.with("--max-users", "1").start();
        Client bob = newcomer("bob", full).register();
        Client carol = newcomer("carol", full)) {
      bob.run("ls", "/").succeeded();
      assertThat(carol.tryToRegister().failed(FAILED))
          .contains("as many users as its owner allows");
      full.stop();
      try (TestServer roomy = server.with("--max-users", "2").start()) {
        carol.tryToRegister().succeeded();
        roomy.stop();
      }

      try (TestServer closed = server.with("--registration", "closed").start();
          Client dave = newcomer("dave", closed)) {
        assertThat(dave.tryToRegister().failed(FAILED)).contains("takes no new accounts");
        bob.run("ls", "/").succeeded();
      }
    }
  }

  private Client newcomer(String name, TestServer server) throws Exception {
    return new Client(
        folder.resolve(name + " home"),
        server.connectionString(),
        Person.in(folder, name, "a password of " + name));
  }

  private void put(Client client, String name) throws Exception {
    Path file = Files.writeString(folder.resolve(name), "content of " + name);
    client.run("put", file.toString(), "/").succeeded();
  }

  private static JsonNode json(Client client, String... arguments) throws Exception {
    return new ObjectMapper().readTree(client.run(arguments).succeeded().out());
  }

  private static String otherDevice(Client client) throws Exception {
    for (JsonNode device : json(client, "device", "list", "--json").path("devices")) {
      if (!device.path("here").asBoolean()) {
        return device.path("id").asText();
      }
    }
    throw new AssertionError("There is no other device.");
  }

  private static void whoIsLoggedInIsSaid(Client laptop, TestServer server) throws Exception {
    assertThat(laptop.run("account").succeeded().out())
        .contains("user: alice", "server: " + server.connectionString());
    assertThat(json(laptop, "account", "--json").path("user").asText()).isEqualTo("alice");
  }

  /** Both are called by the name of this machine. */
  private static void devicesOfOneNameAreToldApartByTheirIds(Client laptop) throws Exception {
    JsonNode devices = json(laptop, "device", "list", "--json").path("devices");
    String name = devices.get(0).path("name").asText();
    assertThat(devices.get(1).path("name").asText()).isEqualTo(name);

    assertThat(laptop.run("device", "revoke", "--yes", name).failed(USAGE))
        .contains(
            "more than one device",
            devices.get(0).path("id").asText(),
            devices.get(1).path("id").asText(),
            "(this device)");
    assertThat(json(laptop, "device", "list", "--json").path("devices")).hasSize(2);
  }

  private static void devicesAreListedAndRenamed(Client laptop) throws Exception {
    String phone = otherDevice(laptop);

    laptop.run("device", "rename", phone.substring(0, 8), "the phone").succeeded();

    assertThat(laptop.run("device", "list").succeeded().out())
        .contains("\n   " + phone + "  ", "  the phone\n")
        .startsWith("*  ");
    assertThat(laptop.run("device", "rename", "nothing like it", "x").failed(FAILED))
        .contains("nothing like it");
  }

  private void aLostPhoneIsRemoved(Client laptop, Client phone) throws Exception {
    laptop.run("device", "revoke", "--yes", "the phone").succeeded();
    put(laptop, "after.txt");

    assertThat(laptop.run("ls", "/").succeeded().out()).contains("before.txt", "after.txt");
    assertThat(laptop.run("device", "list").succeeded().out()).doesNotContain("the phone");
    assertThat(phone.run("ls", "/").failed(NOT_LOGGED_IN)).contains("removed from the account");
    assertThat(phone.run("agent", "status").succeeded().out())
        .contains("problem: This device was removed from the account.", "'anoncloud logout'");
    // There is nothing to tell the others, who have removed it.
    assertThat(phone.run("logout").succeeded().out()).doesNotContain("could not be told");
  }

  /** On the phone, which nobody is logged in on. */
  private void somebodyElseBecomesAContact(Client laptop, Client phone, TestServer server)
      throws Exception {
    Person person = Person.in(folder, "bob", "a password of bob");
    Client bob = new Client(phone.program().home(), server.connectionString(), person).register();
    String number = json(bob, "contact", "show", "alice", "--json").path("safetyNumber").asText();
    assertThat(number).matches("([0-9]{5} ){11}[0-9]{5}");

    laptop.run("contact", "add", "Bob", "--yes").succeeded();
    assertThat(laptop.run("contact", "verify", "bob", "--number", "7".repeat(60)).failed(REFUSED))
        .contains("Nothing was kept");
    assertThat(laptop.run("contact", "list").succeeded().out()).contains("bob  accepted");
    laptop.run("contact", "verify", "bob", "--number", number).succeeded();
    assertThat(laptop.run("contact", "remove", "bob").failed(2))
        .contains("compared the safety number with 'bob'");
    assertThat(laptop.run("contact", "list").succeeded().out()).contains("bob  verified");
    for (String lists : List.of("contact", "device")) {
      assertThat(laptop.run(lists).succeeded().out())
          .isEqualTo(laptop.run(lists, "list").succeeded().out());
    }
    laptop.run("contact", "remove", "bob", "--yes").succeeded();
    assertThat(laptop.run("contact").succeeded().out()).contains("No contacts yet");
    bob.run("logout", "--yes").succeeded();
  }

  private void aTabletComesInByCode(Client laptop, TestServer server) throws Exception {
    Path code = folder.resolve("pairing.code");
    Path forgotten = folder.resolve("forgotten.code");
    Program tablet = new Program(folder.resolve("tablet"));
    try (Program.Running first =
            laptop.program().start("device", "pair", "--yes", "--code-file", forgotten.toString());
        Program.Running pairing = pairAfter(first, forgotten, laptop, code)) {
      while (!Files.exists(code) && !pairing.endsWithin(50, TimeUnit.MILLISECONDS)) {
        Thread.onSpinWait();
      }
      // The second takes the place of the first, and does not end with it.
      assertThat(first.exitCode()).isNotZero();
      String[] login = {
        "login", "--server", server.connectionString(), "--pairing-code-file", code.toString()
      };
      assertThat(tablet.run(login).succeeded().out()).contains("alice");
      assertThat(pairing.exitCode()).isZero();
      assertThat(tablet.run("cat", "/after.txt").succeeded().out())
          .isEqualTo("content of after.txt");
      assertThat(tablet.run("logout").succeeded().out()).startsWith("Logged out.");
      assertThat(tablet.run("logout").succeeded().out()).startsWith("Nobody was logged in");
      assertThat(laptop.run("device", "list").succeeded().out()).contains("(logged out) ");
      assertThat(tablet.run(login).failed(FAILED)).contains("no such pairing");
    } finally {
      tablet.run("agent", "stop");
    }
  }

  private static Program.Running pairAfter(
      Program.Running first, Path itsCode, Client laptop, Path code) throws Exception {
    while (!Files.exists(itsCode) && !first.endsWithin(50, TimeUnit.MILLISECONDS)) {
      Thread.onSpinWait();
    }
    return laptop.program().start("device", "pair", "--yes", "--code-file", code.toString());
  }

  private void aTypoInTheCodeCostsThatCodeAlone(Client laptop, TestServer server) throws Exception {
    Path code = folder.resolve("mistyped.code");
    Program tablet = new Program(folder.resolve("tablet"));
    try (Program.Running pairing =
        laptop.program().start("device", "pair", "--yes", "--code-file", code.toString())) {
      while (!Files.exists(code) && !pairing.endsWithin(50, TimeUnit.MILLISECONDS)) {
        Thread.onSpinWait();
      }
      String typed = Files.readString(code).strip();
      char last = typed.charAt(typed.length() - 1);
      Files.writeString(code, typed.substring(0, typed.length() - 1) + (last == '0' ? '1' : '0'));
      String[] login = {
        "login", "--server", server.connectionString(), "--pairing-code-file", code.toString()
      };
      assertThat(tablet.run(login).exitCode()).isEqualTo(REFUSED);
      assertThat(pairing.exitCode()).isEqualTo(REFUSED);
    }
    // The next one works, which aTabletComesInByCode tells.
  }

  private void thePasswordChanges(Client laptop, Client phone, Person alice) throws Exception {
    Path second = Files.writeString(folder.resolve("second.password"), "the second password\n");
    laptop.run("password", "change", "--password-file", second.toString()).succeeded();

    assertThat(phone.login().failed(FAILED)).contains("The user name or the password is wrong.");
    // The sheet says which server and whose account.
    String[] login = {
      "login", "--sheet", alice.sheet().toString(), "--password-file", second.toString()
    };
    assertThat(phone.run(login).succeeded().out()).contains("alice");
    assertThat(phone.run("cat", "/after.txt").succeeded().out()).isEqualTo("content of after.txt");
    assertThat(laptop.run("cat", "/before.txt").succeeded().out()).contains("before.txt");
  }

  private void theWordsBringEverythingBack(
      Client laptop, Client desk, TestServer server, Person alice) throws Exception {
    String sheet = alice.sheet().toString();
    assertThat(laptop.run("agent", "status").succeeded().out()).contains("recover --rehearse");
    assertThat(laptop.run("recover", "--rehearse", "--key-file", sheet).succeeded().out())
        .contains("The account key is right; the recovery words were not checked.");
    assertThat(json(laptop, "agent", "status", "--json").has("rehearsed")).isFalse();
    laptop.run("recover", "--rehearse", "--words-file", sheet).succeeded();
    String day = json(laptop, "agent", "status", "--json").path("rehearsed").asText();
    assertThat(day).isNotEmpty();
    assertThat(laptop.run("agent", "status").succeeded().out()).contains("rehearsed: " + day);
    Path third = Files.writeString(folder.resolve("third.password"), "the third password\n");
    Path newSheet = folder.resolve("new.sheet");
    String[] recover = {
      "recover",
      "--server",
      server.connectionString(),
      "--user",
      "alice",
      "--words-file",
      sheet,
      "--new-password-file",
      third.toString(),
      "--sheet",
      newSheet.toString()
    };
    String[] unknown = recover.clone();
    unknown[4] = "nobody";
    String wrongUser = desk.run(unknown).failed(FAILED);
    assertThat(newSheet).doesNotExist();

    // The sheet says the rest.
    String[] bySheet = Arrays.copyOfRange(recover, 4, recover.length);
    bySheet[0] = "recover";
    desk.run(bySheet).succeeded();

    assertThat(desk.run("cat", "/before.txt").succeeded().out()).contains("before.txt");
    assertThat(laptop.run("ls", "/").failed(NOT_LOGGED_IN)).contains("removed from the account");
    // The old words are void, and say no more than a name that nobody has.
    laptop.run("logout").succeeded();
    Files.move(newSheet, folder.resolve("kept.sheet"));
    assertThat(laptop.run(recover).failed(FAILED)).isEqualTo(wrongUser);
    assertThat(newSheet).doesNotExist();
    anAccountIsDeletedByItsOwner(desk, alice.passwordFile(), third);
  }

  private static void anAccountIsDeletedByItsOwner(Client desk, Path wrong, Path password)
      throws Exception {
    assertThat(desk.run("account", "delete").failed(USAGE)).contains("--yes");
    assertThat(desk.run("account", "delete", "--yes").failed(USAGE)).contains("--password-file");
    String[] delete = {"account", "delete", "--yes", "--password-file", wrong.toString()};
    assertThat(desk.run(delete).failed(FAILED)).contains("password is wrong");
    delete[4] = password.toString();
    assertThat(desk.run(delete).succeeded().out()).contains("alice");
    desk.run("ls", "/").failed(NOT_LOGGED_IN);
  }
}
