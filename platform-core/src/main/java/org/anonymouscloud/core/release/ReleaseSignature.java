package org.anonymouscloud.core.release;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.anonymouscloud.core.crypto.Digest;
import org.anonymouscloud.core.crypto.Signatures;
import org.anonymouscloud.core.crypto.SigningKey;
import org.anonymouscloud.core.crypto.VerifyKey;
import org.anonymouscloud.core.wire.Malformed;

/**
 * A release with its publisher's Ed25519 signature: the file {@code NAME.jar.sig}, as {@code
 * docs/formats/plugin.md} has it.
 */
record ReleaseSignature(VerifyKey publisher, Release release) {
  /** What such a file's name has after the jar's. */
  static final String SUFFIX = ".sig";

  /** Bytes of the file at most. */
  static final int MAX_LENGTH = 1024;

  private static final String LABEL = "anonymouscloud/plugin/v1/release";
  private static final int MAGIC = 0x41435053; // "ACPS"
  private static final byte VERSION = 1;
  private static final int KEY_OFFSET = 5;
  private static final int SIGNATURE_LENGTH = 64;
  private static final int HEADER = KEY_OFFSET + VerifyKey.LENGTH;

  /** The file that vouches for the release. */
  static byte[] sign(Release release, SigningKey publisher) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(MAX_LENGTH);
    out.writeBytes(ByteBuffer.allocate(KEY_OFFSET).putInt(MAGIC).put(VERSION).array());
    out.writeBytes(publisher.verifyKey().bytes());
    Version version = release.version();
    out.writeBytes(
        ByteBuffer.allocate(Long.BYTES + Digest.LENGTH + 3 * Integer.BYTES)
            .putLong(release.size())
            .put(release.digest().bytes())
            .putInt(version.major())
            .putInt(version.minor())
            .putInt(version.patch())
            .array());
    write(out, release.id());
    out.write(release.capabilities().size());
    release.capabilities().forEach(capability -> write(out, capability));
    out.writeBytes(Signatures.sign(publisher, LABEL, out.toByteArray()));
    return out.toByteArray();
  }

  private static void write(ByteArrayOutputStream out, String text) {
    byte[] bytes = text.getBytes(US_ASCII);
    out.write(bytes.length);
    out.writeBytes(bytes);
  }

  /**
   * Reads the file: whose key it names, then that key's signature, and only then what was signed.
   *
   * @param trusted the publishers whom the owner of the machine trusts
   * @throws PluginRefused unless one of them signed it
   */
  static ReleaseSignature read(byte[] file, List<Publisher> trusted) throws PluginRefused {
    if (file.length < HEADER + SIGNATURE_LENGTH
        || file.length > MAX_LENGTH
        || ByteBuffer.wrap(file).getInt() != MAGIC) {
      throw PluginRefused.untrusted("its signature is no signature of a plugin");
    }
    if (file[KEY_OFFSET - 1] != VERSION) {
      throw PluginRefused.untrusted("its signature is of a kind that this version cannot read");
    }
    VerifyKey publisher = publisher(Arrays.copyOfRange(file, KEY_OFFSET, HEADER), trusted);
    byte[] statement = Arrays.copyOf(file, file.length - SIGNATURE_LENGTH);
    byte[] signature = Arrays.copyOfRange(file, statement.length, file.length);
    if (!Signatures.verify(publisher, LABEL, statement, signature)) {
      throw PluginRefused.untrusted("its signature is false");
    }
    return new ReleaseSignature(publisher, release(ByteBuffer.wrap(statement).position(HEADER)));
  }

  private static VerifyKey publisher(byte[] key, List<Publisher> trusted) throws PluginRefused {
    try {
      VerifyKey publisher = VerifyKey.of(key);
      if (trusted.stream().anyMatch(known -> known.key().equals(publisher))) {
        return publisher;
      }
      throw PluginRefused.untrusted(
          "it is signed with the key " + publisher + ", which is not that of a trusted publisher");
    } catch (Malformed e) {
      throw PluginRefused.untrusted("its signature names no key");
    }
  }

  private static Release release(ByteBuffer in) throws PluginRefused {
    try {
      long size = in.getLong();
      byte[] digest = new byte[Digest.LENGTH];
      in.get(digest);
      Version version = new Version(in.getInt(), in.getInt(), in.getInt());
      String id = text(in);
      List<String> capabilities = new ArrayList<>();
      for (int left = in.get(); left > 0; left--) {
        capabilities.add(text(in));
      }
      if (in.hasRemaining() || size < 0 || size > Release.MAX_SIZE) {
        throw new PluginRefused("its signed statement is malformed");
      }
      JarManifest manifest = JarManifest.of(id, version, capabilities);
      return new Release(
          manifest.id(), manifest.version(), manifest.capabilities(), size, Digest.of(digest));
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw new PluginRefused("its signed statement is malformed", e);
    }
  }

  private static String text(ByteBuffer in) {
    byte[] bytes = new byte[Byte.toUnsignedInt(in.get())];
    in.get(bytes);
    return new String(bytes, US_ASCII);
  }
}
