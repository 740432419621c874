package org.anonymouscloud.core.session;

/** Bytes that windows may still grow by. Thread-safe. */
public interface Growth {
  /** Takes them all, or none. */
  boolean take(int bytes);

  /** Gives back what was taken, or a part of it. */
  void giveBack(int bytes);

  /** Takes from both, or from none. */
  default Growth and(Growth other) {
    Growth first = this;
    return new Growth() {
      @Override
      public boolean take(int bytes) {
        if (!first.take(bytes)) {
          return false;
        }
        if (!other.take(bytes)) {
          first.giveBack(bytes);
          return false;
        }
        return true;
      }

      @Override
      public void giveBack(int bytes) {
        first.giveBack(bytes);
        other.giveBack(bytes);
      }
    };
  }
}
