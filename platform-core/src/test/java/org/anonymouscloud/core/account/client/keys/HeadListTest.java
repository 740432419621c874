package org.anonymouscloud.core.account.client.keys;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.account.ObjectId;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

final class HeadListTest {
  private static final int MORE_THAN_A_LINK_TAKES = 400;

  @Test
  @Tag("S4.1")
  void whatAStolenDeviceHasFilledALinkWithKeepsNobodyFromTheNext() {
    HeadList earlier =
        new HeadList(
            new TreeMap<>(Map.of("chat", List.of(head(1)), "junk", heads(MORE_THAN_A_LINK_TAKES))));

    HeadList next = new HeadList(new TreeMap<>(Map.of("vault", List.of(head(2))))).over(earlier);

    assertThat(next.byFeature()).containsOnlyKeys("chat", "vault");
    try (RootSecret root = RootSecret.random()) {
      assertThat(next.seal(root, AccountId.random(), 7)).isNotEmpty();
    }
  }

  private static List<Head> heads(int many) {
    return IntStream.range(0, many).mapToObj(HeadListTest::head).toList();
  }

  private static Head head(int number) {
    byte[] id = new byte[ObjectId.LENGTH];
    id[0] = (byte) number;
    id[1] = (byte) (number >> 8);
    return Head.none(ObjectId.of(id));
  }
}
