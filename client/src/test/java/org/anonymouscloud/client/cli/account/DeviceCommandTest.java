package org.anonymouscloud.client.cli.account;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.anonymouscloud.core.plugin.ShownTime;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DeviceCommandTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TIME = ShownTime.of("2026-11-03T08:30:00Z");

  @ParameterizedTest
  @Tag("S4.18")
  @ValueSource(
      strings = {
        "vm  (this device)",
        "* vm",
        "*",
        "x  (logged out)",
        "*  00  2026-11-03 08:30:00 +00:00  vm"
      })
  void noNameMakesADeviceLookLikeThisOne(String name) {
    assertThat(DeviceCommand.line(device(name, true)))
        .startsWith("*  00112233  " + TIME + "  ")
        .endsWith("  " + name);
    assertThat(DeviceCommand.line(device(name, false)))
        .startsWith("   00112233  " + TIME + "  ")
        .endsWith("  " + name);
  }

  private static ObjectNode device(String name, boolean here) {
    return JSON.valueToTree(
        Map.of("id", "00112233", "name", name, "added", "2026-11-03T08:30:00Z", "here", here));
  }
}
