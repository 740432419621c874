package org.anonymouscloud.vault.client.tree;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.vault.client.format.Ref;
import org.anonymouscloud.vault.client.store.PackReader;
import org.anonymouscloud.vault.protocol.PackName;
import org.junit.jupiter.api.Test;

final class StrideTest {
  private static final int PACK = 8 << 20;

  private final PackName pack = PackName.random();
  private final Stride stride = new Stride();

  // Of the pack's bytes, which have come; a block comes if one of its page's bytes is not there.
  private final boolean[] there = new boolean[PACK];
  private final List<Integer> fetched = new ArrayList<>();

  @Test
  void aWalkThroughAPackFetchesEachByteOnceAndMoreAtATimeTheFartherItComes() {
    for (int at = 0; at + 4_000 < PACK; at += 3_900) {
      read(page(at, 3_800));
    }

    assertThat(fetched.stream().mapToInt(length -> length).sum()).isLessThanOrEqualTo(PACK);
    assertThat(fetched).hasSizeLessThan(16).endsWith(PackReader.MAX_BLOCK);
  }

  @Test
  void aPageThatIsLookedUpCostsLittle() {
    Random random = new Random(20_261_129);
    for (int i = 0; i < 1_000; i++) {
      List<Integer> before = List.copyOf(fetched);
      // Far from each other, as another's neighbour is taken for a walk.
      read(
          page(
              random.nextInt(PACK / (256 * 1024)) * 256 * 1024 + random.nextInt(64 * 1024), 3_800));
      List<Integer> more = fetched.subList(before.size(), fetched.size());
      assertThat(more.stream().mapToInt(length -> length).sum())
          .isLessThanOrEqualTo(8 * Stride.SHORTEST);
    }
  }

  private void read(Ref ref) {
    int length = stride.next(ref);
    assertThat(Integer.bitCount(length)).isEqualTo(1);
    for (int at = ref.offset(); at < ref.end(); at++) {
      if (!there[at]) {
        int from = at / length * length;
        java.util.Arrays.fill(there, from, from + length, true);
        fetched.add(length);
      }
    }
  }

  private Ref page(int offset, int length) {
    return new Ref(pack, offset, length, 0, 1, Digest.sha256(new byte[0]));
  }
}
