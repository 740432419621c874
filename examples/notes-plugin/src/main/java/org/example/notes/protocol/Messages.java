package org.example.notes.protocol;

import java.util.List;

/** What client and server say to each other, each as a CBOR map. */
public final class Messages {
  /** The feature's name: the first part of its methods, routes, tables and folders. */
  public static final String FEATURE = "notes";

  public static final String PUT = "put";
  public static final String LIST = "list";
  public static final String REMOVE = "remove";

  /** Characters of an id: random, in hexadecimal, drawn by the client. */
  public static final int ID_LENGTH = 32;

  /** Bytes of a sealed note at most. */
  public static final int MAX_SEALED = 4096;

  private Messages() {}

  /** A note as the server knows it: it cannot read what is sealed. */
  public record Note(String id, byte[] sealed) {}

  /** Asks to remove a note. */
  public record Remove(String id) {}

  /** All notes of an account, the answer to {@link #LIST}. */
  public record Notes(List<Note> notes) {}
}
