package org.anonymouscloud.vault.client.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.anonymouscloud.vault.client.format.ItemId;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

final class MetFoldersTest {
  @Test
  @Tag("S4.D")
  void eachFolderIsNewOnceHoweverManyThereAre() {
    List<ItemId> ids = new ArrayList<>();
    ids.add(ItemId.parse("0".repeat(2 * ItemId.LENGTH)));
    for (int i = 1; i < 100_000; i++) {
      // Some that differ in few bits, as somebody would choose them.
      ids.add(i % 2 == 0 ? ItemId.random() : ItemId.parse("%016x".formatted(i) + "0".repeat(16)));
    }
    MetFolders met = new MetFolders();

    // The id of zeros shares its place with the one of the number 1.
    assertThat(ids.stream().filter(met::add)).hasSize(ids.size() - 1);
    assertThat(ids).noneMatch(met::add);
  }
}
