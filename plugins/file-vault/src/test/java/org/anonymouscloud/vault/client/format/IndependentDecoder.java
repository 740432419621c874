package org.anonymouscloud.vault.client.format;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A second reader of drives, written from docs/formats/vault.md and segment.md alone. It uses the
 * JDK and none of our classes, so that a change of the format that the document does not know of
 * breaks it.
 */
public final class IndependentDecoder {
  private static final long SEGMENT = 1_047_488;
  private static final int REF = 69;
  private static final List<String> EXTENSIONS =
      List.of(
          "jpg", "png", "mp4", "mp3", "pdf", "docx", "xlsx", "zip", "mov", "wav", "pptx", "heic");

  private final IntFunction<byte[]> driveSecret;
  private final Map<String, byte[]> packs;
  private final byte[] drive;
  private byte[] states = new byte[0];

  /** Something that this page's format does not allow. */
  public static final class Wrong extends RuntimeException {
    private static final long serialVersionUID = 1;

    Wrong(String what) {
      super(what);
    }
  }

  private record Reference(
      String pack, int offset, int length, int generation, long version, byte[] digest) {}

  /**
   * @param drive its id
   * @param driveSecret by generation
   * @param packs by name
   */
  public IndependentDecoder(
      byte[] drive, IntFunction<byte[]> driveSecret, Map<String, byte[]> packs) {
    this.driveSecret = driveSecret;
    this.packs = packs;
    this.drive = drive.clone();
  }

  /**
   * The SHA-256 of each file by its path; the empty text for folders, whose paths end in a slash;
   * an arrow and where it leads for a link.
   */
  public Map<String, String> tree(byte[] signedRoot, byte[] devicePublicKey) {
    return tree(root(signedRoot, devicePublicKey), 69, drive);
  }

  /** The same of the hidden tree. */
  public Map<String, String> aside(byte[] signedRoot, byte[] devicePublicKey) {
    byte[] label = "anonymouscloud/vault/v1/aside\0".getBytes(US_ASCII);
    byte[] id = HexFormat.of().parseHex(sha256(join(label, drive)).substring(0, 32));
    return tree(root(signedRoot, devicePublicKey), 139, id);
  }

  /** What the file of the states that stay says. */
  public String states(byte[] signedRoot, byte[] devicePublicKey) {
    aside(signedRoot, devicePublicKey);
    ByteBuffer in = ByteBuffer.wrap(states);
    check(in.get() == 1, "version of the states");
    StringBuilder said = new StringBuilder("swept " + time(in));
    said.append(", " + in.getInt() + " days, " + in.getInt() + " weeks, from " + in.getLong());
    for (int left = in.getInt(); left > 0; left--) {
      said.append(", " + in.getLong() + " since " + time(in));
    }
    check(!in.hasRemaining(), "end of the states");
    return said.toString();
  }

  private static Instant time(ByteBuffer in) {
    return Instant.ofEpochSecond(in.getLong(), in.getInt());
  }

  private Map<String, String> tree(byte[] opened, int offset, byte[] id) {
    ByteBuffer root = ByteBuffer.wrap(opened).position(offset);
    Map<String, String> found = new TreeMap<>();
    int height = root.get();
    byte[] reference = take(root, REF);
    if (height > 0) {
      folder("/", id, height, reference(ByteBuffer.wrap(reference)), found);
    }
    return found;
  }

  private byte[] root(byte[] signed, byte[] devicePublicKey) {
    check(signed.length == 534 && signed[0] == 1, "signed root");
    ByteBuffer in = ByteBuffer.wrap(signed);
    byte[] header = take(in, 77);
    byte[] signature = take(in, 64);
    byte[] sealed = take(in, 393);
    byte[] label = "anonymouscloud/vault/v1/root\0".getBytes(US_ASCII);
    check(verify(devicePublicKey, join(label, header, drive, sealed), signature), "signature");
    int generation = ByteBuffer.wrap(header).getInt(1);
    byte[] number = Arrays.copyOfRange(header, 5, 13);
    byte[] root = open(key(generation, "root-key"), join(label, drive, number), sealed);
    check(root.length == 321 && root[0] == 1, "root");
    check(Arrays.equals(Arrays.copyOfRange(root, 1, 17), drive), "drive of root");
    check(Arrays.equals(Arrays.copyOfRange(root, 17, 25), number), "number of root");
    check(
        Arrays.equals(Arrays.copyOfRange(root, 25, 57), Arrays.copyOfRange(header, 13, 45)),
        "account and device of root");
    return root;
  }

  private void folder(
      String path, byte[] id, int height, Reference page, Map<String, String> found) {
    ByteBuffer in = ByteBuffer.wrap(segment(page, 3, height, id, 0));
    check(in.get() == 1 && in.get() == height, "page");
    int count = in.getShort() & 0xffff;
    for (int i = 0; i < count; i++) {
      String name = new String(take(in, in.get() & 0xff), UTF_8);
      if (height > 1) {
        folder(path, id, height - 1, reference(in), found);
      } else {
        entry(path + name, in, found);
      }
    }
    check(!in.hasRemaining(), "end of page");
  }

  private void entry(String path, ByteBuffer in, Map<String, String> found) {
    int type = in.get();
    byte[] id = take(in, 16);
    take(in, 12);
    if (type == 2) {
      check(found.put(path + "/", "") == null, "name that comes twice");
      int height = in.get();
      if (height > 0) {
        folder(path + "/", id, height, reference(in), found);
      }
      return;
    }
    if (type == 3) {
      String target = new String(take(in, in.getShort()), UTF_8);
      check(found.put(path, "-> " + target) == null, "name that comes twice");
      return;
    }
    check(type == 1, "type");
    take(in, 1 + 8);
    long length = in.getLong();
    int height = in.get();
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    long segments = (length + SEGMENT - 1) / SEGMENT;
    for (long i = 0; i < (height == 0 ? segments : 1); i++) {
      content(id, height, i, take(in, REF), length, content);
    }
    check(content.size() == length, "length of file");
    states = path.equals("/states") ? content.toByteArray() : states;
    check(found.put(path, sha256(content.toByteArray())) == null, "name that comes twice");
  }

