package org.anonymouscloud.vault.client.cli.drives;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.anonymouscloud.core.plugin.CommandContext;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownSize;
import org.anonymouscloud.core.plugin.ShownTime;
import org.anonymouscloud.core.plugin.TypedText;
import org.anonymouscloud.core.wire.ForeignText;
import org.anonymouscloud.vault.client.cli.typed.TypedDrive;
import org.anonymouscloud.vault.client.cli.typed.TypedSize;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud drive ...}. */
@Command(
    name = "drive",
    mixinStandardHelpOptions = true,
    description = {
      "Drives: your home, those that you make, and those that others share with you. Alone it lists"
          + " them.",
      "Every command that takes a path takes it with the drive before it for one that is not your"
          + " home, like 'anoncloud ls team:/2026'; a command about a whole drive takes its name,"
          + " like 'anoncloud compact team'."
    })
public final class DriveCommand implements Callable<Integer> {
  /** The agent takes limits of eighteen digits. */
  private static final BigInteger MOST_BYTES = BigInteger.TEN.pow(18);

  private final CommandContext context;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  public DriveCommand(CommandContext context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    return list(json);
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = {
        "List your drives, your home first, then by name: what you may do with each, how many use"
            + " it, who pays for it, its id.",
        "Of several drives of one name it leads to the one that you have used by it on this device,"
            + " or made; another one takes its id in place of the name, like 'anoncloud ls ID:/'."
      })
  int list(@Option(names = "--json", description = "One JSON document.") boolean asJson)
      throws Problem, IOException {
    JsonNode drives = context.agent().get("/vault/drives");
    if (asJson) {
      context.terminal().printJson(drives);
      return 0;
    }
    for (JsonNode drive : drives.path("drives")) {
      context
          .terminal()
          .print(
              "%-24s  %-5s  %-11s  %-16s  %s"
                  .formatted(
                      name(drive),
                      drive.path("right").asText("-"),
                      members(drive.path("members").asInt()),
                      payer(drive),
                      drive.path("id").asText()
                          + (drive.path("byId").asBoolean() ? "  by this id alone" : "")));
      if (drive.hasNonNull("problem")) {
        context.terminal().warn(drive.path("problem").asText());
      }
    }
    return 0;
  }

  private static String name(JsonNode drive) {
    return drive.has("gone")
        ? ForeignText.visible(drive.path("gone").asText()) + " (gone)"
        : ForeignText.visible(drive.path("name").asText("?"));
  }

  private static String payer(JsonNode drive) {
    if (drive.path("pays").asBoolean()) {
      return "you pay";
    }
    String name = drive.path("payerName").asText(drive.path("payer").asText(""));
    return name.isEmpty() ? "-" : ForeignText.visible(name) + " pays";
  }

  private static String members(int count) {
    return count == 0 ? "-" : count == 1 ? "you alone" : count + " members";
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Show who uses a drive, who pays for it and how much it takes.")
  int show(
      @Parameters(paramLabel = TypedDrive.LABEL, description = TypedDrive.REQUIRED) String name,
      @Option(names = "--json", description = "One JSON document.") boolean json)
      throws Problem, IOException {
    return shown(context.agent().get(url(name)), json);
  }

  private int shown(JsonNode shown, boolean json) {
    if (json) {
      context.terminal().printJson(shown);
      return 0;
    }
    JsonNode space = shown.path("space");
    String limit =
        space.hasNonNull("limit")
            ? " of at most " + ShownSize.of(space.path("limit").asLong())
            : "";
    context
        .terminal()
        .print(
            "%s  %s%s"
                .formatted(
                    ForeignText.visible(shown.path("drive").path("name").asText("?")),
                    ShownSize.of(space.path("used").asLong()),
                    limit));
    for (JsonNode member : shown.path("members")) {
      String name =
          member.path("you").asBoolean()
              ? "you"
              : ForeignText.visible(member.path("name").asText("(none of your contacts)"));
      context
          .terminal()
          .print(
              "  %-24s  %-5s  %-5s  %s"
                  .formatted(
                      name,
                      member.path("right").asText(),
                      member.path("pays").asBoolean() ? "pays" : "",
                      member.path("account").asText()));
    }
    return 0;
  }

  private static String url(String drive) throws Problem {
    return "/vault/drives/" + encoded(TypedDrive.name(drive));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }

  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      description = "Make a drive. You alone use it until you share it.")
  int create(
      @Parameters(paramLabel = "NAME", description = "What it shall be called.") String name,
      @Option(names = "--json", description = "One JSON document.") boolean json)
      throws Problem, IOException {
    JsonNode made = context.agent().post("/vault/drives?name=" + encoded(name), Map.of());
    if (json) {
      context.terminal().printJson(made);
    } else {
      context
          .terminal()
          .print(
              "The drive is there. 'anoncloud put FILE "
                  + quoted(ForeignText.visible(name) + ":/")
                  + "' puts something in it, 'anoncloud drive share' lets others use it.");
    }
    return 0;
  }

