package org.anonymouscloud.core.account.client.keys;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.anonymouscloud.core.account.AccountId;
import org.anonymouscloud.core.account.chain.ChainState;
import org.anonymouscloud.core.account.chain.NamedRoot;
import org.anonymouscloud.core.account.chain.NewRoot;
import org.anonymouscloud.core.crypto.ChunkedEncryption;
import org.anonymouscloud.core.crypto.ConstantTime;
import org.anonymouscloud.core.crypto.NotAuthentic;
import org.anonymouscloud.core.crypto.OpeningKey;
import org.anonymouscloud.core.crypto.Secret;

/**
 * The random 32 bytes from which, in one generation, everything of an account opens. Never used as
 * a key itself. Not thread-safe while it is closed.
 */
public final class RootSecret implements AutoCloseable {
  /** Bytes in a root secret. */
  public static final int LENGTH = 32;

  private static final byte VERSION = 1;
  private static final Pattern FEATURE = Pattern.compile("[a-z][a-z0-9-]{0,95}");

  private final Secret secret;

  private RootSecret(Secret secret) {
    this.secret = secret;
  }

  /** A new one. */
  public static RootSecret random() {
    return new RootSecret(Secret.random(LENGTH));
  }

  /**
   * Takes over the bytes of a root secret.
   *
   * @throws IllegalArgumentException if there are not {@link #LENGTH}
   */
  public static RootSecret of(Secret secret) {
    if (secret.length() != LENGTH) {
      throw new IllegalArgumentException("A root secret has 32 bytes, not " + secret.length());
    }
    return new RootSecret(secret);
  }

  /** What the chain says of this secret, so that nobody can slip in another (A5, A6). */
  public NamedRoot name(AccountId account, int generation) {
    try (Secret commitment =
            Purpose.ROOT_COMMITMENT.key(secret, account.bytes(), number(generation));
        OpeningKey share = shareKey(account, generation)) {
      return new NamedRoot(commitment.bytes().clone(), share.sealingKey());
    }
  }

  /** Opens what others share with the account in a generation of it. The caller closes it. */
  public OpeningKey shareKey(AccountId account, int generation) {
    try (Secret seed = Purpose.SHARE_KEY.key(secret, account.bytes(), number(generation))) {
      return OpeningKey.fromSeed(seed);
    }
  }

  /** Whether the chain names this secret, and the share key that follows from it. */
  public boolean isNamedBy(ChainState chain, int generation) {
    if (generation < 0 || generation > chain.generation()) {
      return false;
    }
    NamedRoot own = name(chain.account(), generation);
    NamedRoot named = chain.roots().get(generation);
    return ConstantTime.equal(own.commitment(), named.commitment())
        && own.share().equals(named.share());
  }

  /**
   * This secret as the successor of the newest one of a chain.
   *
   * @param before generation of the secret that comes before it: the newest so far, if it is known
   * @param previous that secret
   */
  public NewRoot succeed(ChainState chain, int before, RootSecret previous) {
    int generation = chain.generation() + 1;
    try (Secret key = key(Purpose.PREVIOUS_ROOT)) {
      byte[] sealed =
          ChunkedEncryption.seal(key, context(chain.account(), before), previous.secret.bytes());
      return new NewRoot(generation, name(chain.account(), generation), before, sealed);
    }
  }

  /**
   * Opens the secrets before this one: each is sealed under its successor. For those that a
   * recovery has passed over, as nobody who came back could open them, there are some that open
   * nothing.
   *
   * @param generation of this secret
   * @param barren generations from which the way back is known to end in nothing; those of this way
   *     are added if it does
   * @return of all generations, the oldest first and this one last; the caller closes them
   * @throws NotAuthentic if the chain names others
   */
  public List<RootSecret> withEarlier(ChainState chain, int generation, Set<Integer> barren)
      throws NotAuthentic {
    List<RootSecret> all = new ArrayList<>(List.of(this));
    List<Integer> way = new ArrayList<>();
    try {
      for (int later = generation; later > 0; ) {
        way.add(later);
        if (barren.contains(later)) {
          throw new NotAuthentic();
        }
        NewRoot succeeding = chain.newRoots().get(later - 1);
        int before = succeeding.before();
        RootSecret earlier =
            all.getFirst().openPrevious(chain.account(), succeeding.previous(), before);
        all.addAll(0, Stream.generate(RootSecret::random).limit(later - 1 - before).toList());
        all.addFirst(earlier);
        if (!earlier.isNamedBy(chain, before)) {
          throw new NotAuthentic();
        }
        later = before;
      }
      return all;
    } catch (NotAuthentic e) {
      barren.addAll(way);
      all.forEach(RootSecret::close);
      throw e;
    }
  }

  private RootSecret openPrevious(AccountId account, byte[] sealed, int generation)
      throws NotAuthentic {
    try (Secret key = key(Purpose.PREVIOUS_ROOT)) {
      return of(Secret.of(ChunkedEncryption.open(key, context(account, generation), sealed)));
    } catch (IllegalArgumentException e) {
      throw new NotAuthentic();
    }
  }

  /**
   * @param generation of the secret that is sealed
   */
  private static byte[] context(AccountId account, int generation) {
    return Purpose.PREVIOUS_ROOT.context(new byte[] {VERSION}, account.bytes(), number(generation));
  }

  private static byte[] number(int generation) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(generation).array();
  }

  /**
   * A feature's own secret of 32 bytes. The caller closes it.
   *
   * @param feature 1 to 96 of a-z, 0-9 and hyphens, a letter first
   */
  public Secret feature(String feature) {
    requireFeature(feature);
    return Purpose.FEATURE.key(secret, feature.getBytes(US_ASCII));
  }

  /**
   * @throws IllegalArgumentException if it cannot be the name of a feature
   */
  public static void requireFeature(String feature) {
    if (!FEATURE.matcher(feature).matches()) {
      throw new IllegalArgumentException(
          "A feature's name has 1 to 96 of a-z, 0-9 and hyphens, a letter first.");
    }
  }

  /** The key under which the account's contacts are sealed. The caller closes it. */
  public Secret contactsKey() {
    return key(Purpose.CONTACTS);
  }

  Secret key(Purpose purpose) {
    return purpose.key(secret);
  }

  /** The bytes; they live as long as this secret. */
  public Secret secret() {
    return secret;
  }

  @Override
  public void close() {
    secret.close();
  }

  @Override
  public String toString() {
    return "RootSecret";
  }
}