  private void content(
      byte[] id,
      int height,
      long index,
      byte[] extent,
      long length,
      ByteArrayOutputStream content) {
    if (Arrays.equals(extent, new byte[REF])) {
      long covered = SEGMENT << (10 * height);
      content.writeBytes(new byte[(int) Math.min(covered, length - index * SEGMENT)]);
      return;
    }
    Reference ref = reference(ByteBuffer.wrap(extent));
    if (height == 0) {
      content.writeBytes(segment(ref, 1, 0, id, index));
      return;
    }
    ByteBuffer list = ByteBuffer.wrap(segment(ref, 2, height, id, index));
    check(list.get() == 1 && list.get() == height, "list");
    int count = list.getShort() & 0xffff;
    long each = 1L << (10 * (height - 1));
    for (int i = 0; i < count; i++) {
      content(id, height - 1, index + i * each, take(list, REF), length, content);
    }
    check(!list.hasRemaining(), "end of list");
  }

  private byte[] segment(Reference ref, int kind, int height, byte[] owner, long index) {
    byte[] context =
        ByteBuffer.allocate(82)
            .put("anonymouscloud/vault/v1/segment\0".getBytes(US_ASCII))
            .put(drive)
            .put((byte) kind)
            .put((byte) height)
            .put(owner)
            .putLong(ref.version)
            .putLong(index)
            .array();
    int sealed = 56 + ref.length + 16 * (ref.length / 16384 + 1);
    byte[] pack = packs.get(ref.pack);
    check(pack != null, "pack");
    byte[] plain =
        open(
            key(ref.generation, kind == 1 ? "segment-key" : "node-key"),
            context,
            Arrays.copyOfRange(pack, ref.offset, ref.offset + sealed));
    check(
        Arrays.equals(hmac("HmacSHA256", key(ref.generation, "digest-key"), plain), ref.digest),
        "digest");
    return plain;
  }

  private static Reference reference(ByteBuffer in) {
    byte[] name = take(in, 17);
    return new Reference(
        base32(name) + "." + EXTENSIONS.get(name[16]),
        in.getInt(),
        in.getInt(),
        in.getInt(),
        in.getLong(),
        take(in, 32));
  }

  private static String base32(byte[] bytes) {
    StringBuilder bits = new StringBuilder();
    for (int i = 0; i < 16; i++) {
      bits.append(Integer.toBinaryString(0x100 | (bytes[i] & 0xff)).substring(1));
    }
    bits.append("00");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < bits.length(); i += 5) {
      text.append(
          "abcdefghijklmnopqrstuvwxyz234567".charAt(Integer.parseInt(bits.substring(i, i + 5), 2)));
    }
    return text.toString();
  }

  private byte[] key(int generation, String purpose) {
    byte[] extracted = hmac("HmacSHA256", new byte[32], driveSecret.apply(generation));
    byte[] info = ("anonymouscloud/vault/v1/" + purpose + "\1").getBytes(US_ASCII);
    return hmac("HmacSHA256", extracted, info);
  }

  /** Cobblestone-256, from segment.md. */
  private static byte[] open(byte[] key, byte[] context, byte[] sealed) {
    byte[] label = "c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0".getBytes(US_ASCII);
    byte[] info = join(label, Arrays.copyOf(sealed, 24), context);
    byte[] first = hmac("HmacSHA512", key, join(info, new byte[] {1}));
    byte[] derived = join(first, hmac("HmacSHA512", key, join(first, info, new byte[] {2})));
    check(
        Arrays.equals(Arrays.copyOfRange(sealed, 24, 56), Arrays.copyOfRange(derived, 44, 76)),
        "commitment");
    ByteArrayOutputStream plain = new ByteArrayOutputStream();
    int at = 56;
    int chunk = 0;
    boolean last;
    do {
      int length = Math.min(16400, sealed.length - at);
      last = length < 16400;
      byte[] nonce = Arrays.copyOfRange(derived, 32, 44);
      for (int i = 0; i < 4; i++) {
        nonce[11 - i] ^= (byte) (chunk >> (8 * i));
      }
      try {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(
            Cipher.DECRYPT_MODE,
            new SecretKeySpec(derived, 0, 32, "AES"),
            new GCMParameterSpec(128, nonce));
        plain.writeBytes(cipher.doFinal(sealed, at, length));
      } catch (GeneralSecurityException e) {
        throw new Wrong("tag");
      }
      at += length;
      chunk++;
    } while (!last);
    return plain.toByteArray();
  }

  private static boolean verify(byte[] publicKey, byte[] message, byte[] signature) {
    try {
      byte[] prefix = HexFormat.of().parseHex("302a300506032b6570032100");
      Signature verifier = Signature.getInstance("Ed25519");
      verifier.initVerify(
          KeyFactory.getInstance("Ed25519")
              .generatePublic(new X509EncodedKeySpec(join(prefix, publicKey))));
      verifier.update(message);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      throw new Wrong("signature");
    }
  }

  private static byte[] hmac(String algorithm, byte[] key, byte[] data) {
    try {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(key, algorithm));
      return mac.doFinal(data);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] take(ByteBuffer in, int count) {
    byte[] bytes = new byte[count];
    in.get(bytes);
    return bytes;
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new Wrong("Wrong: " + what);
    }
  }
}