  /** To be typed into a shell. */
  private static String quoted(String path) {
    return path.matches("[\\p{L}\\p{N}:/._-]+") ? path : '"' + path + '"';
  }

  @Command(
      name = "share",
      mixinStandardHelpOptions = true,
      description = {
        "Let one of your contacts use a drive, or change what a member may do.",
        "Like 'anoncloud drive share team with bob --read'. They read all that is in it, also"
            + " its history, and write it too if nothing else is said; what a member may do"
            + " already changes only if it is said. They see it once you are one of their contacts"
            + " as well. The server learns who uses the drive, not its name."
      })
  int share(
      @Parameters(
              arity = "0..*",
              hideParamSyntax = true,
              paramLabel = "DRIVE with PERSON",
              description =
                  "A drive by its name or id, like team; the word 'with'; and one of your"
                      + " contacts.")
          @Nullable List<String> words,
      @Option(names = "--read", description = "They read and do not write.") boolean read,
      @Option(names = "--write", description = "They read and write.") boolean write,
      @Option(names = "--own", description = "They also say who else may use it.") boolean own,
      @Option(names = "--yes", description = "Do not ask whether your home is meant.") boolean yes,
      @Option(names = "--json", description = "One JSON document.") boolean json)
      throws Problem, IOException {
    Membership meant = Membership.typed("share", words);
    if (Stream.of(read, write, own).filter(given -> given).count() > 1) {
      throw new Problem(
          Problem.Kind.BAD_INPUT,
          "Give one of --read, --write and --own: each includes those before it.");
    }
    if (!yes && context.agent().get(url(meant.drive)).path("drive").path("home").asBoolean()) {
      requireHome(meant.person, read);
    }
    String right = read ? "&right=read" : write ? "&right=write" : own ? "&right=own" : "";
    String query = "?with=" + encoded(meant.person) + right;
    JsonNode answer = context.agent().post(url(meant.drive) + "/members" + query, Map.of());
    if (!json && answer.has("stays")) {
      context
          .terminal()
          .print(
              "'"
                  + ForeignText.visible(meant.person)
                  + "' uses the drive already, and what they may do stays as it is: "
                  + answer.path("stays").asText()
                  + ". --read, --write or --own says otherwise.");
    }
    long apart = answer.path("keysApart").asLong();
    if (apart > 0) {
      context
          .terminal()
          .warn(
              "'"
                  + ForeignText.visible(meant.person)
                  + "' cannot read yet what was written under "
                  + apart
                  + " older keys, as a member has made so many that do not lead to those before."
                  + " The same command goes on with it.");
    }
    return shown(answer, json);
  }

  /** Somebody and a drive, as {@code team with bob}; the word between may be left out. */
  private record Membership(String drive, String person) {
    private static final String WITH = "with";

