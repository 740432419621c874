package org.anonymouscloud.core.account;

import org.anonymouscloud.core.crypto.Digest;

/**
 * How far something has come that a feature keeps, and that changes by one signed state after
 * another, such as a drive and its roots. By its hash a state vouches for all before it.
 *
 * @param object what it is the head of
 * @param number of the newest state, counted from 0; -1 if there is none yet
 * @param hash of the newest state; {@link #NOTHING} if there is none yet
 */
public record Head(ObjectId object, long number, Digest hash) {
  /** Stands for the hash of a state where there is none. */
  public static final Digest NOTHING = Digest.of(new byte[Digest.LENGTH]);

  public Head {
    if (number < -1 || (number == -1) != hash.equals(NOTHING)) {
      throw new IllegalArgumentException("A head has a number and a hash, or neither.");
    }
  }

  /** The head of something that has no state yet. */
  public static Head none(ObjectId object) {
    return new Head(object, -1, NOTHING);
  }
}
