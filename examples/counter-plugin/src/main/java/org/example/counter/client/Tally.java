package org.example.counter.client;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.RandomBytes;
import org.anonymouscloud.core.crypto.Secret;
import org.anonymouscloud.core.plugin.AccountSession;
import org.anonymouscloud.core.plugin.Problem;
import org.anonymouscloud.core.plugin.RetryPolicy;
import org.anonymouscloud.core.wire.Cbor;
import org.anonymouscloud.core.wire.Malformed;
import org.anonymouscloud.core.wire.Refused;
import org.example.counter.protocol.Messages;

/**
 * Counts by steps, each sealed with its id. Devices that count at once take nothing from each
 * other: steps are only added.
 *
 * <p>A removed device has the keys of the generations that it knew. So the steps of older
 * generations count up to the newest sum alone, which is the first thing sealed in a new one.
 */
final class Tally {
  private static final String LABEL = "example.org/counter/v1/";

  private final AccountSession account;

  Tally(AccountSession account) {
    this.account = account;
  }

  /**
   * What a step holds.
   *
   * @param sum whether {@code value} is the sum so far, and not to be added to it
   */
  private record Opened(int generation, boolean sum, long value) {}

  long count() throws Problem, Refused, IOException {
    List<Opened> steps = opened();
    if (!isCarriedOver(steps)) {
      throw new Problem(
          Problem.Kind.CONFLICT,
          "The last steps may be those of a removed device: nobody has said the sum since.");
    }
    return sum(steps);
  }

  private boolean isCarriedOver(List<Opened> steps) {
    int newest = account.generation();
    return newest == 0
        || steps.stream().anyMatch(step -> step.sum() && step.generation() == newest);
  }

  private static long sum(List<Opened> steps) {
    long sum = 0;
    int generation = 0;
    for (Opened step : steps) {
      if (step.sum() && step.generation() > generation) {
        generation = step.generation();
        sum = step.value();
      } else if (!step.sum() && step.generation() == generation) {
        sum += step.value();
      }
    }
    return sum;
  }

  /** Counts one on; gives the step's number. */
  long step() throws Refused, IOException, Problem {
    return add(false, 1);
  }

  /** Says the sum of all before in the newest generation, if nobody has. */
  void carryOver() throws Problem, Refused, IOException {
    List<Opened> steps = opened();
    if (!isCarriedOver(steps)) {
      var _ = add(true, sum(steps));
    }
  }

  private long add(boolean sum, long value) throws Problem, Refused, IOException {
    String id = HexFormat.of().formatHex(RandomBytes.next(Messages.ID_LENGTH / 2));
    int generation = account.generation();
    byte[] plain =
        ByteBuffer.allocate(1 + Long.BYTES).put((byte) (sum ? 1 : 0)).putLong(value).array();
    byte[] sealed;
    try (Secret key = account.featureSecret(generation)) {
      sealed = ChunkedEncryption.seal(key, context(id, generation), plain);
    }
    byte[] stored =
        ByteBuffer.allocate(Integer.BYTES + sealed.length).putInt(generation).put(sealed).array();
    byte[] request = Cbor.encode(new Messages.Add(id, stored));
    // Sent twice after a cut connection, it is there once.
    byte[] answer = new RetryPolicy().untilBegun(() -> ask(Messages.ADD, request));
    return decode(answer, Messages.After.class).number();
  }

  private List<Opened> opened() throws Problem, Refused, IOException {
    List<Opened> opened = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    long last = 0;
    while (true) {
      byte[] answer = ask(Messages.LIST, Cbor.encode(new Messages.After(last)));
      List<Messages.Step> steps = decode(answer, Messages.Steps.class).steps();
      if (steps.isEmpty()) {
        return opened;
      }
      for (Messages.Step step : steps) {
        // A server that gives a step twice would count it twice.
        if (step.number() <= last || !ids.add(step.id())) {
          throw notOurs(null);
        }
        last = step.number();
        opened.add(open(step));
      }
    }
  }

  private Opened open(Messages.Step step) throws Problem {
    byte[] stored = step.sealed();
    if (stored.length < Integer.BYTES) {
      throw notOurs(null);
    }
    int generation = ByteBuffer.wrap(stored).getInt();
    if (generation < 0 || generation > account.generation()) {
      throw notOurs(null);
    }
    byte[] sealed = Arrays.copyOfRange(stored, Integer.BYTES, stored.length);
    try (Secret key = account.featureSecret(generation)) {
      ByteBuffer plain =
          ByteBuffer.wrap(ChunkedEncryption.open(key, context(step.id(), generation), sealed));
      return new Opened(generation, plain.get() == 1, plain.getLong());
    } catch (NotAuthentic e) {
      throw notOurs(e);
    }
  }

  private static <T> T decode(byte[] answer, Class<T> type) throws Problem {
    try {
      return Cbor.decode(answer, type);
    } catch (Malformed e) {
      throw notOurs(e);
    }
  }

  private static Problem notOurs(Exception cause) {
    return new Problem(
        Problem.Kind.SECURITY, "The server gave a step that nobody of this account made.", cause);
  }

  private byte[] ask(String verb, byte[] body) throws Refused, IOException {
    return account.link().ask(Messages.FEATURE + "/" + verb, body);
  }

  private byte[] context(String id, int generation) {
    byte[] label = LABEL.getBytes(US_ASCII);
    byte[] name = id.getBytes(US_ASCII);
    byte[] owner = account.account().bytes();
    return ByteBuffer.allocate(label.length + owner.length + name.length + Integer.BYTES)
        .put(label)
        .put(owner)
        .put(name)
        .putInt(generation)
        .array();
  }
}