    static Membership typed(String command, @Nullable List<String> words) throws Problem {
      List<String> given = words == null ? List.of() : words;
      boolean isWhole =
          given.size() == 3
              ? given.get(1).equals(WITH)
              : given.size() == 2 && !given.getLast().equals(WITH);
      if (!isWhole) {
        throw new Problem(
            Problem.Kind.BAD_INPUT,
            "It is 'anoncloud drive %1$s DRIVE with PERSON', like 'anoncloud drive %1$s team with bob'."
                .formatted(command));
      }
      return new Membership(given.getFirst(), given.getLast());
    }
  }

  private void requireHome(String person, boolean read) throws Problem {
    List<String> about =
        List.of(
            "This is your home. "
                + ForeignText.visible(person)
                + (read ? " could read" : " could read and change")
                + " all that is in it and will be, and read all that was.",
            "A drive for the two of you: 'anoncloud drive create NAME'; 'anoncloud get' and"
                + " 'anoncloud put' bring things there.");
    if (!context.terminal().confirm(about, "Share your home?")) {
      throw new Problem(Problem.Kind.REFUSED, "Nothing was done.");
    }
  }

  @Command(
      name = "unshare",
      mixinStandardHelpOptions = true,
      description = {
        "Take somebody out of a drive.",
        "Like 'anoncloud drive unshare team with bob'. What is written from then on they cannot"
            + " read. What they have read already they may keep."
      })
  int unshare(
      @Parameters(
              arity = "0..*",
              hideParamSyntax = true,
              paramLabel = "DRIVE with PERSON",
              description =
                  "A drive by its name or id, like team; the word 'with'; and a contact, or an"
                      + " account id.")
          @Nullable List<String> words,
      @Option(names = "--json", description = "One JSON document.") boolean json)
      throws Problem, IOException {
    Membership meant = Membership.typed("unshare", words);
    return shown(
        context.agent().delete(url(meant.drive) + "/members/" + encoded(meant.person)), json);
  }

  @Command(
      name = "renew",
      mixinStandardHelpOptions = true,
      description = {
        "Make new keys for a drive that you own, and give them to its members.",
        "The way on where a drive cannot be used because somebody who has left it gave out no keys,"
            + " or a device made the list of its members that was removed since. It then goes on"
            + " from the newest state that can be used; 'anoncloud history' shows what was left"
            + " out."
      })
  int renew(
      @Parameters(paramLabel = TypedDrive.LABEL, description = TypedDrive.REQUIRED) String name,
      @Option(names = "--json", description = "One JSON document.") boolean json)
      throws Problem, IOException {
    return shown(context.agent().post(url(name) + "/keys", Map.of()), json);
  }

  @Command(
      name = "leave",
      mixinStandardHelpOptions = true,
      description = "Leave a drive that others own. They can let you in again, you cannot.")
  int leave(
      @Parameters(paramLabel = TypedDrive.LABEL, description = TypedDrive.REQUIRED) String name,
      @Option(names = "--yes", description = "Do not ask.") boolean yes,
      @Option(names = "--json", description = "One JSON document.") boolean json)
      throws Problem, IOException {
    return after(
        yes,
        "Leave the drive '" + ForeignText.visible(name) + "'? Only an owner can let you in again.",
        () -> context.agent().post(url(name) + "/leave", Map.of()),
        "You use the drive no more.",
        json);
  }

  @Command(
      name = "delete",
      mixinStandardHelpOptions = true,
      description = "Delete a drive that you alone use, with all that is in it and its history.")
  int delete(
      @Parameters(paramLabel = TypedDrive.LABEL, description = TypedDrive.REQUIRED) String name,
      @Option(names = "--yes", description = "Do not ask.") boolean yes,
      @Option(names = "--json", description = "One JSON document.") boolean json)
      throws Problem, IOException {
    return after(
        yes,
        "Delete the drive '"
            + ForeignText.visible(name)
            + "' with all that is in it? There is no way back.",
        () -> context.agent().delete(url(name)),
        "The drive is gone.",
        json);
  }

  /** Asks the agent for something. */
  @FunctionalInterface
  private interface Asking {
    JsonNode ask() throws Problem, IOException;
  }

