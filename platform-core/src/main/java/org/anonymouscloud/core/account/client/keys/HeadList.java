package org.anonymouscloud.core.account.client.keys;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.Head;
import org.anonymouscloud.core.account.ObjectId;
import org.anonymouscloud.core.account.chain.ChainLink;
import org.anonymouscloud.core.account.chain.SealedHeads;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.Secret;

/**
 * The heads that a link of the chain carries, by feature (docs/formats/account.md). Sealed, so that
 * neither the server nor a contact learns more of them than a size in steps.
 *
 * @param byFeature each feature's in the order of their objects' ids
 */
public record HeadList(SortedMap<String, List<Head>> byFeature) {
  /** What is known after a first link. */
  public static final HeadList NONE = new HeadList(new TreeMap<>());

  private static final byte VERSION = 1;
  private static final int FIXED = ObjectId.LENGTH + Long.BYTES + Digest.LENGTH;

  public HeadList {
    SortedMap<String, List<Head>> ordered = new TreeMap<>();
    byFeature.forEach(
        (feature, heads) -> {
          RootSecret.requireFeature(feature);
          List<Head> sorted = new ArrayList<>(heads);
          sorted.sort((one, other) -> compare(one.object(), other.object()));
          ordered.put(feature, List.copyOf(sorted));
        });
    byFeature = Collections.unmodifiableSortedMap(ordered);
  }

  private static int compare(ObjectId one, ObjectId other) {
    return Arrays.compareUnsigned(one.bytes(), other.bytes());
  }

  /**
   * These, and of the features that they do not name those of an earlier link of the same device,
   * as far as they fit: the feature with the fewest first.
   */
  public HeadList over(HeadList earlier) {
    SortedMap<String, List<Head>> all = new TreeMap<>(byFeature);
    earlier.byFeature.entrySet().stream()
        .filter(feature -> !byFeature.containsKey(feature.getKey()))
        .sorted(Comparator.comparingInt(feature -> feature.getValue().size()))
        .forEach(
            feature -> {
              all.put(feature.getKey(), feature.getValue());
              if (steps(all) > ChainLink.MAX_HEADS_STEPS) {
                all.remove(feature.getKey());
              }
            });
    return new HeadList(all);
  }

  /** What it says of something that a feature keeps. */
  public Optional<Head> of(String feature, ObjectId object) {
    return byFeature.getOrDefault(feature, List.of()).stream()
        .filter(head -> head.object().equals(object))
        .findFirst();
  }

  private static int steps(SortedMap<String, List<Head>> byFeature) {
    int length = 1 + Short.BYTES;
    for (Map.Entry<String, List<Head>> feature : byFeature.entrySet()) {
      length += feature.getValue().size() * (1 + feature.getKey().length() + FIXED);
    }
    return Math.ceilDiv(length, ChainLink.HEADS_STEP);
  }

  /**
   * Seals it for a link.
   *
   * @param root the newest after the link
   * @param seq the link's number
   * @throws IllegalArgumentException if there are more heads than a link takes
   */
  public byte[] seal(RootSecret root, AccountId account, long seq) {
    int count = byFeature.values().stream().mapToInt(List::size).sum();
    int steps = steps(byFeature);
    if (steps > ChainLink.MAX_HEADS_STEPS) {
      throw new IllegalArgumentException("A chain link does not take so many heads.");
    }
    ByteBuffer out = ByteBuffer.allocate(steps * ChainLink.HEADS_STEP);
    out.put(VERSION).putShort((short) count);
    byFeature.forEach(
        (feature, heads) ->
            heads.forEach(
                head -> {
                  out.put((byte) feature.length()).put(feature.getBytes(US_ASCII));
                  out.put(head.object().bytes()).putLong(head.number());
                  out.put(head.hash().bytes());
                }));
    try (Secret key = root.key(Purpose.HEADS)) {
      return ChunkedEncryption.seal(key, context(account, seq), out.array());
    }
  }

  /**
   * Opens that of a link.
   *
   * @param root of the generation of these heads
   * @throws NotAuthentic if it is not one; only who had the account's keys can have made the link
   */
  public static HeadList open(AccountId account, SealedHeads heads, RootSecret root)
      throws NotAuthentic {
    if (heads.bytes().length == 0) {
      return NONE;
    }
    try (Secret key = root.key(Purpose.HEADS)) {
      byte[] plain = ChunkedEncryption.open(key, context(account, heads.link()), heads.bytes());
      return decode(ByteBuffer.wrap(plain));
    }
  }

  private static HeadList decode(ByteBuffer in) throws NotAuthentic {
    try {
      if (in.get() != VERSION) {
        throw new NotAuthentic();
      }
      SortedMap<String, List<Head>> all = new TreeMap<>();
      for (int left = in.getShort() & 0xffff; left > 0; left--) {
        String feature = new String(take(in, in.get() & 0xff), US_ASCII);
        Head head =
            new Head(
                ObjectId.of(take(in, ObjectId.LENGTH)),
                in.getLong(),
                Digest.of(take(in, Digest.LENGTH)));
        all.computeIfAbsent(feature, name -> new ArrayList<>()).add(head);
      }
      return new HeadList(all);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new NotAuthentic();
    }
  }

  private static byte[] take(ByteBuffer in, int length) {
    byte[] field = new byte[length];
    in.get(field);
    return field;
  }

  private static byte[] context(AccountId account, long seq) {
    return Purpose.HEADS.context(
        new byte[] {VERSION},
        account.bytes(),
        ByteBuffer.allocate(Long.BYTES).putLong(seq).array());
  }
}
