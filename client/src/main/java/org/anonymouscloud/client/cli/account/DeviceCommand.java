package org.anonymouscloud.client.cli.account;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.anonymouscloud.client.cli.context.Context;
import org.anonymouscloud.client.cli.terminal.StandardTerminal;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.ShownTime;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code anoncloud device ...}. */
@Command(
    name = "device",
    mixinStandardHelpOptions = true,
    description = "The devices that are logged in to the account. Alone it lists them.")
public final class DeviceCommand implements Callable<Integer> {
  private static final int SHORTEST_ID = 4;

  private final Context context;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  public DeviceCommand(Context context) {
    this.context = context;
  }

  @Override
  public Integer call() throws Problem, IOException {
    return list(json);
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "List the devices: a * before this one, its id, when it came, its name.")
  int list(@Option(names = "--json", description = "One JSON document.") boolean asJson)
      throws Problem, IOException {
    show(context.agent().get("/account/devices"), asJson);
    return 0;
  }

  @Command(
      name = "rename",
      mixinStandardHelpOptions = true,
      description = "Call a device by another name. Only your devices can read it.")
  int rename(
      @Parameters(paramLabel = "DEVICE", description = "Its name, or the beginning of its id.")
          String device,
      @Parameters(paramLabel = "NAME", description = "The new name.") String name,
      @Option(names = "--json", description = "One JSON document.") boolean json)
      throws Problem, IOException {
    String id = find(devices(), device).path("id").asText();
    show(context.agent().post("/account/devices/" + id + "/name", Map.of("name", name)), json);
    return 0;
  }

  @Command(
      name = "revoke",
      mixinStandardHelpOptions = true,
      description = {
        "Remove devices from the account, for good.",
        "They can no longer log in and read nothing that is written from here on; what they have"
            + " read already they may still have.",
        "If one of them had set the password, it counts no more until 'anoncloud password change'."
      })
  int revoke(
      @Parameters(
              paramLabel = "DEVICE",
              arity = "1..*",
              description = "Names, or the beginnings of ids.")
          List<String> wanted,
      @Option(names = "--yes", description = "Do not ask.") boolean yes,
      @Option(names = "--json", description = "One JSON document.") boolean json)
      throws Problem, IOException {
    List<JsonNode> known = devices();
    List<String> ids = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (String one : wanted) {
      JsonNode device = find(known, one);
      ids.add(device.path("id").asText());
      lines.add(line(device));
    }
    if (!yes
        && !StandardTerminal.confirmed(
            String.join("\n", lines) + "\nRemove this from the account for good?")) {
      throw new Problem(Problem.Kind.REFUSED, "Nothing was done.");
    }
    show(context.agent().post("/account/devices/revoke", Map.of("devices", ids)), json);
    return 0;
  }

  @Command(
      name = "pair",
      mixinStandardHelpOptions = true,
      description = {
        "Bring a new device into the account, with a code.",
        "The code is to be typed there, at 'anoncloud login --server CONNECTION-STRING"
            + " --pairing-code-file FILE' or where 'login --pair' asks for it."
      })
  int pair(
      @Option(
              names = "--code-file",
              paramLabel = "FILE",
              description = "Where to put the code, a new file; without it the code is shown here.")
          @Nullable Path codeFile,
      @Option(names = "--yes", description = "Take the device that comes without asking.")
          boolean yes,
      @Option(names = "--json", description = "One JSON document at the end.") boolean json)
      throws Problem, IOException {
    if (!yes && StandardTerminal.person().isEmpty()) {
      throw new Problem(Problem.Kind.BAD_INPUT, "There is no terminal to ask on; give --yes.");
    }
    SheetFile.requireNew(codeFile);
    JsonNode opened = context.agent().post("/account/pairing", Map.of());
    try (Secret code = Secret.of(opened.path("code").binaryValue())) {
      if (codeFile != null) {
        SheetFile.writeCode(codeFile, code);
      } else {
        showCode(code);
      }
    }
    String name = context.agent().post("/account/pairing/wait", Map.of()).path("name").asText();
    if (!yes
        && !StandardTerminal.confirmed(
            "  " + name + "\nAdd the device of this name to the account?")) {
      context.agent().delete("/account/pairing");
      throw new Problem(Problem.Kind.REFUSED, "Nothing was done.");
    }
    show(context.agent().post("/account/pairing/accept", Map.of()), json);
    return 0;
  }

  private void showCode(Secret code) throws IOException {
    context
        .terminal()
        .print("Type this code on the new device within ten minutes; it works once:\n");
    OutputStream out = context.terminal().output();
    out.write("    ".getBytes(US_ASCII));
    out.write(code.bytes());
    out.write("\n\n".getBytes(US_ASCII));
    out.flush();
    if (StandardTerminal.person().isPresent()) {
      QrCode.of(new String(code.bytes(), US_ASCII)).draw(context.terminal());
    }
  }

  private List<JsonNode> devices() throws Problem, IOException {
    List<JsonNode> devices = new ArrayList<>();
    context.agent().get("/account/devices").path("devices").forEach(devices::add);
    return devices;
  }

  private static JsonNode find(List<JsonNode> devices, String wanted) throws Problem {
    // A whole id is that device, whatever another one calls itself.
    for (JsonNode device : devices) {
      if (device.path("id").asText().equals(wanted)) {
        return device;
      }
    }
    List<JsonNode> found =
        devices.stream()
            .filter(
                device ->
                    device.path("name").asText().equals(wanted)
                        || (wanted.length() >= SHORTEST_ID
                            && device.path("id").asText().startsWith(wanted)))
            .toList();
    if (found.size() == 1) {
      return found.getFirst();
    }
    if (found.isEmpty()) {
      throw new Problem(
          Problem.Kind.NOT_FOUND,
          wanted.length() < SHORTEST_ID
                  && devices.stream().anyMatch(one -> one.path("id").asText().startsWith(wanted))
              ? "Give at least " + SHORTEST_ID + " characters of the id '" + wanted + "...'."
              : "There is no device '" + wanted + "'; see 'anoncloud device list'.");
    }
    String ids =
        found.stream()
            .map(
                device ->
                    device.path("id").asText()
                        + (device.path("here").asBoolean() ? " (this device)" : ""))
            .collect(Collectors.joining(", "));
    throw new Problem(
        Problem.Kind.BAD_INPUT,
        "'"
            + wanted
            + "' is more than one device: "
            + ids
            + ". Give the beginning of an id; 'anoncloud device list' says when each came in.");
  }

  private void show(JsonNode answer, boolean json) {
    if (json) {
      context.terminal().printJson(answer);
      return;
    }
    answer.path("devices").forEach(device -> context.terminal().print(line(device)));
    answer.path("notes").forEach(note -> context.terminal().print(note.asText()));
  }

  /**
   * A device in one line. What others may have chosen, its name, comes last, and so says nothing
   * that the columns before it say.
   */
  static String line(JsonNode device) {
    return String.join(
        "  ",
        device.path("here").asBoolean() ? "*" : " ",
        device.path("id").asText(),
        ShownTime.of(device.path("added").asText()),
        device.path("name").asText());
  }
}