  private int after(boolean yes, String question, Asking asking, String done, boolean json)
      throws Problem, IOException {
    if (!yes && !context.terminal().confirm(List.of(), question)) {
      throw new Problem(Problem.Kind.REFUSED, "Nothing was done.");
    }
    JsonNode answer = asking.ask();
    if (json) {
      context.terminal().printJson(answer);
    } else {
      context.terminal().print(done);
    }
    return 0;
  }

  @Command(
      name = "rename",
      mixinStandardHelpOptions = true,
      description = "Give a drive another name, for all who use it.")
  int rename(
      @Parameters(index = "0", paramLabel = TypedDrive.LABEL, description = TypedDrive.REQUIRED)
          String name,
      @Parameters(index = "1", paramLabel = "NEW-NAME", description = "What it shall be called.")
          String other,
      @Option(names = "--json", description = "One JSON document.") boolean json)
      throws Problem, IOException {
    JsonNode renamed = context.agent().put(url(name) + "/name?name=" + encoded(other), Map.of());
    if (json) {
      context.terminal().printJson(renamed);
    } else {
      context.terminal().print("The drive is called '" + ForeignText.visible(other) + "' now.");
    }
    return 0;
  }

  @Command(
      name = "quota",
      mixinStandardHelpOptions = true,
      description = {
        "Say how much a drive may take, or pay for it.",
        "A drive counts for the account that pays for it, whoever writes."
      })
  int quota(
      @Parameters(index = "0", paramLabel = TypedDrive.LABEL, description = TypedDrive.REQUIRED)
          String name,
      @Parameters(
              index = "1",
              arity = "0..1",
              paramLabel = "SIZE",
              description =
                  "The most that it may take, in bytes or like 500M or 20G; 'none' for no limit of"
                      + " its own.")
          @Nullable String limit,
      @Option(names = "--pay", description = "It counts for you from now on.") boolean pay,
      @Option(names = "--json", description = "One JSON document.") boolean json)
      throws Problem, IOException {
    if (limit == null && !pay) {
      return shown(context.agent().get(url(name)), json);
    }
    String query = "?pay=" + pay + (limit == null ? "" : "&limit=" + bytes(limit));
    JsonNode set = context.agent().put(url(name) + "/quota" + query, Map.of());
    JsonNode space = set.path("space");
    if (space.hasNonNull("limit") && space.path("used").asLong() > space.path("limit").asLong()) {
      context
          .terminal()
          .warn("It takes more than that already: nothing can be put there until it takes less.");
    }
    return shown(set, json);
  }

  private static String bytes(String limit) throws Problem {
    if (limit.equals("none")) {
      return limit;
    }
    TypedText typed = new TypedText("SIZE", limit);
    BigInteger bytes = TypedSize.bytes(typed, TypedSize.ALLOWED + ", or none");
    if (bytes.compareTo(MOST_BYTES) >= 0) {
      throw typed.refused("a size of at most 900000T, like 20G, or none");
    }
    return bytes.toString();
  }

