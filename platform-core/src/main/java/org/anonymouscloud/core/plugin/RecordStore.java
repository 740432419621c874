package org.anonymouscloud.core.plugin;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Many records of one feature on this device: sealed, changed together or not at all, and gone once
 * they are deleted. What is read here is what was written last, unless somebody has put an old copy
 * of the account's folder in the place of the newer one: {@link #settle} notices that. Thread-safe;
 * one change at a time, and reads wait for it.
 *
 * <p>Each method throws {@link RecordsRolledBack} once it is known that an old copy was put back,
 * until {@link #reset}.
 */
public interface RecordStore {
  /** Bytes in the UTF-8 of the longest key. */
  int LONGEST_KEY = 255;

  /** Bytes in the longest value: 1 MiB. */
  int LONGEST_VALUE = 1 << 20;

  /**
   * The value of a record.
   *
   * @param key 1 to {@value #LONGEST_KEY} bytes in UTF-8
   */
  Optional<byte[]> get(String key) throws IOException;

  /**
   * The keys that begin with {@code prefix}, in their natural order. It opens the keys of all the
   * feature's records, and none of the values.
   */
  List<String> list(String prefix) throws IOException;

  /**
   * Does all that {@code work} does to the records, or nothing if it throws. What was changed is
   * durable when this returns.
   *
   * @param work short, and without waiting for anything; it must not use the store itself
   */
  <T, X extends Exception> T change(Change<T, X> work) throws X, IOException;

  /**
   * Has the server keep how far the records have come, with all changes that were made before: from
   * then on an older copy of them is noticed. Who uses up a key (a state of MLS, a nonce) does so
   * in a change and settles before anything that was made with the key leaves the machine. No
   * message goes if nothing has changed.
   *
   * @throws IOException if the server has not taken it, or is away; then nothing may leave
   */
  void settle() throws IOException;

  /**
   * Deletes all records of the feature, also those of an old copy, which may be used again then:
   * the feature begins anew, with new keys. Durable when this returns.
   */
  void reset() throws IOException;

  /** Work on the records in one change. */
  @FunctionalInterface
  interface Change<T, X extends Exception> {
    T on(Records records) throws X, IOException;
  }

  /** The records within one change, as it has left them so far. Good until the work ends. */
  interface Records {
    /** As {@link RecordStore#get}. */
    Optional<byte[]> get(String key) throws IOException;

    /** As {@link RecordStore#list}. */
    List<String> list(String prefix) throws IOException;

    /**
     * Writes a record, in place of the one before.
     *
     * @param value at most {@value RecordStore#LONGEST_VALUE} bytes
     */
    void put(String key, byte[] value) throws IOException;

    /**
     * Deletes a record.
     *
     * @return whether there was one
     */
    boolean delete(String key) throws IOException;
  }
}
