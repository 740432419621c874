package org.anonymouscloud.core.account.server;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import org.anonymouscloud.core.account.DeviceId;

/**
 * Which devices of an account brought in which, the removed ones included. Whoever has stolen a
 * device brings in as many as the account takes; so what an account may have is shared not by
 * devices but by families, each a device with all that came by it. Immutable.
 */
public final class Lineage {
  private final Map<DeviceId, Long> came;
  private final Map<DeviceId, DeviceId> broughtBy;

  /**
   * @param came numbers of the links that brought the devices
   * @param broughtBy only of those that another device has brought in; those that came by
   *     registration, password or words begin a family of their own
   */
  public Lineage(Map<DeviceId, Long> came, Map<DeviceId, DeviceId> broughtBy) {
    this.came = Map.copyOf(came);
    this.broughtBy = Map.copyOf(broughtBy);
  }

  /**
   * Whose share is to become smaller: of the families the one that has the most, in it the one that
   * has the most, down to a device. Among equals it is the youngest, so that what a thief brings in
   * ends nothing of those who were there before.
   *
   * @param shares what each device has, that of who asks for more included; not empty
   */
  public DeviceId whoGivesWay(Map<DeviceId, Long> shares) {
    Map<List<DeviceId>, Long> family = new HashMap<>();
    shares.forEach((device, share) -> family.put(line(device), share));
    for (int depth = 0; family.size() > 1; depth++) {
      int at = depth;
      Map<DeviceId, Long> branches = new HashMap<>();
      family.forEach((line, share) -> branches.merge(branch(line, at), share, Long::sum));
      DeviceId greediest =
          branches.keySet().stream()
              .max(
                  Comparator.<DeviceId, Long>comparing(branches::get)
                      .thenComparingLong(this::since))
              .orElseThrow();
      family.keySet().removeIf(line -> !branch(line, at).equals(greediest));
    }
    return family.keySet().iterator().next().getLast();
  }

  /** The device that leads the branch; the last one of a line stands for itself. */
  private static DeviceId branch(List<DeviceId> line, int depth) {
    return line.get(Math.min(depth, line.size() - 1));
  }

  /** A device that no link has brought yet is the youngest. */
  private long since(DeviceId device) {
    return came.getOrDefault(device, Long.MAX_VALUE);
  }

  /** From the one that began the family down to the device. */
  private List<DeviceId> line(DeviceId device) {
    SequencedSet<DeviceId> line = new LinkedHashSet<>();
    for (DeviceId at = device; at != null && line.add(at); at = broughtBy.get(at)) {
      // Upwards.
    }
    return List.copyOf(line.reversed());
  }
}
