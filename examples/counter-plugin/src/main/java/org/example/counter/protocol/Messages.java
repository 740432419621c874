package org.example.counter.protocol;

import java.util.List;

/** What client and server say to each other, each as a CBOR map. */
public final class Messages {
  /** The feature's name: the first part of its methods, routes, tables and folders. */
  public static final String FEATURE = "counter";

  public static final String ADD = "add";
  public static final String LIST = "list";

  /** Characters of an id: random, in hexadecimal, drawn by the client. */
  public static final int ID_LENGTH = 32;

  /** Bytes of a sealed step at most. */
  public static final int MAX_SEALED = 256;

  /** Steps in one answer at most. */
  public static final int PAGE = 200;

  private Messages() {}

  /** A step to be added; sent twice, it is there once. */
  public record Add(String id, byte[] sealed) {}

  /** Asks for the steps after a number, the first {@link #PAGE} of them. */
  public record After(long number) {}

  /** A step as the server knows it: its place, and what the server cannot read. */
  public record Step(long number, String id, byte[] sealed) {}

  /** The answer to {@link #LIST}, in the order of the numbers. */
  public record Steps(List<Step> steps) {}
}