  @Command(
      name = "retention",
      mixinStandardHelpOptions = true,
      description = {
        "Show or say how long earlier states of a drive stay.",
        "Every state stays for some days, and after that the last one of each week for some weeks;"
            + " at first that is 30 days and 52 weeks. What was removed stays in the trash for the"
            + " same days. What is older is given back by 'anoncloud compact', or by the agent when"
            + " it is idle. Less time frees more space, and there is no way back to what is gone: 0"
            + " days or weeks are asked about. Owners of the drive alone say it."
      })
  int retention(
      @Parameters(
              arity = "0..1",
              defaultValue = "home",
              paramLabel = TypedDrive.LABEL,
              description = TypedDrive.OR_HOME)
          String name,
      @Option(names = "--days", paramLabel = "N", description = "So many days, 0 to 36500.")
          @Nullable String days,
      @Option(names = "--weeks", paramLabel = "N", description = "So many weeks, 0 to 5200.")
          @Nullable String weeks,
      @Option(names = "--yes", description = "Do not ask.") boolean yes,
      @Option(names = "--json", description = "One JSON document.") boolean json)
      throws Problem, IOException {
    String retention = url(name) + "/retention";
    List<String> query = new ArrayList<>();
    if (days != null) {
      query.add("days=" + new TypedText("--days", days).number(0, 36_500, 30));
    }
    if (weeks != null) {
      query.add("weeks=" + new TypedText("--weeks", weeks).number(0, 5_200, 52));
    }
    JsonNode before = context.agent().get(retention);
    if (!yes) {
      requireWanted(name, before, days, weeks);
    }
    JsonNode kept =
        query.isEmpty()
            ? before
            : context.agent().put(retention + "?" + String.join("&", query), Map.of());
    if (json) {
      context.terminal().printJson(kept);
      return 0;
    }
    context
        .terminal()
        .print(
            "%sEvery state stays for %d days, the last of each week for %d weeks."
                .formatted(
                    TypedDrive.heading(name),
                    kept.path("days").asInt(),
                    kept.path("weeks").asInt()));
    if (kept.hasNonNull("swept")) {
      context
          .terminal()
          .print(
              TypedDrive.heading(name)
                  + "Space was last given back "
                  + ShownTime.of(kept.path("swept").asText())
                  + ".");
    }
    return 0;
  }

  /** Asks before nothing is kept any more of what was kept by the rule that holds now. */
  private void requireWanted(
      String name, JsonNode before, @Nullable String days, @Nullable String weeks) throws Problem {
    int daysThen = days == null ? before.path("days").asInt() : Integer.parseInt(days.strip());
    int weeksThen = weeks == null ? before.path("weeks").asInt() : Integer.parseInt(weeks.strip());
    boolean noDays = daysThen == 0 && before.path("days").asInt() > 0;
    boolean noWeeks = weeksThen == 0 && before.path("weeks").asInt() > 0;
    if (!noDays && !noWeeks) {
      return;
    }
    String states =
        daysThen > 0
            ? "all earlier states that are older than " + daysThen + " days"
            : weeksThen > 0
                ? "all earlier states but the last of each week"
                : "all earlier states, so that of each file only what it is now stays";
    List<String> about =
        List.of(
            "What goes of " + TypedDrive.inWords(name) + ", for all who use it:",
            "  " + states,
            "  " + (daysThen > 0 ? "what was removed before that" : "all that is in the trash"),
            "It goes with the next 'anoncloud compact', or by itself within about a day. There is"
                + " no way back.");
    if (!context.terminal().confirm(about, "Keep it no more?")) {
      throw new Problem(Problem.Kind.REFUSED, "Nothing was done.");
    }
  }

  @Command(
      name = "heads",
      mixinStandardHelpOptions = true,
      description = {
        "Show how far a drive has come as this device sees it.",
        "Two members who see the same number must see the same hash; else the server shows them"
            + " different drives."
      })
  int heads(
      @Parameters(
              arity = "0..1",
              defaultValue = "home",
              paramLabel = TypedDrive.LABEL,
              description = TypedDrive.OR_HOME)
          String name,
      @Option(names = "--json", description = "One JSON document.") boolean json)
      throws Problem, IOException {
    JsonNode head = context.agent().get(url(name) + "/heads");
    if (json) {
      context.terminal().printJson(head);
    } else {
      context.terminal().print(head.path("number").asText() + "  " + head.path("hash").asText());
    }
    return 0;
  }

  @Command(
      name = "accept-restored",
      mixinStandardHelpOptions = true,
      description = {
        "Go on with a server whose owner has restored a backup.",
        "Shows what the server lacks of what this device has seen, and asks. Only for when the"
            + " owner says that it was a backup: a server that forgets on purpose looks the same."
      })
  int acceptRestored(
      @Option(names = "--yes", description = "Do not ask.") boolean yes,
      @Option(names = "--json", description = "One JSON document; without --yes it only shows.")
          boolean json)
      throws Problem, IOException {
    new RestoredServer(context).accept(yes, json);
    return 0;
  }
}
